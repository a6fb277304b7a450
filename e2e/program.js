// The program under test: started in a folder of its own, stopped with the test.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const PROGRAM = process.env.STONKS_PROGRAM;

/** Starts `stonks serve` with these arguments; resolves once it serves. */
export async function start(...options) {
  if (!PROGRAM) throw new Error("STONKS_PROGRAM must name the program; `cargo xtask test` sets it");
  const folder = await mkdtemp(path.join(tmpdir(), "stonks-e2e-"));
  const child = spawn(
    PROGRAM,
    ["serve", "--listen", "127.0.0.1:0", "--data-dir", path.join(folder, "data"), ...options],
    { env: { PATH: process.env.PATH, HOME: folder }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const found = said.match(/is at (http:\/\/\S+)/);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the program ended with ${code}: ${said}`)));
  });
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
