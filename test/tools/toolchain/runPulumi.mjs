import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ensurePulumi, pulumiEnvironment } from "./pulumi.mjs";
import { ROOT, run, TOOLCHAIN } from "./run.mjs";

/*
 * `npm run pulumi -- ARGS`: the Pulumi CLI on a local file backend, in the folder it was called from. The
 * package stands in node_modules under its own name, so that the examples find it without being installed.
 */

const self = join(ROOT, "node_modules", "pulumi-oceanbase-backup");
if (!existsSync(self)) symlinkSync("..", self);

const directory = await ensurePulumi();
const { code } = await run(join(directory, "pulumi"), process.argv.slice(2), {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: pulumiEnvironment(directory, join(TOOLCHAIN, "state")),
});
process.exit(code);
