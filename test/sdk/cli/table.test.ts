import { expect, test } from "vitest";
import { tableText } from "../../../sdk/cli/table.ts";

test("columns stand one below the other, as wide as their widest cell", () => {
  const rows = [
    ["tenant", "job"],
    ["a-long-name", "1"],
  ];
  expect(tableText(rows)).toEqual(["tenant       job", "a-long-name  1"]);
});

test("a row may have fewer cells than the first, or more, and a table none", () => {
  expect(tableText([["a", "b"], ["longer"], ["x", "y", "z"]])).toEqual([
    "a       b",
    "longer",
    "x       y  z",
  ]);
  expect(tableText([])).toEqual([]);
});
