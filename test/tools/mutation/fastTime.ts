import { createRequire, syncBuiltinESMExports } from "node:module";

/*
 * Lets the time of a test's process run fast, for the package, the driver and the sandbox alike: a mutation run repeats
 * the tests some thousand times, and nearly all they do is wait. What is slow by itself, such as a socket, seems slower by
 * the same factor, so the factor is a small one. The runner's own timeouts were set up before and keep to real time.
 */
const FACTOR = 6;

/** Set once a process has fast time: test files that follow one another in it run this again. */
const flags = globalThis as { timeRunsFast?: true };

const require = createRequire(import.meta.url);
const timers = require("node:timers") as typeof import("node:timers");
const promises = require("node:timers/promises") as typeof import("node:timers/promises");

if (!flags.timeRunsFast) {
  flags.timeRunsFast = true;
  const startedAt = Date.now();
  const RealDate = Date;
  class FastDate extends RealDate {
    constructor(...args: [] | [number | string]) {
      super(...((args.length === 0 ? [FastDate.now()] : args) as [number]));
    }
    static override now(): number {
      return startedAt + Math.round((RealDate.now() - startedAt) * FACTOR);
    }
  }
  globalThis.Date = FastDate as DateConstructor;

  type SetTimer = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => NodeJS.Timeout;
  const fast = (set: SetTimer): SetTimer => {
    return (callback, ms = 0, ...args) => set(callback, ms / FACTOR, ...args);
  };
  const realPause = promises.setTimeout;
  Object.assign(timers, { setTimeout: fast(setTimeout), setInterval: fast(setInterval) });
  Object.assign(globalThis, { setTimeout: timers.setTimeout, setInterval: timers.setInterval });
  Object.assign(promises, {
    setTimeout: (ms = 0, ...rest: [unknown?, object?]) => realPause(ms / FACTOR, ...rest),
  });
  const realTimeout = AbortSignal.timeout;
  AbortSignal.timeout = (ms) => realTimeout.call(AbortSignal, Math.round(ms / FACTOR));
  syncBuiltinESMExports();
}
