import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../tools/toolchain/run.mjs";
import { BUGS } from "./planted/bugs.ts";
import type { Found } from "./search.ts";

/*
 * Whether the generator finds what it is there for: a bug of each kind is planted, one at a time.
 */

/** Most histories that it may take. */
const MOST_RUNS = 20_000;
const SEED = 13;
const REPOSITORY = join(import.meta.dirname, "..", "..");

test.each(BUGS)("there is a place for a bug that $name", ({ file, from, to }) => {
  const code = readFileSync(join(REPOSITORY, "provider", file), "utf8");
  expect(code.split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});

if (process.env.SOAK) {
  describe.each(BUGS.map((bug, number) => ({ ...bug, number })))("a bug that $name", ({ rule, number }) => {
    test("is found", async () => {
      const result = join(mkdtempSync(join(tmpdir(), "planted-")), "found.json");
      const vitest = join(REPOSITORY, "node_modules", "vitest", "vitest.mjs");
      const config = join(import.meta.dirname, "planted", "vitest.config.ts");
      const hunt = await run(process.execPath, [vitest, "run", "--config", config], {
        cwd: REPOSITORY,
        env: {
          ...process.env,
          PLANTED: String(number),
          HUNT_RESULT: result,
          HUNT_RUNS: String(MOST_RUNS),
          HUNT_SEED: String(SEED),
          HUNT_RULE: rule,
        },
        onLine: () => {},
      });
      expect(hunt.code, hunt.output).toBe(0);
      const { runs, failure }: Found = JSON.parse(readFileSync(result, "utf8"));
      console.log(`${BUGS[number]?.name}: found after ${runs} histories\n${failure?.report}`);
      expect(failure?.rule).toBe(rule);
    });
  });
}
