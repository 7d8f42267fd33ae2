import { expect, test } from "vitest";
import { detailedDiff } from "../../../provider/plugin/detailedDiff.ts";
import { diffResponse } from "../../../provider/plugin/responses.ts";
import { Secret } from "../../../provider/plugin/values.ts";

const places = (changed: string[], olds: object, news: object) =>
  Object.fromEntries(detailedDiff(changed, { ...olds }, { ...news }));
const input = (kind: string) => ({ kind, isInput: true });

test("each place that differs is named by its path", () => {
  const olds = {
    tenants: ["a", "b"],
    connection: { host: "h", tls: { ca: "1" } },
    reason: "x",
    triggers: [{}],
  };
  const news = {
    tenants: ["a", "c", "d"],
    connection: { host: "i", tls: true },
    triggers: [{ "odd.name": 1 }],
  };
  expect(places(["tenants", "connection", "reason", "triggers"], olds, news)).toEqual({
    "tenants[1]": input("update"),
    "tenants[2]": input("add"),
    "connection.host": input("update"),
    "connection.tls": input("update"),
    reason: input("delete"),
    'triggers[0]["odd.name"]': input("add"),
  });
});

test("what was recorded differs where the inputs are the same, and marks make no difference", () => {
  expect(places(["outcome", "recoveryWindow"], { recoveryWindow: "7d" }, { recoveryWindow: "7d" })).toEqual({
    outcome: { kind: "update", isInput: false },
    recoveryWindow: { kind: "update", isInput: false },
  });
  expect(places(["password"], { password: new Secret("a") }, { password: "a" })).toEqual({
    password: { kind: "update", isInput: false },
  });
});

test("what is said of a replaced property is said of all of its places", () => {
  const [olds, news] = [{ tenant: "a", connection: { host: "h" } }, { connection: { host: "i" } }];
  const changed = ["tenant", "connection"];
  const response = diffResponse({ changed, replaces: ["tenant"], places: detailedDiff(changed, olds, news) });
  const kinds = [...response.getDetaileddiffMap().entries()].map(([path, value]) => [path, value.getKind()]);
  expect(Object.fromEntries(kinds)).toEqual({ tenant: 3, "connection.host": 4 });
  expect(response.getChanges()).toBe(2);
  expect(diffResponse({ changed: [], places: new Map() }).getChanges()).toBe(1);
  const replaced = (kind: "add" | "update") =>
    diffResponse({ changed: ["a"], replaces: ["a"], places: new Map([["a[0]", { kind, isInput: true }]]) })
      .getDetaileddiffMap()
      .get("a[0]")
      ?.getKind();
  expect([replaced("add"), replaced("update")]).toEqual([1, 5]);
});
