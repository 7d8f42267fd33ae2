import { expect, test } from "vitest";
import { given } from "../../provider/given.ts";

test("what is undefined was not given; null, false, 0 and empty text were", () => {
  const fields = { a: undefined, b: null, c: false, d: 0, e: "", f: [undefined] };
  const result = given(fields);
  expect(Object.keys(result)).toEqual(["b", "c", "d", "e", "f"]);
  expect(fields).toHaveProperty("a");
});
