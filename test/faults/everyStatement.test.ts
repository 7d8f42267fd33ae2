import { expect, test, vi } from "vitest";
import { runCell } from "./cell.ts";
import { SLACK_SECONDS } from "./expectations.ts";
import { FAULTS } from "./faults.ts";

/*
 * The matrix strikes at the query that a phase begins with. Here each fault that a package survives strikes at every
 * query of a create, and the errors at the login, too.
 */
vi.spyOn(console, "error").mockImplementation(() => {});

/** Fewest queries of a create that finds a job and stops it: identify twice, policies, look, issue, watch twice, report. */
const QUERIES = 8;

const passing = FAULTS.filter(({ class: kind }) => ["cut", "cut after", "transient"].includes(kind));
const cases = passing.flatMap((fault) =>
  Array.from({ length: QUERIES }, (_, i) => [fault.name, i + 1, fault] as const),
);

test.concurrent.for(cases)("%s at query %i: the stop is done", async ([, nth, fault]) => {
  const observed = await runCell({
    fault,
    phase: "look",
    operation: "create",
    moment: { match: /./, nth },
  });
  expect(observed).toMatchObject({ ending: "done", nextActed: false });
  expect(observed.sent).toBeLessThanOrEqual(fault.class === "transient" ? 2 : 1);
  expect(observed.seconds).toBeLessThan(5 + SLACK_SECONDS);
});
