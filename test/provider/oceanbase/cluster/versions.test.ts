import { describe, expect, test } from "vitest";
import {
  backupIdleSeconds,
  cancelMayNeedArchive,
  cleansUpAtAdd,
  isAtLeast,
  needsOneArchiveDest,
  passesOverRecycleBin,
} from "../../../../provider/oceanbase/cluster/versions.ts";
import { defaultTimeoutSeconds, stuckAfterSeconds } from "../../../../provider/oceanbase/stop/stopTimes.ts";

test.each([
  ["4.2.5.1", "4.2.5", true],
  ["4.2.5", "4.2.5", true],
  ["4.10.0.0", "4.2.5", true],
  ["4.2.4.9", "4.2.5", false],
  ["4.2", "4.2.0", true],
  ["4.2", "4.2.1", false],
  ["5.0.0.0", "4.6.0", true],
  ["", "4.0.0", false],
] as const)("version %s is at least %s: %s", (version, least, expected) => {
  expect(isAtLeast({ version }, least)).toBe(expected);
});

describe.each([
  ["4.0.0.0", { idle: 300, archive: true, bin: false, oneDest: false, atAdd: false }, 390, 1200],
  ["4.1.0.2", { idle: 300, archive: false, bin: false, oneDest: false, atAdd: false }, 390, 1200],
  ["4.2.5.1", { idle: 30, archive: false, bin: false, oneDest: false, atAdd: false }, 120, 900],
  ["4.3.2.0", { idle: 30, archive: false, bin: false, oneDest: false, atAdd: false }, 120, 900],
  ["4.3.5.1", { idle: 30, archive: false, bin: true, oneDest: false, atAdd: false }, 120, 900],
  ["4.4.1.0", { idle: 30, archive: false, bin: true, oneDest: true, atAdd: false }, 120, 900],
  ["4.6.0.0", { idle: 30, archive: false, bin: true, oneDest: true, atAdd: true }, 120, 900],
] as const)("OceanBase %s", (version, features, stuckAfter, timeout) => {
  test("does what its sources say", () => {
    const server = { version };
    expect({
      idle: backupIdleSeconds(server),
      archive: cancelMayNeedArchive(server),
      bin: passesOverRecycleBin(server),
      oneDest: needsOneArchiveDest(server),
      atAdd: cleansUpAtAdd(server),
    }).toEqual(features);
  });

  test("is given time to stop by its version", () => {
    expect([stuckAfterSeconds({ version }), defaultTimeoutSeconds({ version })]).toEqual([
      stuckAfter,
      timeout,
    ]);
  });
});
