import type { FaultProxy } from "../faults/proxy.ts";
import type { Process } from "./level.ts";
import type { Strike, Trouble } from "./steps.ts";
import type { World } from "./world.ts";

/** What a command's troubles can be done to. */
export interface Struck {
  world: World;
  /** The address that the command uses. */
  proxy: FaultProxy;
  /** The process that runs it. */
  process: Pick<Process, "kill" | "interrupt">;
}

const QUERIES = { query: /^(?!login )/, statement: /^\s*ALTER SYSTEM/i, login: /^login / };

/** Lets a trouble wait for its query. */
export function arm({ at, nth, trouble }: Strike, struck: Struck): void {
  const match = QUERIES[at];
  const { proxy, world } = struck;
  const { faults } = world.sandbox;
  switch (trouble.kind) {
    case "world":
      faults.inject({ match, nth, act: { kind: "just before", happens: () => world.apply(trouble.world) } });
      return;
    case "error": {
      const { errno, after, times = 1 } = trouble;
      faults.inject({ match, nth, times, act: { kind: after ? "error after" : "error", errno } });
      return;
    }
    case "away":
      proxy.trap(match, { kind: "happens", act: () => goAway(trouble, proxy) }, nth);
      return;
    case "kill":
      proxy.trap(match, { kind: "happens", act: () => struck.process.kill() }, nth);
      return;
    case "interrupt":
      faults.inject({ match, nth, act: { kind: "just before", happens: () => struck.process.interrupt() } });
      return;
    default:
      proxy.trap(match, trouble, nth);
  }
}

async function goAway({ how, ms }: Extract<Trouble, { kind: "away" }>, proxy: FaultProxy): Promise<void> {
  await proxy[how]();
  if (ms !== undefined) setTimeout(() => proxy.restore(), ms);
}

/** Nothing waits any more, and the addresses answer. */
export async function disarm({ sandbox, proxies }: World): Promise<void> {
  sandbox.faults.clear();
  for (const proxy of proxies) {
    proxy.disarm();
    await proxy.restore();
  }
}
