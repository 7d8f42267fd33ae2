import { getEventListeners } from "node:events";
import { openClients } from "../tools/support/memoryNetwork.ts";
import { PulumiStack } from "../tools/support/pulumiEngine.ts";
import { inVirtualTime, VirtualTime } from "../tools/support/virtualTime.ts";
import type { Level } from "./level.ts";
import { ProviderInProcess } from "./providerInProcess.ts";
import { comeToPass } from "./run.ts";
import type { History } from "./steps.ts";

/** Lets a history come to pass in this process and in virtual time; fails with a Violation. */
export async function live(history: History): Promise<void> {
  // It is loaded with the first login, and while files are read no time must pass.
  await import("mysql2");
  const time = new VirtualTime(history.seed);
  const { stackTraceLimit } = Error;
  // Most errors here are a server's, and where they were made costs more than all the rest of them.
  Error.stackTraceLimit = 0;
  try {
    await inVirtualTime(time, () => comeToPass(history, inProcess(time)));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function inProcess(time: VirtualTime): Level {
  return {
    time,
    speed: 30,
    waitSeconds: { usual: 20, long: 600 },
    hostOf: ({ host }) => host,
    newStack: (watch) => new PulumiStack(watch),
    startProcess: async (env) => new ProviderInProcess(env),
    leftBy: (processes) => ({
      sockets: openClients(),
      timers: time.timers.size,
      listeners: Math.max(
        ...processes.map((one) => getEventListeners((one as ProviderInProcess).signal, "abort").length),
      ),
    }),
  };
}
