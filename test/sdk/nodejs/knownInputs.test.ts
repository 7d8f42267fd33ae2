import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { knownValue, withoutUndefined } from "../../../sdk/nodejs/knownInputs.ts";

test("fields that are null or undefined are left out at any depth, and lists keep their items", () => {
  const date = new Date(0);
  const inputs = {
    a: undefined,
    b: null,
    c: { d: null, e: { f: undefined, g: 0 } },
    h: [null, ""],
    date,
    no: false,
  };
  expect(withoutUndefined(inputs)).toEqual({ c: { e: { g: 0 } }, h: [null, ""], date, no: false });
  expect(withoutUndefined(inputs).c).not.toHaveProperty("d");
});

test("an output gives its value, or undefined where a preview does not know it", async () => {
  expect(await knownValue(pulumi.output({ a: [1] }))).toEqual({ a: [1] });
  expect(await knownValue(pulumi.output(pulumi.unknown))).toBeUndefined();
});
