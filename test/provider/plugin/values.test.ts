import { describe, expect, test } from "vitest";
import {
  hasSecret,
  markedLike,
  plain,
  readProperties,
  Secret,
  UNKNOWN,
  writeProperties,
} from "../../../provider/plugin/values.ts";
import { secret } from "../../tools/support/providerMessages.ts";

const written = (properties: object) => writeProperties(properties).toJavaScript();

describe("properties on the wire", () => {
  test("come and go with the marks of their secrets, at any depth", () => {
    const properties = { a: new Secret("x"), b: { c: [1, new Secret({ d: true })], e: null }, f: UNKNOWN };
    const wire = { a: secret("x"), b: { c: [1, secret({ d: true })], e: null }, f: UNKNOWN };
    expect(written(properties)).toEqual(wire);
    expect(readProperties(writeProperties(properties))).toEqual(properties);
  });

  test("have no place for what has no value, and none of them are none", () => {
    expect(written({ a: undefined, b: { c: undefined } })).toEqual({ b: {} });
    expect(readProperties(undefined)).toEqual({});
  });
});

test("values without their marks are the values", () => {
  expect(plain({ a: new Secret([new Secret(1)]), b: ["c"] })).toEqual({ a: [1], b: ["c"] });
  expect(hasSecret({ a: [{ b: new Secret(1) }] })).toBe(true);
  expect(hasSecret({ a: [{ b: 1 }] })).toBe(false);
});

describe("a value is marked like what it was made from", () => {
  test.each<[string, unknown, unknown, unknown]>([
    ["where that has no secret", { a: 1 }, { a: 2 }, { a: 1 }],
    ["as a whole", { a: 1 }, new Secret({ b: 1 }), new Secret({ a: 1 })],
    [
      "part by part",
      { host: "h", port: 1 },
      { host: new Secret("h"), password: new Secret("p") },
      { host: new Secret("h"), port: 1 },
    ],
    ["where they are alike", ["a", "b"], ["a", new Secret("b")], ["a", new Secret("b")]],
    ["on the whole where a list is another one", ["b"], ["a", new Secret("b")], new Secret(["b"])],
    ["unless it is not known", UNKNOWN, new Secret("x"), UNKNOWN],
    ["unless there is none", undefined, new Secret("x"), undefined],
  ])("%s", (_, value, original, marked) => {
    expect(markedLike(value, original)).toEqual(marked);
  });
});
