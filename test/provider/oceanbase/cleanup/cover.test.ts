import { expect, test } from "vitest";
import { policiesText, uncoveredText } from "../../../../provider/oceanbase/cleanup/cover.ts";
import type { CleanupConditions } from "../../../../provider/oceanbase/cleanup/removal.ts";

const COVERED: CleanupConditions = {
  policies: { shown: { recoveryWindow: "7d" }, others: [] },
  destinations: { data: { root: "file:///backup", host: undefined }, archives: 1 },
};
const SERVER = { version: "4.2.5.1" };

test.each([
  [undefined, "none"],
  [{ others: [] }, "none"],
  [{ shown: { recoveryWindow: "7d" }, others: [] }, "recovery window 7d"],
  [{ shown: {}, others: [] }, "no recovery window"],
  [{ others: ["log_only"] }, "log_only"],
  [{ shown: { recoveryWindow: "7d" }, others: ["log_only", "x"] }, "recovery window 7d, log_only, x"],
])("the policies %j are called %j", (policies, text) => {
  expect(policiesText({ ...COVERED, policies })).toBe(text);
});

test.each<[string, Partial<CleanupConditions>, string | undefined]>([
  ["a policy and a destination", {}, undefined],
  [
    "a policy and no destination",
    { destinations: { data: undefined, archives: 1 } },
    "the tenant has no backup destination, and a cleanup looks nowhere else",
  ],
  ["a destination and no policy", { policies: undefined }, "the tenant has no automatic cleanup policy"],
  [
    "neither",
    { policies: undefined, destinations: { data: undefined, archives: 1 } },
    "the tenant has no automatic cleanup policy",
  ],
])("a tenant with %s has its backup sets removed unless a reason is given", (_, changes, reason) => {
  expect(uncoveredText({ ...COVERED, ...changes }, SERVER)).toBe(reason);
});
