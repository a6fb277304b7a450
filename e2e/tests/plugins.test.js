// Plugins are looked at, switched after a question, and every open tab sees it happen.

import assert from "node:assert/strict";
import { barriers, overflow } from "../browser.js";
import { visits } from "./visit.js";

/** Presses a button of a plugin's page, and says yes to the question. */
async function command(page, plugin, label) {
  await page.goto(`/plugins/${plugin}`);
  await page.getByRole("link", { name: label, exact: true }).click();
  await page.getByRole("button", { name: label, exact: true }).click();
}

/** The row of a plugin on the list. */
const row = (page, name) => page.getByRole("row").filter({ hasText: name });

visits(["--demo"], (visit) => {
  visit("the list is narrowed by words, type and state", {}, async (page) => {
    await page.goto("/plugins");
    await row(page, "DEGIRO").getByText("active").waitFor();
    await page.getByLabel("Search").fill("fx-rates");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL("**/plugins?search=*");
    assert.equal(await row(page, "DEGIRO").count(), 0);
    assert.equal(await row(page, "ECB reference rates").count(), 1);
  });

  visit("what one tab disables and enables, another shows", {}, async (page) => {
    await page.goto("/plugins");
    const ecb = row(page, "ECB reference rates");
    await ecb.getByText("active").waitFor();
    const other = await page.context().newPage();
    await command(other, "ecb-rates", "Disable");
    await other.getByText("It is switched off.").waitFor();
    await ecb.getByText("disabled").waitFor();
    await ecb.getByText("Switched off").waitFor();
    await page.goto("/plugins/ecb-rates");
    assert.match(await page.locator("#history li").first().innerText(), /Unloaded/);
    await other.goto("/plugins/ecb-rates/enable");
    await other.getByRole("button", { name: "Enable without", exact: true }).click();
    await page.locator("#standing").getByText("active").waitFor();
    await page.locator("#history").getByText("Started").first().waitFor();
    await page.getByRole("status").getByText("ecb-rates: active").waitFor({ state: "attached" });
    await other.close();
  });

  visit("a check is drawn, and told in figures", { width: "narrow" }, async (page) => {
    await command(page, "degiro", "Check now");
    await page.getByText("It was checked.").waitFor();
    await page.locator("#health canvas").first().waitFor();
    await page.getByText("The same in figures").click();
    await page.getByRole("row").filter({ hasText: "error-rate" }).getByText("at most 20 %").waitFor();
    assert.deepEqual(await barriers(page), []);
    assert.equal(await overflow(page), 0);
  });

  visit("what can't be done is said in a sentence", {}, async (page, faults) => {
    await page.goto("/plugins/generic-csv/disable");
    const other = await page.context().newPage();
    await command(other, "generic-csv", "Disable");
    await other.getByText("It is switched off.").waitFor();
    await other.close();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("alert").getByText("a plugin that is disabled can't be disabled").waitFor();
    assert.deepEqual(await barriers(page), []);
    // The browser's own word of it.
    assert.match(faults.pop(), /responded with a status of 409/);
  });
});
