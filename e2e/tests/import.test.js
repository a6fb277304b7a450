// Files come in by upload: looked at first, stored once, and refused in one sentence.

import assert from "node:assert/strict";
import path from "node:path";
import { barriers, overflow } from "../browser.js";
import { visits } from "./visit.js";

const file = (name) => path.join(import.meta.dirname, "..", "files", name);
const FILES = ["Transactions.csv", "Account.csv"].map(file);

async function upload(page, files) {
  await page.locator("#files").setInputFiles(files);
  await page.getByRole("button", { name: "Preview" }).click();
}

visits([], (visit) => {
  visit("an empty installation leads to the import", {}, async (page) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Import files" }).click();
    await page.getByRole("heading", { name: "Import" }).waitFor();
  });

  visit("files of DEGIRO are previewed, stored and shown", { width: "narrow" }, async (page) => {
    await page.goto("/import");
    await page.getByLabel("Your name for it").fill("mine");
    await page.getByLabel("Broker").selectOption({ label: "DEGIRO" });
    await upload(page, FILES);
    await page.getByRole("heading", { name: "Preview" }).waitFor();
    assert.deepEqual(await barriers(page), []);
    assert.equal(await overflow(page), 0);
    await page.goto("/");
    await page.getByText("Nothing here yet").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: /^Store \d+ new facts$/ }).click();
    await page.getByRole("status").waitFor();
    await page.goto("/portfolio");
    // 6 units at the last price of 110, and 938 in cash.
    await page.getByText("1,598.00 EUR at the end of").waitFor();
  });

  visit("the same files bring nothing new", {}, async (page) => {
    await page.goto("/import");
    await upload(page, FILES);
    await page.getByRole("button", { name: "Nothing new: go on" }).click();
    await page.getByText("nothing was added").waitFor();
  });

  visit("a file of something else is refused in one sentence", {}, async (page, faults) => {
    await page.goto("/import");
    await upload(page, [{ name: "holiday.csv", mimeType: "text/csv", buffer: Buffer.from("Dear diary,\n") }]);
    const refusal = page.getByRole("alert");
    await refusal.getByText("this is not one of DEGIRO's exports").waitFor();
    await refusal.getByText("holiday.csv, line 1").waitFor();
    await refusal.getByText("Nothing was stored.").waitFor();
    assert.deepEqual(await barriers(page), []);
    // The browser's own word of it.
    assert.match(faults.pop(), /responded with a status of 422/);
  });
});
