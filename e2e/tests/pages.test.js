// Every page, in every look: nothing leaves the program, nothing is wider than the window, and
// nobody is kept out.

import assert from "node:assert/strict";
import { SCHEMES, WIDTHS, barriers, overflow } from "../browser.js";
import { visits } from "./visit.js";

const PAGES = {
  "the dashboard": "/",
  "the portfolio": "/portfolio",
  "the performance": "/performance",
  "the performance beside a benchmark": "/performance?interval=1Y&benchmark=IE00B4L5Y983",
  "the performance of a holding": "/performance?holding=AAPL",
  "the diversification": "/diversification",
  "the dividends": "/dividends",
  "the deposits": "/deposits",
  "the fees": "/fees",
  "the account statement": "/account",
  "the transactions": "/transactions",
  "the sales": "/sales",
  "the accounts": "/accounts",
  "the reconciliation": "/reconciliation",
  "an explained total": "/explain/total.value",
  "an explained holding": "/explain/holding.AAPL.unrealized_gain",
  "an explained return": "/explain/performance.twr",
  "the insights": "/insights",
  "the import": "/import",
  "the plugins": "/plugins",
  "a plugin": "/plugins/degiro",
  "the question before a command": "/plugins/ecb-rates/enable",
  "a page that isn't there": "/nowhere",
};

/** In how many colours the chart is painted; an empty canvas has one. */
async function colours(page) {
  return page.evaluate(() => {
    const canvas = document.querySelector("#history canvas");
    const { width, height } = canvas;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    return new Set(pixels).size;
  });
}

visits(["--demo"], (visit) => {
  for (const [name, address] of Object.entries(PAGES)) {
    for (const scheme of SCHEMES) {
      for (const width of Object.keys(WIDTHS)) {
        visit(`${name} is sound, ${scheme} and ${width}`, { scheme, width }, async (page, faults) => {
          const answer = await page.goto(address, { waitUntil: "networkidle" });
          assert.equal(answer.status(), address === "/nowhere" ? 404 : 200);
          if (address === "/nowhere") {
            // The browser's own word of it.
            assert.match(faults.pop(), /responded with a status of 404/);
          }
          assert.equal(await overflow(page), 0);
          assert.deepEqual(await barriers(page), []);
        });
      }
    }
  }

  visit("the chart is drawn, and follows the interval", {}, async (page) => {
    await page.goto("/", { waitUntil: "networkidle" });
    const canvas = page.locator("#history canvas");
    const whole = await canvas.screenshot();
    assert.ok(await colours(page) > 2, "lines, axes and background");
    await page.getByRole("link", { name: "1Y" }).click();
    await page.waitForURL("**/?interval=*");
    await page.waitForLoadState("networkidle");
    assert.ok(!whole.equals(await canvas.screenshot()), "another interval is another picture");
  });

  visit("the dashboard fits phones of any width", { width: "narrow" }, async (page) => {
    await page.goto("/", { waitUntil: "networkidle" });
    for (const width of [360, 390, 430, 520, 640]) {
      await page.setViewportSize({ width, height: 844 });
      assert.equal(await overflow(page), 0, `${width} pixels`);
      const figures = await page.getByRole("region", { name: "Totals" }).getByRole("link").all();
      for (const figure of figures) {
        const { x, width: wide } = await figure.boundingBox();
        assert.ok(x + wide <= width, `${await figure.innerText()} at ${width} pixels`);
      }
    }
  });

  visit("returns follow the period, and say what they mean", {}, async (page) => {
    await page.goto("/performance", { waitUntil: "networkidle" });
    await page.locator("[data-lines] canvas").first().waitFor();
    const whole = await page.locator("dl dd").first().innerText();
    await page.getByText("What is this: Time-weighted return").click();
    await page.getByText("Portfolio Performance, true time-weighted rate of return").waitFor();
    await page.getByRole("link", { name: "1M", exact: true }).click();
    await page.waitForURL("**/performance?interval=1M");
    assert.notEqual(await page.locator("dl dd").first().innerText(), whole);
    assert.deepEqual(await barriers(page), []);
  });

  visit("lines of insights are drawn over the server's", {}, async (page) => {
    await page.goto("/insights", { waitUntil: "networkidle" });
    const charts = page.locator("[data-lines]");
    assert.ok((await charts.count()) > 0);
    await charts.first().locator("canvas").waitFor();
    await page.getByRole("heading", { name: "Concentration" }).waitFor();
    await page.getByText("Largest position").waitFor();
  });

  visit("a transaction opens down to the line of its file", {}, async (page) => {
    await page.goto("/transactions?search=apple");
    await page.getByRole("link", { name: /^line / }).first().click();
    await page.getByRole("heading", { name: "flex.xml" }).waitFor();
    const wanted = page.locator("tr.bg-primary\\/12");
    assert.match(await wanted.innerText(), /symbol="AAPL"/);
    assert.deepEqual(await barriers(page), []);
    assert.equal(await overflow(page), 0);
  });

  visit("any figure opens down to the line of its file, without script", {}, async (page) => {
    await page.goto("/portfolio");
    await page.locator("table a.explained[href*='AAPL.cost_basis']").first().click();
    await page.waitForURL("**/explain/holding.AAPL.cost_basis*");
    await page.locator("details:not([open]) > summary").first().click().catch(() => {});
    await page.getByRole("link", { name: /flex\.xml, line/ }).first().click();
    await page.getByRole("heading", { name: "flex.xml" }).waitFor();
  });

  visit("how costs are counted is chosen on the page, and counts at once", {}, async (page, faults) => {
    await page.goto("/accounts");
    const form = page.locator("form[action='/accounts/ib']");
    await form.getByLabel("A sale uses").selectOption("specific");
    await form.getByRole("button", { name: /^Save/ }).click();
    await page.getByRole("status").waitFor();
    await page.goto("/sales?account=ib");
    await page.locator("summary").first().click();
    await page.getByRole("link", { name: /^How this gain/ }).first().click();
    await page.getByRole("heading", { name: "Which lots it uses" }).waitFor();
    await page.locator("#lots ~ form input.input").first().fill("many");
    await page.getByRole("button", { name: "Use these lots" }).click();
    await page.getByText("“many”").or(page.getByText("`many`")).waitFor();
    // The browser's own word of the refusal.
    assert.match(faults.pop(), /responded with a status of 422/);
    assert.deepEqual(await barriers(page), []);
  });

  visit("the appearance that is chosen stays", { scheme: "light" }, async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.goto("/");
    const light = await background();
    await page.getByRole("button", { name: "Dark" }).click();
    await page.waitForLoadState();
    await page.goto("/portfolio");
    assert.notEqual(await background(), light);
  });
});
