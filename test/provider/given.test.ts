import { expect, test } from "vitest";
import { given } from "../../provider/given.ts";

test("undefined fields are left out, and null, false, 0 and empty text are kept", () => {
  const fields = { a: undefined, b: null, c: false, d: 0, e: "", f: [undefined] };
  const result = given(fields);
  expect(Object.keys(result)).toEqual(["b", "c", "d", "e", "f"]);
  expect(fields).toHaveProperty("a");
});
