#!/usr/bin/env node
import { runCommand } from "./cli";
import { askForSecret } from "./secretPrompt";

/*
 * The program behind `npx pulumi-oceanbase-backup`.
 */

const { engines, version } = require("../../../package.json") as {
  engines: { node: string };
  version: string;
};

const least = Number(/\d+/.exec(engines.node)?.[0]);
if (Number.parseInt(process.versions.node, 10) < least) {
  console.error(`Node ${least} or later is needed; this is ${process.versions.node}`);
  process.exitCode = 2;
} else {
  const isTerminal = process.stdin.isTTY === true;
  runCommand(process.argv.slice(2), {
    version,
    env: process.env,
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    ...(isTerminal ? { askForSecret } : {}),
  }).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 2;
    },
  );
}
