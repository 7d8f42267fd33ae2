import { describe, expect, test } from "vitest";
import {
  flag,
  list,
  listOf,
  oneOf,
  portProblem,
  seconds,
  shown,
  text,
  wholeNumber,
} from "../../../provider/resources/inputChecks.ts";
import {
  changedInputs,
  checkInputs,
  hasUnknown,
  type InputTable,
  inputsIn,
  inputsOf,
} from "../../../provider/resources/inputTable.ts";
import { UNKNOWN } from "../../tools/support/pulumiValues.ts";

interface Inputs {
  size?: number;
  secret?: string;
  parts?: readonly string[];
}
const TABLE: InputTable<Inputs> = {
  size: { check: wholeNumber(1), same: (one = 1, other = 1) => one === other },
  secret: { check: text(), path: "login.secret" },
  parts: {
    check: (parts) =>
      Array.isArray(parts)
        ? parts.flatMap((part, i) => (part === "" ? [{ path: `parts[${i}]`, reason: "is blank" }] : []))
        : list(parts),
  },
};
const check = (inputs: object, prefix?: string) => checkInputs(TABLE, inputs as Inputs, undefined, prefix);

describe("a check", () => {
  test("says everything at once, what is not known first, then in the order of the table, each with its place", () => {
    expect(check({ sizes: 1, parts: ["a", ""], secret: 5, size: 0 })).toEqual([
      { path: "sizes", reason: "there is no such input; did you mean size?" },
      { path: "size", reason: "must be a whole number, 1 or more" },
      { path: "login.secret", reason: "must be text" },
      { path: "parts[1]", reason: "is blank" },
    ]);
  });

  test("names the place within other inputs", () => {
    expect(check({ size: 0, something: 1 }, "box.")).toEqual([
      { path: "box.something", reason: "there is no such input; known are size, secret, parts" },
      { path: "box.size", reason: expect.any(String) },
    ]);
  });

  test("passes over what is not known yet, and what Pulumi adds itself", () => {
    expect(check({ size: UNKNOWN, secret: { a: [UNKNOWN] }, __provider: "code" })).toEqual([]);
  });
});

test("changed inputs are those that do not ask for the same", () => {
  expect(changedInputs(TABLE, { size: 1, parts: ["a"] }, { parts: ["a"] })).toEqual([]);
  expect(changedInputs(TABLE, { size: 1, parts: ["a"] }, { size: 2, parts: ["b"], secret: "x" })).toEqual([
    "size",
    "secret",
    "parts",
  ]);
});

test("the inputs in a state are those that the table knows and that were given", () => {
  const state = { size: 0, secret: undefined, summary: "all well" };
  expect(inputsIn(TABLE, state as object)).toEqual({ size: 0 });
});

test("the inputs that a state stands for are as they were given where they ask for the same", () => {
  const state = { size: 1, parts: ["b"], secret: "x", summary: "all well" };
  expect(inputsOf(TABLE, state)).toEqual({ size: 1, parts: ["b"], secret: "x" });
  // Without a size it is 1, and was not given.
  expect(inputsOf(TABLE, state, { parts: ["a"], secret: "x" })).toEqual({ parts: ["b"], secret: "x" });
  expect(inputsOf(TABLE, { parts: ["a"] }, { size: 1, secret: "x" })).toEqual({ size: 1, parts: ["a"] });
});

test("a value is unknown when any part of it is", () => {
  expect([UNKNOWN, [{ a: UNKNOWN }], { a: [UNKNOWN] }].map(hasUnknown)).toEqual([true, true, true]);
  expect(["x", 5, null, undefined, [], {}].map(hasUnknown)).not.toContain(true);
});

describe("a value", () => {
  test.each([
    ["seconds", seconds(0, 10), [0, 10, 0.5, undefined], [-1, 10.5, "5", Number.NaN, null]],
    ["a whole number", wholeNumber(1), [1, undefined], [0, 1.5, "1", 2 ** 53, null]],
    ["one word of a few", oneOf("a", "b"), ["a", "b", undefined], ["c", "", 1, null]],
    ["a list of a few words", listOf("a", "b"), [["a"], ["b", "a"], undefined], [[], ["c"], "a", null]],
    ["a list", list, [[], [1], undefined], ["a", {}, null]],
    ["text", text(3), ["", "abc", undefined], ["abcd", 5, null]],
    ["a switch", flag, [true, false, undefined], ["true", 0, null]],
    ["a port", portProblem, [1, 65_535], [0, 65_536, 80.5, "80", undefined]],
  ])("that is %s is right, and any other is wrong", (_, problem, right, wrong) => {
    expect(right.map((value) => problem(value))).toEqual(right.map(() => undefined));
    expect(wrong.map((value) => typeof problem(value))).toEqual(wrong.map(() => "string"));
  });

  test("is shown cut short, and without what a terminal would obey", () => {
    expect(shown("a\u001b[1m\u202e")).toBe('"a\\u001b[1m\ufffd"');
    expect(shown("x".repeat(100))).toBe(`"${"x".repeat(79)}...`);
    expect(shown(undefined)).toBe("undefined");
  });
});
