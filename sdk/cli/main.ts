#!/usr/bin/env node
import { nodeProblem } from "../../provider/nodeVersion";
import { runCommand } from "./cli";
import { EXIT } from "./command";
import { askForSecret } from "./secretPrompt";

/*
 * The program behind `npx pulumi-oceanbase-backup`.
 */
async function main(): Promise<number> {
  const problem = nodeProblem();
  if (problem !== undefined) {
    console.error(problem);
    return EXIT.nothingFoundOut;
  }
  return await runCommand(process.argv.slice(2), {
    version: require("../../../package.json").version,
    env: process.env,
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    askedToEnd,
    ...(process.stdin.isTTY ? { askForSecret } : {}),
  });
}

/** Signals, and the end of an npm that has started this program: it passes a signal on to its shell only. */
function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, 250).unref();
  });
}

main().then((code) => {
  process.exitCode = code;
});
