import { type Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { quantile } from "./figures.ts";
import { createCancelBackup } from "./lifecycle.ts";

/** How soon the end of a stop is noticed, and what asking for it costs the server. */
export interface WaitFigures {
  stopSeconds: number;
  waits: number;
  /** From the moment a job left the live view to the moment its resource was done. */
  lagSecondsP95: number;
  lagSecondsMax: number;
  /** Queries of any kind that one wait made, statement included; the most of all waits. */
  queries: number;
  statements: number;
  connections: number;
}

/** One wait after another would take hours: many tenants of one cluster each, begun a little apart. */
const WAITS = 24;

/** Waits for stops of this length, on a clock that runs as the one on the wall. */
export async function measureWaits(stopSeconds: number): Promise<WaitFigures> {
  const each = await Promise.all(
    Array.from({ length: WAITS }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 83));
      // Spread around the length that is meant, or all of them would end at the same point between two looks.
      return await oneWait(stopSeconds * (0.97 + (0.06 * i) / WAITS));
    }),
  );
  return {
    stopSeconds,
    waits: WAITS,
    lagSecondsP95: quantile(
      each.map((wait) => wait.lagSeconds),
      0.95,
    ),
    lagSecondsMax: Math.max(...each.map((wait) => wait.lagSeconds)),
    queries: Math.max(...each.map((wait) => wait.queries)),
    statements: Math.max(...each.map((wait) => wait.statements)),
    connections: Math.max(...each.map((wait) => wait.connections)),
  };
}

/** On a cluster of its own, whose log then holds this wait alone. */
async function oneWait(stopSeconds: number) {
  const sandbox = await startSandbox({ speed: 1, timing: { backupSeconds: 1_000_000 } });
  try {
    sandbox.startBackup("mysql_tenant");
    sandbox.clock.advance(60);
    sandbox.cluster.settle();
    sandbox.setStuck("mysql_tenant", true);
    const created = createCancelBackup(sandbox, ["mysql_tenant"]);
    const leftAt = leavesLiveView(sandbox, stopSeconds);
    const state = await created;
    const doneAt = performance.now();
    if (state.jobs[0]?.status !== "CANCELED") throw new Error(`the wait ended with ${state.summary}`);
    return {
      lagSeconds: (doneAt - (await leftAt)) / 1000,
      queries: sandbox.log.entries.length,
      statements: sandbox.log.cancels.length,
      connections: sandbox.log.logins,
    };
  } finally {
    await sandbox.stop();
  }
}

/** Lets the stop come through after that time; gives the moment when it has. */
async function leavesLiveView(sandbox: Sandbox, stopSeconds: number): Promise<number> {
  while (sandbox.log.cancels.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, stopSeconds * 1000));
  sandbox.setStuck("mysql_tenant", false);
  sandbox.clock.advance(60);
  sandbox.cluster.settle();
  return performance.now();
}
