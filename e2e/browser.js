// A real Chromium, and what every visit of a page is held to.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Windows in which pages are looked at. */
export const WIDTHS = {
  wide: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  narrow: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};

export const SCHEMES = ["light", "dark"];

/** The browser that `cargo xtask test` found; its name or its path. */
export async function launch() {
  return chromium.launch({ executablePath: found(process.env.STONKS_CHROMIUM ?? "chromium"), args: ["--no-sandbox"] });
}

/** The file that a name on the PATH stands for. */
function found(name) {
  const files = process.env.PATH.split(path.delimiter).map((folder) => path.join(folder, name));
  return path.isAbsolute(name) ? name : (files.find(existsSync) ?? name);
}

/**
 * A tab in the given scheme and width. `faults` collects what no page may do: errors on the
 * console, errors in scripts, and requests that leave the program.
 */
export async function open(browser, address, { scheme = "light", width = "wide" } = {}) {
  const context = await browser.newContext({
    baseURL: address,
    colorScheme: scheme,
    ...WIDTHS[width],
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    const isOwn = url.startsWith(`${address}/`) || url.startsWith("data:");
    if (!isOwn) faults.push(`request that leaves the program: ${url}`);
  });
  return { page, faults, close: () => context.close() };
}

/** What a reader with a screen reader, a keyboard or weak eyes would stumble over. */
export async function barriers(page) {
  // Evaluated by the debugger, so that the page's own policy against foreign scripts stays on.
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${help}: ${html} ${any[0]?.message ?? ""}`),
  );
}

/** By how many pixels the page is wider than its window. */
export async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
