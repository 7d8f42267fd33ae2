import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { search } from "../search.ts";

/*
 * Run by `planted.test.ts`, with a bug in the package: how many histories it takes until one fails.
 */
test("a hunt", async () => {
  const found = await search({ runs: Number(process.env.HUNT_RUNS), seed: Number(process.env.HUNT_SEED) });
  writeFileSync(process.env.HUNT_RESULT as string, JSON.stringify(found));
});
