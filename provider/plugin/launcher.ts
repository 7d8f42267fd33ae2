import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { nodeProblem } from "../nodeVersion";

/*
 * What Pulumi starts, beside the bundle. The bundle is compiled once and not at every start; the result lies beside it,
 * where only those can write who could change the bundle too. Where it cannot be written there is none.
 */

/** By then the port is printed, and what the first calls need is compiled. */
const FLUSH_AFTER_MS = 1_000;

const problem = nodeProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
// Node 22 learned it on the way: the one in 22.1, the other in 22.10.
enableCompileCache?.(join(__dirname, ".compile-cache"));
require("./plugin.js");
// The engine ends the process by a signal, and then nothing is written.
setTimeout(() => flushCompileCache?.(), FLUSH_AFTER_MS).unref();
