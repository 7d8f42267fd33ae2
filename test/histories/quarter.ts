import { expect, test } from "vitest";
import { soak } from "../tools/support/soak.ts";
import { search } from "./search.ts";

/** Four files have a quarter of the histories each, so that every core has something to do. */
const RUNS = soak(100, 5_000);

/** Fewest steps of each. */
const LEAST_STEPS = 12;

/** The seed of a quarter is this and its number. Another seed is given by HISTORIES_SEED, with HISTORIES_PATH for one history. */
const SEED = soak(1_300_020, 20_261_120);

/** One quarter of the histories. */
export function quarter(number: 1 | 2 | 3 | 4): void {
  const seed = Number(process.env.HISTORIES_SEED ?? SEED + number);
  test(`${RUNS} histories in which nothing happens that must never happen, seed ${seed}`, async () => {
    const path = process.env.HISTORIES_PATH;
    const lengths: number[] = [];
    const startedAt = performance.now();
    const shown = () =>
      `${lengths.length} histories, ${Math.round((performance.now() - startedAt) / 1000)} s`;
    const each = (steps: number) => {
      lengths.push(steps);
      if (lengths.length % 1_000 === 0) console.log(shown());
    };
    const { failure } = await search({ runs: RUNS, seed, path, each });
    // Said at once: the others go on for a while.
    if (failure !== undefined) console.log(failure.report);
    expect(failure?.report).toBeUndefined();
    if (path !== undefined) return;
    expect(lengths).toHaveLength(RUNS);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(LEAST_STEPS);
    const average = lengths.reduce((sum, length) => sum + length, 0) / RUNS;
    console.log(`${shown()}, ${average.toFixed(1)} steps on average, seed ${seed}`);
  });
}
