import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./run.mjs";

/*
 * Before `npm pack` builds: on a fresh clone there is nothing to build with. Its standard output is the tarball's name.
 */
if (!existsSync(join(ROOT, "node_modules"))) {
  const onLine = (/** @type {string} */ line) => console.error(line);
  process.exitCode = (
    await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { onLine })
  ).code;
}
