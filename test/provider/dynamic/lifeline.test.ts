import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EngineClient, EngineServer } from "../../tools/support/engineServer.ts";
import { asHostStartedWith } from "./startedHost.ts";

/*
 * What becomes of work whose engine is killed. The module keeps what it has seen for the life of the process, so every
 * test loads it anew.
 */
let engine: EngineServer;

beforeEach(async () => {
  vi.resetModules();
  engine = await EngineServer.start();
});
afterEach(() => {
  engine.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function startedWith(...args: string[]) {
  const signals = asHostStartedWith(...args);
  return { signals, ...(await import("../../../provider/dynamic/lifeline.ts")) };
}

/** Work that ends when the test lets it, and the signal it was given. */
function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let given: AbortSignal | undefined;
  const act = (signal: AbortSignal) => {
    given = signal;
    return promise;
  };
  return { act, end: () => resolve("done"), isAborted: () => given?.aborted };
}

/** Until the connection to the engine stands. */
const connected = (client: { getConnectivityState(): number }) =>
  expect.poll(() => client.getConnectivityState()).toBe(2);

/** The channel that the module makes, for the tests to look at. */
function channels() {
  const made: { getConnectivityState(): number }[] = [];
  const getChannel = EngineClient.prototype.getChannel;
  vi.spyOn(EngineClient.prototype, "getChannel").mockImplementation(function (this: unknown) {
    const channel = getChannel.call(this);
    made.push({ getConnectivityState: () => channel.getConnectivityState(false) });
    return channel;
  });
  return made;
}

test("work under a living engine returns its result or its failure, and the process goes on", async () => {
  const { whileEngineLives, signals } = await startedWith(engine.address);
  const { act, end, isAborted } = work();
  const result = whileEngineLives(act);
  end();
  expect(await result).toBe("done");
  expect(isAborted()).toBe(false);
  await expect(whileEngineLives(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(signals).toEqual([]);
});

test("work is aborted when the engine goes away, and the process ends after the last of it", async () => {
  const made = channels();
  const { whileEngineLives, signals } = await startedWith(engine.address);
  const [one, two] = [work(), work()];
  const results = [whileEngineLives(one.act), whileEngineLives(two.act)];
  expect(made).toHaveLength(1);
  await connected(made[0] as (typeof made)[number]);
  expect(one.isAborted()).toBe(false);
  engine.stop();
  await expect.poll(() => [one.isAborted(), two.isAborted()], { timeout: 10_000 }).toEqual([true, true]);
  one.end();
  await results[0];
  expect(signals).toEqual([]);
  two.end();
  await results[1];
  expect(signals).toEqual(["SIGINT"]);
  const late = work();
  const given = whileEngineLives(late.act);
  expect(late.isAborted()).toBe(true);
  late.end();
  await given;
});

test("an engine that answers at the second attempt does not count as gone", async () => {
  const states = [2, 0, 1, 3, 1, 2];
  const seen: number[] = [];
  vi.spyOn(EngineClient.prototype, "getChannel").mockImplementation(() => ({
    getConnectivityState: () => states[seen.length],
    watchConnectivityState: (state: number, _deadline: number, changed: () => void) => {
      seen.push(state);
      if (seen.length < states.length) setImmediate(changed);
    },
  }));
  const { whileEngineLives, signals } = await startedWith(engine.address);
  const { act, end, isAborted } = work();
  const result = whileEngineLives(act);
  await expect.poll(() => seen).toEqual(states);
  expect(isAborted()).toBe(false);
  end();
  await result;
  expect(signals).toEqual([]);
});

test("an engine that cannot be reached yet does not count as gone", async () => {
  engine.stop();
  const made = channels();
  const { whileEngineLives, signals } = await startedWith(engine.address);
  const { act, end, isAborted } = work();
  const result = whileEngineLives(act);
  await expect.poll(() => made[0]?.getConnectivityState()).toBe(3);
  expect(isAborted()).toBe(false);
  end();
  await result;
  expect(signals).toEqual([]);
});

test("work goes unwatched without an engine, or with an engine client of an unknown form", async () => {
  const { whileEngineLives } = await startedWith();
  expect(await whileEngineLives(async (signal) => signal.aborted)).toBe(false);
  vi.resetModules();
  const other = await startedWith(engine.address);
  vi.spyOn(EngineClient.prototype, "getChannel").mockImplementation(() => {
    throw new Error("there is no such method");
  });
  expect(await other.whileEngineLives(async (signal) => signal.aborted)).toBe(false);
});
