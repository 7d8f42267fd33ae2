import { expect, test } from "vitest";
import { type CancelBackupState, NO_LISTS } from "../../../../provider/resources/cancelBackup/outputs.ts";
import { inCurrentWords } from "../../../../provider/resources/cancelBackup/recordedState.ts";

/** A state with the words of an earlier version in it. */
const recorded = (fields: Record<string, unknown>) =>
  ({ jobs: [], ...fields }) as unknown as CancelBackupState;

test.each([
  ["armed", "deferred"],
  ["doubtful", "wouldFail"],
  ["spared", "excluded"],
  ["stopped", "stopped"],
])("the recorded outcome %s is read as %s", (outcome, current) => {
  expect(inCurrentWords(recorded({ outcome })).outcome).toBe(current);
});

test("recorded tenants and leftovers are read under their names of today", () => {
  const tenant = { tenantId: "1002", tenant: "one", reason: "job 5 is a full backup" };
  const state = recorded({
    spared: [tenant],
    leftovers: [
      { tenant: "one", cleanedUp: true },
      { tenant: "two", hasCleanupPolicy: true },
    ],
  });
  expect(inCurrentWords(state)).toEqual({
    ...NO_LISTS,
    excluded: [tenant],
    leftovers: [{ tenant: "one" }, { tenant: "two" }],
  });
});

test("a state in the words of today stays as it is, but for lists that were left out when they were empty", () => {
  const state = recorded({
    outcome: "excluded",
    excluded: [],
    leftovers: [{ removedAfter: "2026-12-02 10:00:00" }],
  });
  expect(inCurrentWords(state)).toEqual({ ...NO_LISTS, ...state });
  expect(inCurrentWords(inCurrentWords(state))).toEqual(inCurrentWords(state));
});
