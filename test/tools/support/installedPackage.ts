import { rmSync } from "node:fs";
import { join } from "node:path";
import { ensurePulumi } from "../toolchain/pulumi.mjs";
import { CONSUMER, installPackage } from "./consumer.ts";

/** Before the tests that run Pulumi: a Pulumi CLI, and the package installed from its packed tarball. */
export default async function prepare(): Promise<void> {
  // Every project of the run asks for it; once is enough.
  if (process.env.TEST_PULUMI_DIRECTORY !== undefined) return;
  process.env.TEST_PULUMI_DIRECTORY = await ensurePulumi();
  rmSync(join(CONSUMER, "projects"), { recursive: true, force: true });
  await installPackage();
}
