import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { search } from "../search.ts";

/*
 * Run by `planted.test.ts`, with a bug in the package: how many histories it takes until one breaks the rule.
 */
test("a hunt", async () => {
  const { HUNT_RUNS, HUNT_SEED, HUNT_RULE } = process.env;
  const found = await search({ runs: Number(HUNT_RUNS), seed: Number(HUNT_SEED), only: HUNT_RULE });
  writeFileSync(process.env.HUNT_RESULT as string, JSON.stringify(found));
});
