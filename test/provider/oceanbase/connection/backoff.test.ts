import { afterEach, expect, test, vi } from "vitest";
import { backoffMs, settleMs } from "../../../../provider/oceanbase/connection/backoff.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** The shortest and the longest pause, and one between. */
function pauses(ms: () => number): number[] {
  return [0, 0.5, 1].map((chance) => {
    vi.spyOn(Math, "random").mockReturnValue(chance);
    return ms();
  });
}

test.each([
  [0, [125, 187.5, 250]],
  [1, [250, 375, 500]],
  [4, [2000, 3000, 4000]],
  [5, [2500, 3750, 5000]],
  [50, [2500, 3750, 5000]],
])("the pause before repetition %i lies within %j ms", (attempt, expected) => {
  expect(pauses(() => backoffMs(attempt))).toEqual(expected);
});

test.each([
  [1, [500, 625, 750]],
  [2, [1000, 1250, 1500]],
  [3, [2000, 2500, 3000]],
  [4, [2500, 3125, 3750]],
])("the pause between send %i and the look at the jobs lies within %j ms", (sends, expected) => {
  expect(pauses(() => settleMs(sends))).toEqual(expected);
});
