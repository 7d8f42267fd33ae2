import { setTimeout as pause } from "node:timers/promises";
import { TooLate } from "../tools/support/virtualTime.ts";
import type { Level } from "./level.ts";
import type { Change, History, Strike, Trouble } from "./steps.ts";

/*
 * Where the resources are in another process, time is that of the machine: the cluster's runs fast, and what would only be
 * waited for is shorter.
 */

export const realTime: Pick<Level, "time" | "speed" | "waitSeconds" | "hostOf"> = {
  time: {
    async until(work, limitMs) {
      const giveUp = new AbortController();
      const late = pause(limitMs, undefined, { signal: giveUp.signal }).then(() => {
        throw new TooLate(`not done after ${limitMs / 1000} s`);
      });
      late.catch(() => {});
      return await Promise.race([work, late]).finally(() => giveUp.abort());
    },
    pass: (ms) => pause(Math.min(ms, LONGEST_PAUSE_MS)),
  },
  speed: 300,
  waitSeconds: { usual: 3, long: 30 },
  // The names of the tests are known in their own process.
  hostOf: () => "127.0.0.1",
};

/** Connections are gone when their process is. */
const LONGEST_PAUSE_MS = 500;

/** Longest wait for a stop, in seconds. */
const LONGEST_WAIT = 3;

/** The same history without what takes long in the time of the machine. */
export function inRealTime({ steps, ...history }: History): History {
  return {
    ...history,
    steps: steps.map((step) => ({
      ...step,
      ...("strikes" in step ? { strikes: step.strikes.map(quickStrike) } : {}),
      ...("changes" in step ? { changes: step.changes.map(quickChange) } : {}),
    })),
  };
}

function quickStrike(strike: Strike): Strike {
  return { ...strike, trouble: quickTrouble(strike.trouble) };
}

function quickTrouble(trouble: Trouble): Trouble {
  if (trouble.kind === "stall") return { kind: "cut after" };
  if (trouble.kind === "delay") return { ...trouble, ms: 300 };
  if (trouble.kind === "away") return { kind: "away", how: "refuse", ms: 300 };
  return trouble;
}

function quickChange(change: Change): Change {
  if (change.set === "wait")
    return { ...change, timeoutSeconds: Math.min(change.timeoutSeconds, LONGEST_WAIT) };
  const isSettling = change.set === "option" && change.name === "settleSeconds";
  return isSettling ? { ...change, value: 1 } : change;
}
