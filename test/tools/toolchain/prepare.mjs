import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./run.mjs";

/*
 * All the set-up that `npm test` and `npm run demo` need on a fresh clone: dependencies, the built package and a
 * Pulumi CLI; with `--dependencies` only those, with `--languages` also what stacks in other languages need. Plain JavaScript without imports from outside, because it runs
 * before anything is installed, on whatever Node the machine has. What is there already is not done again. It tells
 * what it does on the error output: the standard output belongs to the command that comes after it.
 */

const stamp = join(ROOT, "node_modules", ".prepared");
const wanted = createHash("sha256")
  .update(readFileSync(join(ROOT, "package-lock.json")))
  .digest("hex");

const isInstalled = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
if (!isInstalled) {
  console.error("Installing dependencies ...");
  await must("npm", ["ci", "--no-audit", "--no-fund"]);
  writeFileSync(stamp, wanted);
}
if (process.argv.includes("--dependencies")) process.exit(0);
// An installation has built it already.
if (isInstalled) await must("npm", ["run", "--silent", "build"]);
const { ensurePulumi } = await import("./pulumi.mjs");
try {
  await ensurePulumi();
  if (process.argv.includes("--languages")) await (await import("./languages.mjs")).ensureLanguages();
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function must(command, args) {
  const { code } = await run(command, args, { onLine: (line) => console.error(line) });
  if (code !== 0) process.exit(code);
}
