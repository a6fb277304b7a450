// Draws the lines of panels over those that the server drew, with a pointer that tells each day.

import { init } from "./paint.js";
import { colour, money, short } from "./theme.js";

const month = new Intl.DateTimeFormat("en", { month: "short", year: "2-digit", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** The last stretch of days that rest on an old price, if `date` is in one. */
const isStale = (data, date) => (data.stale ?? []).some(({ first, last }) => first <= date && date <= last);

function options(holder, data, colours) {
  const ink = colour("base-content", 0.62);
  const line = colour("base-content", 0.12);
  const figure = (value) =>
    data.is_percent ? `${money.format(value * 100)} %` : [money.format(value), data.currency].filter(Boolean).join(" ");
  const axis = (value) => (data.is_percent ? `${short.format(value * 100)} %` : short.format(value));
  const label = data.dates.length < 190 ? day : month;
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
      formatter: ([{ dataIndex }]) =>
        [
          data.dates[dataIndex],
          ...data.series
            .filter(({ values }) => values[dataIndex] !== null)
            .map(({ label, values }) => `${label}  ${figure(values[dataIndex])}`),
          ...(isStale(data, data.dates[dataIndex]) ? ["Rests on an old price or exchange rate"] : []),
        ].join("\n"),
    },
    xAxis: {
      type: "category",
      data: data.dates,
      boundaryGap: false,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: ink, hideOverlap: true, formatter: (date) => label.format(new Date(`${date}T00:00:00Z`)) },
    },
    yAxis: {
      type: "value",
      // Amounts of a portfolio are told apart by their own range; a panel's are read against nothing.
      scale: data.is_percent === false,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, formatter: axis },
    },
    series: data.series.map(({ label, values, is_step, is_dashed, is_area }, place) => ({
      name: label,
      type: "line",
      data: values,
      connectNulls: true,
      symbolSize: 5,
      showSymbol: data.is_percent === undefined && data.dates.length < 60,
      step: is_step ? "end" : false,
      sampling: data.is_percent === undefined || is_step ? undefined : "lttb",
      lineStyle: { color: colours[place], width: is_dashed ? 1.5 : 2, type: is_dashed ? "dashed" : "solid" },
      itemStyle: { color: colours[place] },
      areaStyle: is_area ? { color: colours[place], opacity: 0.13, origin: data.is_percent ? "auto" : "start" } : undefined,
      markArea:
        place === 0 && data.stale?.length
          ? {
              silent: true,
              itemStyle: { color: colour("warning", 0.2) },
              data: data.stale.map(({ first, last }) => [{ xAxis: first }, { xAxis: last }]),
            }
          : undefined,
    })),
  };
}

for (const holder of document.querySelectorAll("[data-lines]")) {
  const data = JSON.parse(document.getElementById(holder.dataset.lines).textContent);
  if (data.dates.length < 2) continue;
  const lines = [...holder.querySelectorAll("path[data-line]")];
  const drawn = lines.length > 0 ? lines : [...holder.querySelectorAll("path")];
  const colours = drawn.map((path) => getComputedStyle(path).stroke);
  holder.replaceChildren();
  const chart = init(holder, null, { renderer: "canvas" });
  chart.setOption(options(holder, data, colours));
  new ResizeObserver(() => chart.resize()).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(holder, data, colours)));
}
