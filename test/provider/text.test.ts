import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { counted, didYouMean, firstOf, oneLine } from "../../provider/text.ts";

test("a text becomes one line without control sequences", () => {
  expect(oneLine(" a\u001b[2J b\r\n c\u2028d\u202eeerht\u2029 ")).toBe("a [2J b c d eerht");
});

test("a list names its first items and counts the rest", () => {
  expect(firstOf(["a", "b"], 2)).toBe("a, b");
  expect(firstOf(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
  expect(firstOf(["a", "b", "c"], 2, { separator: "; ", noun: "jobs" })).toBe("a; b and 1 more jobs");
  expect(firstOf([], 2)).toBe("");
});

test.each([
  [0, "0 backup jobs"],
  [1, "1 backup job"],
  [2, "2 backup jobs"],
])("a count of %i is written as %s", (count, text) => {
  expect(counted(count, "backup job")).toBe(text);
});

describe("a misspelled name", () => {
  test("gets at most three known names as a hint, in another case or a few letters away", () => {
    expect(didYouMean("MYSQL_Tenant", ["oracle_tenant", "mysql_tenant"])).toBe("did you mean mysql_tenant?");
    const known = ["abcd", "ABC", "abce", "abcf", "xyz"];
    expect(didYouMean("abc", known)).toBe("did you mean ABC or abcd or abce?");
    expect(didYouMean("abc", ["something else"])).toBeUndefined();
  });

  test("always gets the name as a hint that differs only in case", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), (name) => {
        const [upper, lower] = [name.toUpperCase(), name.toLowerCase()];
        fc.pre(lower.length === name.length && upper.toLowerCase() === lower);
        expect(didYouMean(upper, [lower])).toBe(`did you mean ${lower}?`);
      }),
    );
  });
});
