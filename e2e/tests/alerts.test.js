// Alerts and webhooks: added, tried and removed by hand, and told in sentences.

import assert from "node:assert/strict";
import { barriers, overflow } from "../browser.js";
import { visits } from "./visit.js";

visits(["--demo"], (visit) => {
  for (const width of ["wide", "narrow"]) {
    visit(`a webhook is added, tried and removed, ${width}`, { width }, async (page, faults) => {
      await page.goto("/plugins");
      await page.getByRole("link", { name: "Alerts and webhooks" }).click();
      await page.getByText("Each alert is sent there").waitFor();
      // Nobody listens at this port.
      await page.getByLabel("URL").fill("http://127.0.0.1:9/private-part");
      await page.getByLabel("Secret").fill("between us");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByText("The webhook is added.").waitFor();
      assert.equal(await page.getByText("private-part").count(), 0);
      assert.deepEqual(await barriers(page), []);
      assert.equal(await overflow(page), 0);
      await page.getByRole("button", { name: "Send a test to http://127.0.0.1:9" }).click();
      await page.getByRole("alert").getByText("doesn't take").waitFor();
      await page.getByText("failing", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Remove http://127.0.0.1:9" }).click();
      await page.getByText("The webhook is removed.").waitFor();
      // The browser's own word of it.
      assert.match(faults.pop(), /responded with a status of 422/);
    });
  }
});
