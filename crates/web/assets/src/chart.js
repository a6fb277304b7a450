// Draws the value chart over the one that the server drew, with a pointer that tells each day.

import { init } from "./paint.js";
import { colour, money, short } from "./theme.js";

const holder = document.getElementById("history");
const data = JSON.parse(document.getElementById("history-data").textContent);


function options() {
  const ink = colour("base-content", 0.62);
  const line = colour("base-content", 0.12);
  const primary = colour("primary");
  return {
    animationDuration: 300,
    aria: { enabled: true, label: { description: holder.getAttribute("aria-label") } },
    grid: { left: 8, right: 8, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      // Drawn on the canvas: the page's policy allows no inline styles.
      renderMode: "richText",
      backgroundColor: colour("base-100"),
      borderColor: colour("base-content", 0.2),
      textStyle: { color: colour("base-content"), fontFamily: "inherit" },
      formatter: ([{ dataIndex }]) => {
        const figure = (value) => (value === null ? "no value" : `${money.format(value)} ${data.currency}`);
        const value = figure(data.values[dataIndex]);
        return `${data.dates[dataIndex]}\nValue   ${value}\nPut in  ${figure(data.contributions[dataIndex])}`;
      },
    },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }],
    xAxis: {
      type: "category",
      data: data.dates,
      boundaryGap: false,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: ink, hideOverlap: true, formatter: (date) => monthOf(date) },
    },
    yAxis: {
      type: "value",
      scale: true,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, formatter: (value) => short.format(value) },
    },
    series: [
      {
        name: "Value",
        type: "line",
        data: data.values,
        showSymbol: false,
        sampling: "lttb",
        lineStyle: { color: primary, width: 2 },
        itemStyle: { color: primary },
        areaStyle: { color: colour("primary", 0.12), origin: "start" },
      },
      {
        name: "Put in",
        type: "line",
        step: "end",
        data: data.contributions,
        showSymbol: false,
        lineStyle: { color: ink, width: 1.5, type: "dashed" },
        itemStyle: { color: ink },
      },
    ],
  };
}

/** `2024-03-05` becomes `Mar 24`, or `5 Mar` within half a year. */
function monthOf(date) {
  const day = new Date(`${date}T00:00:00Z`);
  const isShort = data.dates.length < 190;
  const format = isShort
    ? { day: "numeric", month: "short", timeZone: "UTC" }
    : { month: "short", year: "2-digit", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en", format).format(day);
}

if (data.dates.length > 1) {
  holder.replaceChildren();
  const chart = init(holder, null, { renderer: "canvas" });
  chart.setOption(options());
  new ResizeObserver(() => chart.resize()).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options()));
}
