import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withinTime } from "../../../../provider/oceanbase/connection/withinTime.ts";

const never = new Promise<string>(() => {});
const leave = vi.fn((why: string) => new Error(why));

beforeEach(() => {
  vi.useFakeTimers();
  leave.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

test("work in time gives its result or its failure, and leaves no timer", async () => {
  expect(await withinTime(Promise.resolve("done"), { ms: 10 }, leave)).toBe("done");
  await expect(withinTime(Promise.reject(new Error("failed")), { ms: 10 }, leave)).rejects.toThrow("failed");
  expect(vi.getTimerCount()).toBe(0);
  expect(leave).not.toHaveBeenCalled();
});

test("work that takes longer is left exactly when its time is over", async () => {
  const waiting = withinTime(never, { ms: 1000 }, leave);
  const failed = expect(waiting).rejects.toThrow("late");
  await vi.advanceTimersByTimeAsync(999);
  expect(leave).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await failed;
  expect(leave).toHaveBeenCalledTimes(1);
});

test("a caller that cancels fails at once, and leaves no timer and no listener", async () => {
  const caller = new AbortController();
  const removed = vi.spyOn(caller.signal, "removeEventListener");
  const waiting = withinTime(never, { ms: 1000, signal: caller.signal }, leave);
  caller.abort();
  await expect(waiting).rejects.toThrow("aborted");
  expect(vi.getTimerCount()).toBe(0);
  expect(removed).toHaveBeenCalled();
});

test("a caller that has cancelled already does not wait at all", async () => {
  await expect(withinTime(never, { ms: 1000, signal: AbortSignal.abort() }, leave)).rejects.toThrow(
    "aborted",
  );
});

test("without a limit, or with one beyond what a timer can hold, only the work or the caller ends it", async () => {
  for (const ms of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = withinTime(promise, { ms }, leave);
    expect(vi.getTimerCount()).toBe(0);
    resolve("done");
    expect(await waiting).toBe("done");
  }
});
