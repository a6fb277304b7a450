// Draws the lines of panels over those that the server drew, with a pointer that tells each day.

import { init } from "./paint.js";
import { colour, money, short } from "./theme.js";

const month = new Intl.DateTimeFormat("en", { month: "short", year: "2-digit", timeZone: "UTC" });

function options(holder, data, colours) {
  const ink = colour("base-content", 0.62);
  const line = colour("base-content", 0.12);
  const figure = (value) => [money.format(value), data.currency].filter(Boolean).join(" ");
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
        ].join("\n"),
    },
    xAxis: {
      type: "category",
      data: data.dates,
      boundaryGap: false,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: ink, hideOverlap: true, formatter: (date) => month.format(new Date(`${date}T00:00:00Z`)) },
    },
    yAxis: {
      type: "value",
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, formatter: (value) => short.format(value) },
    },
    series: data.series.map(({ label, values }, place) => ({
      name: label,
      type: "line",
      data: values,
      connectNulls: true,
      symbolSize: 5,
      showSymbol: data.dates.length < 60,
      lineStyle: { color: colours[place], width: 2 },
      itemStyle: { color: colours[place] },
    })),
  };
}

for (const holder of document.querySelectorAll("[data-lines]")) {
  const data = JSON.parse(document.getElementById(holder.dataset.lines).textContent);
  if (data.dates.length < 2) continue;
  const colours = [...holder.querySelectorAll("path")].map((path) => getComputedStyle(path).stroke);
  holder.replaceChildren();
  const chart = init(holder, null, { renderer: "canvas" });
  chart.setOption(options(holder, data, colours));
  new ResizeObserver(() => chart.resize()).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(holder, data, colours)));
}
