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
    ...(process.stdin.isTTY ? { askForSecret } : {}),
  });
}

main().then((code) => {
  process.exitCode = code;
});
