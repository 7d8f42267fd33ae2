import { createRequire, syncBuiltinESMExports } from "node:module";

/*
 * Time that passes only when nothing else is left to do: for the package, the driver and the sandbox in one process. It
 * needs everything that they wait for to be in this process, too, see `memoryNetwork.ts`. Chance is a part of it: a run with
 * the same seed goes the same way.
 */

const require = createRequire(import.meta.url);
const timers = require("node:timers") as typeof import("node:timers");
const promises = require("node:timers/promises") as typeof import("node:timers/promises");

const real = {
  Date,
  random: Math.random,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  clearImmediate: globalThis.clearImmediate,
  pause: promises.setTimeout,
  immediate: promises.setImmediate,
  signalAfter: AbortSignal.timeout,
};

/** How often the loop may turn without time passing, before it counts as one that never ends. */
const MAX_TURNS = 20_000;

/** An interval is not kept more often than this: what is measured all the time changes nothing here. */
const LEAST_INTERVAL_MS = 1_000;

/** Something that took longer than it may. */
export class TooLate extends Error {}

class VirtualTimer {
  dueMs: number;
  private readonly time: VirtualTime;
  private readonly call: () => void;
  private readonly everyMs: number | undefined;
  private readonly ms: number;

  constructor(time: VirtualTime, call: () => void, ms: number, everyMs?: number) {
    this.time = time;
    this.call = call;
    this.ms = ms;
    this.everyMs = everyMs;
    this.dueMs = time.nowMs + ms;
  }

  fire(): void {
    if (this.everyMs === undefined) this.time.timers.delete(this);
    else this.dueMs += this.everyMs;
    this.call();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    this.dueMs = this.time.nowMs + this.ms;
    return this;
  }
}

/** One stretch of virtual time. */
export class VirtualTime {
  nowMs: number;
  readonly timers = new Set<VirtualTimer>();
  readonly immediates = new Set<NodeJS.Immediate>();
  private seed: number;

  constructor(seed: number, startMs = real.Date.UTC(2026, 0, 1)) {
    this.seed = seed;
    this.nowMs = startMs;
  }

  /** A number that looks like chance, from 0 to 1. */
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Lets time pass until the work is done. @param limitMs how long it may take */
  async until<T>(work: Promise<T>, limitMs: number): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    await this.pump(() => isDone, this.nowMs + limitMs);
    if (!isDone) throw new TooLate(`not done after ${limitMs / 1000} s`);
    return await work;
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    await this.pump(() => false, end);
    this.nowMs = end;
  }

  private async pump(isDone: () => boolean, endMs: number): Promise<void> {
    for (let turns = 0; turns < MAX_TURNS; turns += 1) {
      await new Promise((resolve) => real.setImmediate(resolve));
      if (isDone()) return;
      if (this.immediates.size > 0) continue;
      const next = this.next();
      if (next === undefined || next.dueMs > endMs) return;
      if (next.dueMs > this.nowMs) turns = 0;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.fire();
    }
    throw new TooLate(`${MAX_TURNS} turns without a moment between them`);
  }

  private next(): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.timers) if (first === undefined || timer.dueMs < first.dueMs) first = timer;
    return first;
  }
}

/** The time that is in force; undefined: that of the machine. */
let current: VirtualTime | undefined;

/** Whether time is virtual at the moment. */
export function isVirtual(): boolean {
  return current !== undefined;
}

/** Does something in virtual time. */
export async function inVirtualTime<T>(time: VirtualTime, act: () => Promise<T>): Promise<T> {
  if (current !== undefined) throw new Error("one virtual time at once");
  current = time;
  try {
    return await act();
  } finally {
    current = undefined;
  }
}

type Callback = (...args: unknown[]) => void;

function startTimer(time: VirtualTime, call: () => void, ms: unknown, isRepeated = false): VirtualTimer {
  const given = Math.max(1, Number(ms) || 1);
  const everyMs = isRepeated ? Math.max(given, LEAST_INTERVAL_MS) : undefined;
  const timer = new VirtualTimer(time, call, everyMs ?? given, everyMs);
  time.timers.add(timer);
  return timer;
}

function stopTimer(timer: unknown, realStop: (timer: never) => void): void {
  if (timer instanceof VirtualTimer) current?.timers.delete(timer);
  else realStop(timer as never);
}

/** As Node's own: it ends early, as a failure, when the signal is aborted. */
function pause<T>(time: VirtualTime, ms: number | undefined, value: T, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      time.timers.delete(timer);
      reject(new DOMException("The operation was aborted", "AbortError"));
    };
    const timer = startTimer(
      time,
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve(value);
      },
      ms,
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function immediate(time: VirtualTime, call: () => void): NodeJS.Immediate {
  const handle = real.setImmediate(() => {
    time.immediates.delete(handle);
    call();
  });
  time.immediates.add(handle);
  return handle;
}

class VirtualDate extends real.Date {
  constructor(...args: [] | [number | string]) {
    super(...((args.length === 0 ? [VirtualDate.now()] : args) as [number]));
  }

  static override now(): number {
    return current?.nowMs ?? real.Date.now();
  }
}

/** Callbacks by `node:timers` and by the globals. */
const patched = {
  setTimeout: (call: Callback, ms?: number, ...args: unknown[]) =>
    current ? startTimer(current, () => call(...args), ms) : real.setTimeout(call, ms, ...args),
  setInterval: (call: Callback, ms?: number, ...args: unknown[]) =>
    current ? startTimer(current, () => call(...args), ms, true) : real.setInterval(call, ms, ...args),
  setImmediate: (call: Callback, ...args: unknown[]) =>
    current ? immediate(current, () => call(...args)) : real.setImmediate(call, ...args),
  clearTimeout: (timer: unknown) => stopTimer(timer, real.clearTimeout),
  clearInterval: (timer: unknown) => stopTimer(timer, real.clearInterval),
  clearImmediate: (handle: NodeJS.Immediate) => {
    current?.immediates.delete(handle);
    real.clearImmediate(handle);
  },
};

Object.assign(timers, patched);
Object.assign(globalThis, patched, { Date: VirtualDate });
Math.random = () => (current ? current.random() : real.random());
Object.assign(promises, {
  setTimeout: (ms?: number, value?: unknown, options: { signal?: AbortSignal } = {}) =>
    current ? pause(current, ms, value, options.signal) : real.pause(ms, value, options),
  setImmediate: (value?: unknown, options?: object) =>
    current
      ? new Promise((resolve) => immediate(current as VirtualTime, () => resolve(value)))
      : real.immediate(value, options),
});
AbortSignal.timeout = (ms) => {
  if (current === undefined) return real.signalAfter.call(AbortSignal, ms);
  const controller = new AbortController();
  startTimer(current, () => controller.abort(new DOMException("it took too long", "TimeoutError")), ms);
  return controller.signal;
};
syncBuiltinESMExports();
