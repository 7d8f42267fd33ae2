import { ensureKernel } from "../tools/toolchain/kernel.mjs";

/** Before the tests of the kernel: its server is there. */
export default async function setup(): Promise<void> {
  await ensureKernel();
}
