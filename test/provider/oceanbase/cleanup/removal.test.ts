import { describe, expect, test } from "vitest";
import {
  type CleanupConditions,
  neverRemovedText,
  removalOf,
  windowMs,
} from "../../../../provider/oceanbase/cleanup/removal.ts";

const PLACE = { root: "file:///backup", host: undefined };
const conditions = (
  policies: CleanupConditions["policies"] = { shown: { recoveryWindow: "7d" }, others: [] },
  archives = 1,
): CleanupConditions => ({ policies, destinations: { data: PLACE, archives } });

test.each([
  ["4.3.5.0", 0, undefined],
  ["4.4.0.0", 1, undefined],
  ["4.4.0.0", 0, "the tenant has 0 destinations of its log archive, and a cleanup works with one only"],
  ["4.4.0.0", 2, "the tenant has 2 destinations of its log archive, and a cleanup works with one only"],
])(
  "on %s a cleanup with %i destinations of the log archive is kept from its work by %s",
  (version, archives, reason) => {
    expect(neverRemovedText(conditions(undefined, archives), { version })).toBe(reason);
  },
);

describe("the removal of an incomplete set", () => {
  const removal = (endedAt: string) =>
    removalOf({ endedAt, place: PLACE }, conditions(), { version: "4.2.5.1", utcOffset: "+08:00" });

  test("has the moment from which on it is due", () => {
    expect(removal("2026-11-25 10:00:00")).toStrictEqual({ removedAfter: "2026-12-02T10:00:00+08:00" });
  });

  test("says nothing at all where the end of the set is not known", () => {
    expect(removal("")).toStrictEqual({});
  });
});

test.each<[CleanupConditions["policies"], number]>([
  [{ shown: { recoveryWindow: "90s" }, others: [] }, 90_000],
  [{ shown: { recoveryWindow: "1999us" }, others: [] }, 1],
  [{ shown: {}, others: [] }, 0],
  [{ others: ["log_only"] }, 0],
])("under the policies %j an incomplete set is kept for %i ms", (policies, ms) => {
  expect(windowMs(conditions(policies))).toBe(ms);
});

test("an incomplete set of a tenant without policies is kept for 0 ms", () => {
  expect(windowMs({ ...conditions(), policies: undefined })).toBe(0);
});
