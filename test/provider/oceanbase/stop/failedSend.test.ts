import { describe, expect, test } from "vitest";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import type { TenantSelection } from "../../../../provider/oceanbase/statements.ts";
import { afterFailure, type FailedSend } from "../../../../provider/oceanbase/stop/failedSend.ts";
import { tenant } from "../../../tools/support/scriptedSession.ts";

const [A, B, C] = [tenant("1002", "a"), tenant("1004", "b"), tenant("1006", "c")];
const said = (errno: number) => serverError("cancelling", { errno, sqlMessage: "no" }, "statement");
const LOST = new OceanBaseError("unreachable", "cut", { outcomeUnknown: true });
/** A failure that may pass, and one that will not. */
const [BUSY, INTERNAL] = [said(4012), said(4016)];

/** What is done when of a, b and c these are unmarked, marked and unreadable. */
function after(
  error: OceanBaseError,
  { unmarked = "", marked = "", unreadable = "" },
  {
    selection = ["a", "b", "c"],
    isRepeated = false,
  }: { selection?: TenantSelection; isRepeated?: boolean } = {},
) {
  const ids = (names: string) => {
    const known: Record<string, string> = { a: "1002", b: "1004", c: "1006", sys: "1", new: "1008" };
    return new Set(names.split(" ").flatMap((name) => known[name] ?? []));
  };
  const tenants = [A, B, C].filter(({ name }) => !Array.isArray(selection) || selection.includes(name));
  const effect = { unmarked: ids(unmarked), marked: ids(marked), unreadable: ids(unreadable) };
  const failed: FailedSend = { selection, tenants, error, effect, isRepeated };
  return afterFailure(failed);
}

const split = (suspects: string, others: string) => ({
  do: "split",
  suspects: suspects.split("").map((name) => expect.objectContaining({ name })),
  others: others.split("").map((name) => expect.objectContaining({ name })),
});

describe("when no job is left unmarked", () => {
  test("a lost reply, or an error after the rows were changed, is settled", () => {
    for (const error of [LOST, BUSY, INTERNAL]) {
      expect(after(error, { marked: "a b" })).toEqual({ do: "nothing" });
    }
    for (const error of [LOST, BUSY]) expect(after(error, {})).toEqual({ do: "nothing" });
  });

  test("an error that will come again is not taken for a success", () => {
    expect(after(INTERNAL, {})).toEqual({ do: "give up" });
    // What another tenant's job says is no word on this statement.
    expect(after(INTERNAL, { marked: "b" }, { selection: ["a"] })).toEqual({ do: "give up" });
  });
});

describe("when the server has stopped on its way", () => {
  test("the tenants behind are named without the one where it stopped", () => {
    expect(after(BUSY, { marked: "a", unmarked: "b c" })).toEqual(split("b", "c"));
    expect(after(INTERNAL, { marked: "a", unmarked: "b c" })).toEqual(split("b", "c"));
    expect(after(INTERNAL, { unmarked: "b c" })).toEqual(split("b", "c"));
    expect(after(INTERNAL, { marked: "a", unmarked: "c" }, { selection: "all" })).toEqual(split("c", ""));
  });

  test("a tenant whose jobs cannot be read is where it stopped", () => {
    expect(after(BUSY, { unmarked: "a c", unreadable: "b" })).toEqual(split("b", "ac"));
    expect(after(BUSY, { marked: "a c", unreadable: "b" })).toEqual(split("b", ""));
  });

  test("it is found out by a second try where nothing tells", () => {
    expect(after(BUSY, { unmarked: "a b c" })).toEqual({ do: "repeat" });
    expect(after(BUSY, { unmarked: "a b c" }, { isRepeated: true })).toEqual(split("a", "bc"));
  });

  test("what cannot be named is reached by the same statement only", () => {
    for (const unmarked of ["sys b", "new b"]) {
      expect(after(BUSY, { marked: "a", unmarked }, { selection: "all" })).toEqual({ do: "repeat" });
      expect(after(INTERNAL, { marked: "a", unmarked }, { selection: "all" })).toEqual({ do: "give up" });
    }
  });
});

test("a lost reply tells nothing of where it stopped", () => {
  expect(after(LOST, { marked: "a", unmarked: "b c" })).toEqual({ do: "repeat" });
  expect(after(LOST, { unmarked: "a" }, { isRepeated: true })).toEqual({ do: "repeat" });
});

test("one tenant is not left out of itself", () => {
  expect(after(BUSY, { unmarked: "a" }, { selection: ["a"], isRepeated: true })).toEqual({ do: "repeat" });
  expect(after(INTERNAL, { unmarked: "a" }, { selection: ["a"] })).toEqual({ do: "give up" });
  expect(after(INTERNAL, { unreadable: "a" }, { selection: ["a"] })).toEqual({ do: "give up" });
});

test("jobs of tenants that were not asked for make no difference to a named statement", () => {
  expect(after(BUSY, { marked: "a", unmarked: "c" }, { selection: ["a", "b"] })).toEqual({ do: "nothing" });
});
