import { expect, test } from "vitest";
import { soak } from "../tools/support/soak.ts";
import { search } from "./search.ts";

/** Two files have half of the histories each, so that two cores have something to do. */
const RUNS = soak(200, 10_000);

/** Fewest steps of each. */
const LEAST_STEPS = 12;

/** Another one is given by HISTORIES_SEED, with HISTORIES_PATH for one of its histories. */
const SEEDS = { first: soak(1_300_021, 20_261_125), second: soak(1_300_022, 20_261_126) };

/** One half of the histories. */
export function half(name: keyof typeof SEEDS): void {
  const seed = Number(process.env.HISTORIES_SEED ?? SEEDS[name]);
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
    expect(failure?.report).toBeUndefined();
    if (path !== undefined) return;
    expect(lengths).toHaveLength(RUNS);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(LEAST_STEPS);
    const average = lengths.reduce((sum, length) => sum + length, 0) / RUNS;
    console.log(`${shown()}, ${average.toFixed(1)} steps on average, seed ${seed}`);
  });
}
