import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Where the lifecycles are; permanent, because every state asks for it. */
const PROVIDER = "pulumi-oceanbase-backup/provider";

/** The module with which Pulumi's language host runs a program, as `process.argv` has it. */
const RUNNER = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run([\\/]index\.js)?$/;

/** The folder in which Pulumi has started this process. A program may go to another one later. */
const STARTED_IN = process.cwd();

/** Whether the package was found from there: looked up once, however many resources a program makes. */
let isFound = false;

/** What to do when the package is not found from a folder; the line that the state holds has the folder filled in later. */
const advice = (folder: string) =>
  `install pulumi-oceanbase-backup in ${folder}: destroy runs its code from there`;

/**
 * The text that stands in the state for the code of a resource: a module whose `handler` gives the lifecycle.
 *
 * Pulumi's dynamic provider host evaluates it as if it were a file in the folder that it runs in: the one of
 * `Pulumi.yaml`, or below it the one that `main` names there. So the package is looked up from that folder upwards. It may
 * not be found: a component library has it and the stack itself does not, or it was uninstalled together with the
 * program's last use of it and the resources are still to be destroyed. Then the text says what to install, and where.
 *
 * @param provider the export of `pulumi-oceanbase-backup/provider`; permanent
 */
export function codeReference(provider: string): string {
  const refuse = `let e=Error("${advice('"+process.cwd()+"')}");e.stack="";throw e`;
  return `exports.handler=()=>{try{var f=require.resolve("${PROVIDER}")}catch{${refuse}}return require(f).${provider}}`;
}

/**
 * Refuses to make a resource whose code Pulumi's dynamic provider host would not find later, as far as the program can
 * tell: the host runs where the program was started. It can not for a program that is a part of another process, as with
 * the Automation API or in a component provider, nor under a test's mocks.
 */
export function requireCodeForHost(): void {
  if (isFound || !RUNNER.test(process.argv[1] ?? "")) return;
  try {
    createRequire(join(STARTED_IN, "index.js")).resolve(PROVIDER);
    isFound = true;
  } catch {
    throw new pulumi.RunError(advice(STARTED_IN));
  }
}
