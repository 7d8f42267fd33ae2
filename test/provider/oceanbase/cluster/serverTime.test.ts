import { afterEach, describe, expect, test, vi } from "vitest";
import { readClockAheadSeconds, readServerTime } from "../../../../provider/oceanbase/cluster/serverTime.ts";
import {
  mysqlUtcOffset,
  oracleUtcOffset,
  secondsBetween,
  zoned,
} from "../../../../provider/oceanbase/cluster/viewTimes.ts";
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

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["2026-01-01 00:00:00", 0],
  ["2026-01-01 00:01:30", 90],
  ["2025-12-31 23:59:00", -60],
])("a server whose clock says %s at midnight is ahead by %i s", async (utc, seconds) => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 0, 0, 0, 500) });
  for (const server of [serverInSys(), serverInTenant("ORACLE")]) {
    const { cluster } = scriptedCluster(server, [/NOW_TEXT/, [{ NOW_TEXT: utc }]]);
    expect(await readClockAheadSeconds(cluster)).toBe(seconds);
  }
});

test("a server that tells no time is not compared", async () => {
  const { cluster } = scriptedCluster(serverInSys(), [/NOW_TEXT/, [{ NOW_TEXT: null }]]);
  expect(await readClockAheadSeconds(cluster)).toBeUndefined();
});

describe("the offset of a server's times from UTC", () => {
  test.each([
    ["2026-11-25 18:00:00", "2026-11-25 10:00:00", "+08:00"],
    ["2026-11-26 00:30:00", "2026-11-25 19:00:00.999999", "+05:30"],
    ["2026-11-24 23:00:00", "2026-11-25 02:00:00", "-03:00"],
    ["2026-11-25 10:00:00", "2026-11-25 10:00:00", "+00:00"],
  ])("is told by NOW() %s and UTC_TIMESTAMP() %s: %s", (NOW_TEXT, UTC_TEXT, offset) => {
    expect(mysqlUtcOffset({ NOW_TEXT, UTC_TEXT })).toBe(offset);
  });

  test("is not known without an answer", () => {
    for (const row of [undefined, {}, { NOW_TEXT: "2026-11-25 10:00:00", UTC_TEXT: null }]) {
      expect(mysqlUtcOffset(row)).toBe("");
    }
  });

  test("is fixed in Oracle mode before 4.4, and not known from then on", () => {
    expect(oracleUtcOffset({ version: "4.3.5.1" })).toBe("+08:00");
    expect(oracleUtcOffset({ version: "4.4.0.0" })).toBe("");
  });
});

test("a time with an offset is ISO 8601 with every digit, and stays as it is printed where none is known", () => {
  const at = (utcOffset: string) => zoned("2026-11-25 10:00:00.123456", { utcOffset });
  expect(at("+08:00")).toBe("2026-11-25T10:00:00.123456+08:00");
  expect(new Date(at("+08:00")).toISOString()).toBe("2026-11-25T02:00:00.123Z");
  expect(at("")).toBe("2026-11-25 10:00:00.123456");
  const odd = ["at 2026-11-25 10:00:00", "2026-11-25 10:00:00 or so"];
  for (const text of ["", "0000-00-00", "soon", ...odd])
    expect(zoned(text, { utcOffset: "+08:00" })).toBe(text);
  // Ages are counted from what was recorded, too.
  expect(secondsBetween(at("+08:00"), "2026-11-25 10:00:42")).toBe(41);
});
