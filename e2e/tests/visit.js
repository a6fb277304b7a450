// A test that visits the program in the browser, and holds every page to the same rules.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { start } from "../program.js";

/** Declares tests that share one running program; each visits it in a tab of its own. */
export function visits(options, declare) {
  let browser;
  let program;
  before(async () => {
    [browser, program] = await Promise.all([launch(), start(...options)]);
  });
  after(async () => {
    await Promise.all([browser?.close(), program?.stop()]);
  });
  declare((name, appearance, steps) => {
    test(name, async () => {
      const { page, faults, close } = await open(browser, program.address, appearance);
      try {
        await steps(page, faults);
        assert.deepEqual(faults, []);
      } finally {
        await close();
      }
    });
  });
}
