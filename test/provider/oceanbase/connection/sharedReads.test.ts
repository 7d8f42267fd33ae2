import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SharedReads } from "../../../../provider/oceanbase/connection/sharedReads.ts";

/** A read that a test sends and answers. */
interface Run {
  send(): void;
  answer(value: string): void;
  fail(error: Error): void;
  unused: AbortSignal;
  /** Ids of what all callers ask for, as they are now. */
  ids(): readonly string[];
}

let reads: SharedReads;
let runs: Run[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  reads = new SharedReads();
  runs = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function join({
  key = "SELECT",
  maxAgeMs = 0,
  signal = undefined as AbortSignal | undefined,
  ms = 60_000,
  ids = undefined as string[] | undefined,
} = {}) {
  const answer = reads.join(key, {
    ...(ids === undefined ? {} : { ids }),
    maxAgeMs,
    limit: { ms, signal },
    leave: (why) => new Error(why),
    run: (sent, unused, idsOfAll) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      runs.push({ send: sent, answer: resolve, fail: reject, unused, ids: idsOfAll });
      return promise;
    },
  });
  answer.catch(() => {});
  return answer;
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a read that was not sent yet", () => {
  test("serves every caller that asks the same, and no other", async () => {
    const answers = [join(), join(), join({ key: "SELECT 2" })];
    expect(runs).toHaveLength(2);
    runs[0]?.answer("one");
    runs[1]?.answer("two");
    expect(await Promise.all(answers)).toEqual(["one", "one", "two"]);
  });

  test("fails every caller with the same failure, and the next one asks anew", async () => {
    const answers = [join(), join()];
    const failure = new Error("refused");
    runs[0]?.fail(failure);
    for (const answer of answers) await expect(answer).rejects.toBe(failure);
    join();
    expect(runs).toHaveLength(2);
  });
});

describe("a read for things by their ids", () => {
  test("asks for those of all callers that come before it is sent", () => {
    join({ ids: ["1", "2"] });
    join({ ids: ["2", "3"] });
    expect(runs).toHaveLength(1);
    expect(runs[0]?.ids()).toEqual(["1", "2", "3"]);
    join({ key: "another" });
    expect(runs[1]?.ids()).toEqual([]);
  });

  test("serves a later caller that accepts its age when it has asked for all of that caller's ids", async () => {
    join({ ids: ["1", "2"], maxAgeMs: 1000 });
    runs[0]?.send();
    runs[0]?.answer("one");
    await settled();
    expect(await join({ ids: ["2"], maxAgeMs: 1000 })).toBe("one");
    join({ ids: ["2", "3"], maxAgeMs: 1000 });
    expect(runs).toHaveLength(2);
  });
});

test("a read that was sent serves no caller that comes later", async () => {
  join();
  runs[0]?.send();
  const later = join();
  expect(runs).toHaveLength(2);
  runs[0]?.answer("old");
  await settled();
  // The end of the first one takes nothing away from the second.
  const third = join();
  expect(runs).toHaveLength(2);
  runs[1]?.answer("new");
  expect([await later, await third]).toEqual(["new", "new"]);
});

describe("an answer from a moment ago", () => {
  test("serves callers that accept its age, counted from when its query was sent", async () => {
    join({ maxAgeMs: 1000 });
    runs[0]?.send();
    vi.setSystemTime(Date.now() + 600);
    runs[0]?.answer("one");
    await settled();
    expect(await join({ maxAgeMs: 600 })).toBe("one");
    expect(runs).toHaveLength(1);
    join({ maxAgeMs: 599 });
    expect(runs).toHaveLength(2);
  });

  test("serves no caller that wants a new one", async () => {
    join({ maxAgeMs: 1000 });
    runs[0]?.send();
    runs[0]?.answer("one");
    await settled();
    join();
    expect(runs).toHaveLength(2);
  });

  test("is not kept when it failed, or when it was forgotten", async () => {
    join({ maxAgeMs: 1000 });
    runs[0]?.send();
    runs[0]?.fail(new Error("refused"));
    await settled();
    join({ maxAgeMs: 1000 });
    expect(runs).toHaveLength(2);
    runs[1]?.send();
    reads.forget();
    join({ maxAgeMs: 1000 });
    expect(runs).toHaveLength(3);
  });
});

describe("a caller that leaves", () => {
  test("takes nothing from the others, and the read is stopped when it is the last one", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [join({ signal: first.signal }), join({ signal: second.signal })];
    first.abort();
    await expect(answers[0]).rejects.toThrow("aborted");
    expect(runs[0]?.unused.aborted).toBe(false);
    second.abort();
    await expect(answers[1]).rejects.toThrow("aborted");
    expect(runs[0]?.unused.aborted).toBe(true);
  });

  test("as the last one is joined by no caller that comes right after it", () => {
    const leaving = new AbortController();
    join({ signal: leaving.signal });
    leaving.abort();
    join();
    expect(runs).toHaveLength(2);
    expect(runs[1]?.unused.aborted).toBe(false);
  });

  test("when its time is over counts like one that cancels", async () => {
    await expect(join({ ms: 10 })).rejects.toThrow("late");
    expect(runs[0]?.unused.aborted).toBe(true);
  });
});
