// The page of a plugin follows what happens to it; its health is drawn over the server's pictures.

import "./follow.js";
import { init } from "./paint.js";
import { colour } from "./theme.js";

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 2 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const MINUTE = 60_000;
const VERDICTS = ["unhealthy", "degraded", "healthy"];

/** What both kinds of chart have. */
function frame(label, told) {
  const line = colour("base-content", 0.12);
  return {
    animation: false,
    aria: { enabled: true, label: { description: label } },
    grid: { left: 0, right: 12, top: 10, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      // Drawn on the canvas: the page's policy allows no inline styles.
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("base-100"),
      borderColor: colour("base-content", 0.2),
      textStyle: { color: colour("base-content"), fontFamily: "inherit", fontSize: 12 },
      formatter: ([{ value: [at, value] }]) => `${clock.format(at)}  ${value === null ? "no value" : told(value)}`,
    },
    xAxis: {
      type: "time",
      // A single moment gets some room to stand in.
      min: ({ min, max }) => (max > min ? min : min - MINUTE),
      max: ({ min, max }) => (max > min ? max : max + MINUTE),
      minInterval: MINUTE,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      splitNumber: 4,
      axisLabel: { color: colour("base-content", 0.75), hideOverlap: true, formatter: (at) => clock.format(at) },
    },
    yAxis: {
      type: "value",
      splitNumber: 2,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: colour("base-content", 0.75), formatter: (value) => short.format(value) },
    },
  };
}

function curve(points, more) {
  // Points of one moment have no line.
  const isShort = new Set(points.map(([at]) => Math.round(at / MINUTE))).size < 3;
  const primary = colour("primary");
  return {
    type: "line",
    data: points,
    showSymbol: isShort,
    lineStyle: { color: primary, width: 1.75 },
    itemStyle: { color: primary },
    ...more,
  };
}

/** The verdicts: three levels, each with its word. */
function verdicts(label, points) {
  const options = frame(label, (level) => VERDICTS[level]);
  Object.assign(options.yAxis, { min: 0, max: 2, interval: 1 });
  options.yAxis.axisLabel.formatter = (level) => VERDICTS[level];
  options.series = [curve(points, { step: "end" })];
  return options;
}

/** A measurement, and the ends of the range in which it is well. */
function measurement(label, { unit, min, max, points }) {
  const suffix = unit === "1" ? "" : ` ${unit}`;
  const options = frame(label, (value) => `${number.format(value)}${suffix}`);
  const highest = Math.max(...points.map(([, value]) => value ?? 0));
  // An end that is far away would press the line flat.
  const ends = [min, max].filter((end) => end !== null && end <= highest * 3);
  const markLine = {
    silent: true,
    symbol: "none",
    label: { show: false },
    lineStyle: { color: colour("warning"), type: "dashed" },
    data: ends.map((end) => ({ yAxis: end })),
  };
  if (ends.length > 0) options.yAxis.max = ({ max: most }) => Math.max(most, ...ends);
  options.series = [curve(points, { markLine })];
  return options;
}

let charts = [];

function draw() {
  for (const chart of charts) chart.dispose();
  charts = [];
  const text = document.getElementById("health-data")?.textContent;
  if (!text) return;
  const data = JSON.parse(text);
  for (const holder of document.querySelectorAll("[data-chart]")) {
    const label = holder.getAttribute("aria-label");
    const which = holder.dataset.chart;
    const options = which === "health" ? verdicts(label, data.health) : measurement(label, data.series[which]);
    holder.replaceChildren();
    const chart = init(holder, null, { renderer: "canvas" });
    chart.setOption(options);
    charts.push(chart);
  }
}

draw();
document.addEventListener("redrawn", ({ target }) => target.id === "health" && draw());
addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
