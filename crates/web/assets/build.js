// Builds the style sheet and the scripts of the page into `dist/`.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");

await build({
  entryPoints: ["src/chart.js", "src/import.js", "src/lines.js", "src/plugin.js", "src/plugins.js"],
  outdir: "dist",
  bundle: true,
  // What several pages draw with is loaded once; its name holds its digest.
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
});

execFileSync(
  "node",
  ["node_modules/@tailwindcss/cli/dist/index.mjs", "--input", "src/style.css", "--output", "dist/style.css", "--minify"],
  { stdio: ["ignore", "inherit", "inherit"] },
);

copyFileSync("src/icon.svg", "dist/icon.svg");
