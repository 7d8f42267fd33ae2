import { describe, expect, test, vi } from "vitest";
import { NEWEST, OLDEST } from "../../sdk/sandbox/versions.ts";
import { FRONTS } from "../tools/support/fronts.ts";
import { type Cell, runCell } from "./cell.ts";
import { EXPECTED, type Expected, SLACK_SECONDS } from "./expectations.ts";
import { FAULTS } from "./faults.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { PHASES } from "./phases.ts";
import { cellKey, cellText, tables, tablesOnPage, writeTables } from "./table.ts";

// Without an engine a warning goes to the error output.
vi.spyOn(console, "error").mockImplementation(() => {});

/** Below the fronts all is the same code, so a version for each shows what either does. */
const VERSION_OF = { dynamic: NEWEST, plugin: OLDEST };

const cells = FRONTS.flatMap((front) =>
  PHASES.flatMap((phase) =>
    FAULTS.flatMap((fault) =>
      (Object.keys(OPERATIONS) as Operation[]).map((operation) => ({
        version: VERSION_OF[front],
        front,
        fault,
        phase,
        operation,
      })),
    ),
  ),
);

/** A deletion saves nothing of an attempt, so the next one begins anew. */
function expectedOf({ fault, phase, operation }: Cell): Expected {
  const expected = EXPECTED[phase][fault.class];
  if (operation !== "delete" || expected.ending === "done") return expected;
  return { ...expected, ending: "thrown", next: 1 };
}

/** What has come of each cell, by front. */
const texts = { dynamic: new Map<string, string>(), plugin: new Map<string, string>() };

describe("each fault, in each phase of each operation", () => {
  // Those that wait longest begin first.
  const inOrder = cells.toSorted((a, b) => expectedOf(b).seconds - expectedOf(a).seconds);
  test.concurrent.for(
    inOrder.map((cell) => [`${cellKey(cell)} (${cell.front}, ${cell.version})`, cell] as const),
  )("%s", async ([, cell]) => {
    const expected = expectedOf(cell);
    const observed = await runCell(cell);
    texts[cell.front].set(cellKey(cell), cellText(cell, observed));
    expect(observed).toMatchObject({
      ending: expected.ending,
      sent: expected.sent,
      next: expected.next,
      nextActed: expected.ending !== "done",
    });
    expect(observed.seconds).toBeLessThan(expected.seconds + SLACK_SECONDS);
    if (expected.ending !== "done") expect(observed.message).toMatch(cell.fault.says);
  });
});

test("no statement is sent twice without a reason that is written down", () => {
  const unexplained = cells.filter((cell) => expectedOf(cell).sent > 1 && expectedOf(cell).why === undefined);
  expect(unexplained.map(cellKey)).toEqual([]);
});

test("the page shows what has come of every cell (FAULTS_TABLE=write npx vitest run --project faults matrix writes it)", () => {
  const now = tables(texts.dynamic);
  if (process.env.FAULTS_TABLE === "write") writeTables(now);
  expect(tablesOnPage()).toBe(now);
  expect(tables(texts.plugin)).toBe(now);
});
