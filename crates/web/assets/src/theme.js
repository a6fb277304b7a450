// Colours and numbers as the page's charts show them.

/** A colour of the theme, mixed with transparency where asked. */
export function colour(name, opacity = 1) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(probe.fillStyle.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

export const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
