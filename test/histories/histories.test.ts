import { expect, test } from "vitest";
import { soak } from "../tools/support/soak.ts";
import { search } from "./search.ts";

/** How many histories there are: as many as go into a minute and a half, or in a soak what is promised. */
const RUNS = soak(400, 20_000);

/** Fewest steps of each. */
const LEAST_STEPS = 12;

/** Another one is given by HISTORIES_SEED, with HISTORIES_PATH for one of its histories. */
const SEED = Number(process.env.HISTORIES_SEED ?? soak(1_300_021, 20_261_125));

test(`${RUNS} histories in which nothing happens that must never happen, seed ${SEED}`, async () => {
  const lengths: number[] = [];
  const startedAt = performance.now();
  const each = (steps: number) => {
    lengths.push(steps);
    if (lengths.length % 1_000 === 0) {
      console.log(`${lengths.length} histories, ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  };
  const path = process.env.HISTORIES_PATH;
  const { failure } = await search({ runs: RUNS, seed: SEED, path, each });
  expect(failure?.report).toBeUndefined();
  if (path !== undefined) return;
  expect(lengths).toHaveLength(RUNS);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(LEAST_STEPS);
  const average = lengths.reduce((sum, length) => sum + length, 0) / RUNS;
  console.log(`${RUNS} histories, ${average.toFixed(1)} steps on average, seed ${SEED}`);
});
