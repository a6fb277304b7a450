// Pictures of the demo for the README: each page, light and dark, wide and narrow.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { SCHEMES, WIDTHS, launch, open } from "./browser.js";
import { start } from "./program.js";

const PAGES = {
  dashboard: "/",
  portfolio: "/portfolio",
  performance: "/performance",
  diversification: "/diversification",
  dividends: "/dividends",
  transactions: "/transactions",
  insights: "/insights",
};
const FOLDER = path.join(import.meta.dirname, "..", "docs", "screenshots");

await mkdir(FOLDER, { recursive: true });
const program = await start("--demo");
const browser = await launch();
try {
  for (const scheme of SCHEMES) {
    for (const width of Object.keys(WIDTHS)) {
      const { page, close } = await open(browser, program.address, { scheme, width });
      for (const [name, address] of Object.entries(PAGES)) {
        await page.goto(address, { waitUntil: "networkidle" });
        await page.screenshot({ path: path.join(FOLDER, `${name}-${scheme}-${width}.png`) });
      }
      await close();
    }
  }
} finally {
  await browser.close();
  await program.stop();
}
