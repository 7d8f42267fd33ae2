import { expect, test } from "vitest";
import { readServerTime, secondsBetween } from "../../../../provider/oceanbase/cluster/serverTime.ts";
import { scriptedCluster, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

test.each([
  ["2026-01-01 00:00:00", "2026-01-01 00:01:00", 60],
  ["2026-01-01 00:00:00.999999", "2026-01-01 00:00:02", 1],
  ["2026-01-01 00:00:00.9", "2026-01-01 00:00:01.8", 0],
  ["2026-01-01 00:00:00.250", "2026-01-01 00:00:01.249", 0],
  ["2026-01-01 00:00:00.250", "2026-01-01 00:00:01.250", 1],
  ["2026-01-01T00:00:00", "2026-01-02 00:00:00", 86_400],
  ["2026-01-01 00:00:05.5", "2026-01-01 00:00:05", 0],
])("the time from %s to %s is %i s", (from, to, seconds) => {
  expect(secondsBetween(from, to)).toBe(seconds);
});

test.each(["", "soon", "01-01-2026 00:00:00", "at 2026-01-01 00:00:00", "2026-13-45 00:00:00"])(
  "the text %j is no time, and gives no age",
  (text) => {
    expect(secondsBetween(text, "2026-01-01 00:00:00")).toBeUndefined();
    expect(secondsBetween("2026-01-01 00:00:00", text)).toBeUndefined();
  },
);

const timeOf = (rows: { NOW_TEXT: string | null }[], server = serverInSys()) =>
  readServerTime(scriptedCluster(server, [/NOW_TEXT/, rows]).cluster);

test("the server's clock is read as its views print times", async () => {
  expect(await timeOf([{ NOW_TEXT: "2026-01-01 10:00:00" }])).toBe("2026-01-01 10:00:00");
  // There the views are eight hours ahead of UTC.
  const oracle = await timeOf([{ NOW_TEXT: "2026-01-01 20:00:00" }], serverInTenant("ORACLE"));
  expect(secondsBetween("2026-01-02 03:59:00", oracle)).toBe(60);
});

test.each(["MYSQL", "ORACLE"] as const)(
  "a clock in %s mode that tells nothing gives no time",
  async (mode) => {
    for (const rows of [[], [{ NOW_TEXT: null }]]) expect(await timeOf(rows, serverInTenant(mode))).toBe("");
    if (mode === "ORACLE") expect(await timeOf([{ NOW_TEXT: "odd" }], serverInTenant(mode))).toBe("");
  },
);

test("what the views of Oracle-mode tenants print from 4.4 on is not known, so no age is told there", async () => {
  const own = serverInTenant("ORACLE");
  expect(await timeOf([{ NOW_TEXT: "2026-01-01 20:00:00" }], { ...own, version: "4.4.0.0" })).toBe("");
  expect(await timeOf([{ NOW_TEXT: "2026-01-01 20:00:00" }], { ...own, version: "4.3.5.9" })).not.toBe("");
});
