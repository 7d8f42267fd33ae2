import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./run.mjs";

/*
 * All the set-up that `npm test` and `npm run demo` need on a fresh clone: dependencies, the built package and a
 * Pulumi CLI; with `--dependencies` only those, with `--languages` also what stacks in other languages need. With `--run` a
 * TypeScript program comes after it, and all arguments behind are the program's. Plain JavaScript without imports from
 * outside, because it runs before anything is installed, on whatever Node the machine has. What is there already is not done
 * again. It tells what it does on the error output: the standard output belongs to what comes after it.
 */

const [own, program] = splitAt(process.argv.slice(2), "--run");
const stamp = join(ROOT, "node_modules", ".prepared");
const wanted = createHash("sha256")
  .update(readFileSync(join(ROOT, "package-lock.json")))
  .digest("hex");

const isInstalled = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
if (!isInstalled) {
  console.error("Installing dependencies ...");
  // An old Node is warned of by every other dependency; the new one is among them.
  await must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}
if (!own.includes("--dependencies")) await prepareAll();
if (program.length > 0) process.exitCode = await runProgram();

async function prepareAll() {
  // An installation has built it already.
  if (isInstalled) await must("npm", ["run", "--silent", "build"]);
  const { ensurePulumi } = await import("./pulumi.mjs");
  try {
    await ensurePulumi();
    if (own.includes("--languages")) await (await import("./languages.mjs")).ensureLanguages();
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exit(1);
  }
}

/** By the Node among the dependencies: the shell of an npm script would still take the one that it has found at first. */
async function runProgram() {
  const { code } = await run("node", ["--disable-warning=ExperimentalWarning", ...program]);
  return code;
}

/**
 * The arguments before a mark, and those behind it.
 * @param {string[]} args
 * @param {string} mark
 * @returns {[string[], string[]]}
 */
function splitAt(args, mark) {
  const at = args.indexOf(mark);
  return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function must(command, args) {
  const { code } = await run(command, args, { onLine: (line) => console.error(line) });
  if (code !== 0) process.exit(code);
}
