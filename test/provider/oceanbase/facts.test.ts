import { expect, test } from "vitest";
import {
  CHECKS,
  disagreements,
  markersIn,
  readRegister,
  readSources,
  registerIn,
} from "../../tools/support/facts.ts";

/*
 * The register of facts (provider/oceanbase/FACTS.md) says of each what leans on it, and the code says of itself on what it
 * leans. Neither is right alone.
 */
const register = readRegister();
const [first] = register.facts;

test("the register has what the code leans on, and where", () => {
  expect(disagreements(register, markersIn(readSources()))).toEqual([]);
});

test("a fact stands in the register once, with a source that its last table names", () => {
  const ids = register.facts.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  const used = register.facts.flatMap(({ sources }) => sources);
  expect([...new Set(used)].sort()).toEqual([...register.sources].sort());
});

test("a fact is checked in a way that the register explains, or says why it cannot be", () => {
  expect(
    register.facts.filter(({ checks, unasked }) => checks.length === 0 && unasked === undefined),
  ).toEqual([]);
  const ways = new Set(register.facts.flatMap(({ checks }) => checks));
  expect([...ways].sort()).toEqual([...CHECKS].sort());
});

/** A register of one fact that jobs/jobList leans on. */
const small = (where = "jobs/jobList") =>
  registerIn(`| \`one-fact\` | it holds | all | \`views\` | read | ${where} | sandbox |`);
const code = (text: string, path = "provider/oceanbase/jobs/jobList.ts") => markersIn([{ path, text }]);

test.each([
  [
    "a fact that the code leans on and the register lacks",
    small(),
    "// Facts: one-fact, other-fact",
    "jobs/jobList: other-fact is not in the register",
  ],
  ["a fact that nothing leans on", small(), "// nothing", "one-fact: nothing leans on it"],
  [
    "a file that does not lean on it",
    small("jobs/jobList, stop/plan"),
    "/** It holds. Fact: one-fact */",
    "one-fact: stop/plan does not lean on it",
  ],
  [
    "a file that leans on it, too",
    small("stop/plan"),
    "// Fact: one-fact",
    "one-fact: jobs/jobList leans on it, too",
  ],
])("%s is noticed", (_, oneFact, comment, complaint) => {
  expect(disagreements(oneFact, code(comment))).toContain(complaint);
});

test("a fact is named by its file without the folders that all have", () => {
  const paths = [
    "provider/resources/tenantsInput.ts",
    "sdk/nodejs/connection.ts",
    "provider/oceanbase/statements.ts",
  ];
  const files = paths.map((path) => ({ path, text: "// Fact: one-fact" }));
  expect([...(markersIn(files).get("one-fact") ?? [])]).toEqual([
    "resources/tenantsInput",
    "sdk/nodejs/connection",
    "statements",
  ]);
});

test.each(["// Fact: one-fact, and more", "// Facts: one-fact,", "/* Fact: One */"])(
  "a marker that does not end with ids is refused: %s",
  (comment) => {
    expect(() => code(comment)).toThrow("does not end with ids");
  },
);

test.each([
  ["with a cell too few", "| `one-fact` | it holds | all | read | jobs/jobList | sandbox |", "is broken"],
  [
    "that is known in no way",
    "| `one-fact` | it holds | all | `views` | sure | jobs/jobList | sandbox |",
    "is not known",
  ],
])("a row %s is refused", (_, row, complaint) => {
  expect(() => registerIn(row)).toThrow(complaint);
});

test("why no login can tell stands beside the checks", () => {
  const [fact] = registerIn(
    "| `one-fact` | it holds | all | `views` | inferred | stop/plan | sandbox, kernel; no login can tell: it takes a leader change |",
  ).facts;
  expect(fact).toMatchObject({
    checks: ["sandbox", "kernel"],
    unasked: "it takes a leader change",
    isRead: false,
  });
  expect(first?.unasked).toBeUndefined();
});
