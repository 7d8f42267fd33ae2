import { startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { startKernel } from "./kernel.ts";

/** Servers of OceanBase's kernel without backups: the real one, and the sandbox that plays it. */
export const SUBJECTS = {
  "the kernel": startKernel,
  "the sandbox that plays it": async () => {
    const sandbox = await startSandbox({ flavor: "seekdb" });
    return { port: sandbox.port, password: sandbox.logins.sys.password, stop: () => sandbox.stop() };
  },
};
