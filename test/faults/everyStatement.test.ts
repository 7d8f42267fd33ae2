import { describe, expect, test, vi } from "vitest";
import { FRONTS, type Front } from "../tools/support/fronts.ts";
import { runCell } from "./cell.ts";
import { SLACK_SECONDS } from "./expectations.ts";
import { atQuery, FAULTS, type Fault, type Moment } from "./faults.ts";
import { OPERATIONS } from "./operations.ts";
import { inputsFor, withTarget } from "./target.ts";

/*
 * The matrix strikes at the query that a phase begins with. Here each fault that a package survives strikes at every
 * query of a create, and the errors at the login, too.
 */
vi.spyOn(console, "error").mockImplementation(() => {});

/**
 * The queries of a create that finds a job and stops it, in order. How often it looks, and whether at all jobs or at those
 * of its tenants, is a matter of time.
 */
const queries = await withTarget(async (target) => {
  const { run } = await OPERATIONS.create(target, inputsFor(target));
  target.sandbox.log.clear();
  await run();
  return [...new Set(target.sandbox.log.entries.map(({ sql }) => sql.replace(/ WHERE .*/s, "")))];
});

const at = (sql: string, nth: number): [string, Moment] => [
  `${sql.replace(/SELECT .* FROM/, "SELECT ... FROM")}${nth > 1 ? ", again" : ""}`,
  { match: new RegExp(`^${sql.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`), nth },
];
const LOGIN: [string, Moment] = ["the login", { match: /^login /, nth: 1 }];
const MOMENTS: readonly [string, Moment][] = [
  ...queries.map((sql) => at(sql, 1)),
  // The same question after the statement.
  ...queries.filter((sql) => sql.includes("BACKUP_JOBS")).map((sql) => at(sql, 2)),
];

test("the queries are all that a stop takes", () => {
  for (const part of ["VERSION", "CANCEL BACKUP", "BACKUP_JOBS", "JOB_HISTORY", "SET_FILES"]) {
    expect(queries.filter((sql) => sql.includes(part))).not.toEqual([]);
  }
});

async function struck(front: Front, fault: Fault, moment: Moment) {
  return await runCell({ front, fault, phase: "look", operation: "create", moment });
}

const passing = FAULTS.filter(({ class: kind }) => ["cut", "cut after", "transient"].includes(kind));
// A reply that only comes late is a fault for nobody.
const late = atQuery("reply 300 ms late", "cut after", () => ({ kind: "delay", ms: 300 }));
const cases = [...passing, late].flatMap((fault) =>
  [...(fault.name.startsWith("error") ? [LOGIN] : []), ...MOMENTS].map(
    ([query, moment]) => [fault.name, query, fault, moment] as const,
  ),
);

describe.each(FRONTS)("%s", (front) => {
  test.concurrent.for(cases)("%s at %s: the stop is done", async ([, , fault, moment]) => {
    const observed = await struck(front, fault, moment);
    expect(observed).toMatchObject({ ending: "done", nextActed: false });
    expect(observed.sent).toBeLessThanOrEqual(fault.class === "transient" ? 2 : 1);
    expect(observed.seconds).toBeLessThan(5 + SLACK_SECONDS);
  });

  describe("a reply in which the number of a packet is turned over", () => {
    const SEQUENCE_NUMBER = 3;
    const flipped = atQuery("flip", "refusal", () => ({ kind: "flip", byte: SEQUENCE_NUMBER }));

    test.concurrent.for(MOMENTS)(
      "to %s is not believed, and the next up does what is left",
      async ([, moment]) => {
        const observed = await struck(front, flipped, moment);
        expect(observed.sent + observed.next).toBe(1);
        if (observed.ending !== "done") expect(observed.message).toContain("came out of order");
        expect(observed.seconds).toBeLessThan(5 + SLACK_SECONDS);
      },
    );
  });
});
