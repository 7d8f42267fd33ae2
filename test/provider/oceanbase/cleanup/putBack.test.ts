import { describe, expect, test } from "vitest";
import { ensureCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { ADD, add, drop, replacing, usePolicyChange } from "../../../tools/support/cleanupPolicy.ts";
import { justBefore, stopBefore } from "../../../tools/support/sandbox.ts";
import { scriptedCluster, serverInSys, tenant } from "../../../tools/support/scriptedSession.ts";

const { sandbox, ensure, sent, policies } = usePolicyChange();

describe("a dropped policy whose successor cannot be added", () => {
  test("is put back with what the record knows of it", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235, message: "no" } });
    const record = { recoveryWindow: "7d", redundancy: 2, backupCopies: 1 };
    const report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record });
    expect(sent()).toEqual([drop, add("8d"), add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 1")]);
    expect(report).toMatchObject({ policy: record, certain: true, hasDropped: true, statement: add("8d") });
    expect(report.interrupted).toMatchObject({ kind: "unsupported", errno: 1235 });
    expect(report.interrupted?.message).toMatch(
      /^setting the cleanup policy of tenant mysql_tenant as root@sys at .* \(error 1235\); the server said "no"; .*; the policy that was there \(recovery window 7d\) was put back$/,
    );
    expect(policies()).toMatchObject([{ recovery_window: "7d", redundancy: 2, backup_copies: 1 }]);
  });

  test("is put back with a word about its redundancy when the record does not know it", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("7d")]);
    expect(report.interrupted?.message).toContain("was put back, but its redundancy and number of copies");
  });

  test("is put back without a window with the redundancy that it must have had", async () => {
    await ensure({ redundancy: 1 });
    sandbox().log.clear();
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent().at(-1)).toBe(`${ADD} REDUNDANCY = 1 TENANT = \`mysql_tenant\``);
    expect(report.policy).toEqual({ redundancy: 1 });
  });

  test("is reported as gone when it cannot be put back either", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({
      match: /ADD DELETE/,
      times: 2,
      act: { kind: "error", errno: 1235, message: "no" },
    });
    const report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toHaveLength(3);
    expect(report).toMatchObject({ policy: undefined, certain: true });
    expect(report.interrupted?.message).toMatch(
      /recovery window 7d\) could not be put back \(putting back .*\); tenant mysql_tenant has no cleanup policy now$/,
    );
  });

  test("is looked for in the view when the reply to its ADD is lost", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    sandbox().faults.inject({ match: /ADD .*'7d'/, act: { kind: "cut after" } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("7d")]);
    expect(report).toMatchObject({ certain: true, policy: { recoveryWindow: "7d" } });
    expect(report.interrupted?.message).toContain("was put back");
  });

  test("is added again when the server says that there is a policy and shows none", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const exists = { kind: "error", errno: 1062 } as const;
    sandbox().faults.inject({ match: /ADD .*'8d'/, times: 3, act: exists });
    sandbox().faults.inject({ match: /ADD .*'7d'/, act: exists });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("8d"), add("8d"), add("7d"), add("7d")]);
    expect(report.interrupted?.message).toContain("was put back");
  });

  test("is reported as not put back when another session adds a third one first", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    justBefore(sandbox(), /ADD .*'7d'/, () => sandbox().setPolicy("mysql_tenant", "3d"));
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("7d")]);
    expect(report).toMatchObject({ policy: { recoveryWindow: "3d" }, certain: true, hasDropped: true });
    expect(report.interrupted?.message).toMatch(
      /could not be put back \(.* recovery window 3d instead of recovery window 7d; .*\); tenant mysql_tenant has another one \(recovery window 3d\) now$/,
    );
  });

  test("is not put back while the effect of the new ADD is unknown", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 4012 } });
    // The first look is the one before the DROP.
    sandbox().faults.inject({ match: /DELETE_POLICY/, nth: 2, act: { kind: "error", errno: 1142 } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d")]);
    expect(report).toMatchObject({ certain: false, hasDropped: true, policy: { recoveryWindow: "8d" } });
    expect(report.interrupted?.message).toMatch(
      /; it is unknown whether tenant mysql_tenant has a cleanup policy now$/,
    );
    expect(report.interrupted?.message).not.toContain("put back");
  });

  test("is not put back when the server goes away, and the report calls the outcome uncertain", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    stopBefore(sandbox(), /ADD DELETE/);
    const report = await ensure({ recoveryWindow: "8d" }, replacing, { patienceMs: 300 });
    expect(report).toMatchObject({ certain: false, hasDropped: true, policy: { recoveryWindow: "8d" } });
    expect(sent()).toEqual([drop, add("8d")]);
  });
});

test.each([
  ["setting the new policy", []],
  ["putting the old policy back", [new OceanBaseError("refused", "no")]],
])(
  "a failure in %s that is no OceanBaseError is thrown as it is, and nothing more is sent",
  async (_, refusals) => {
    const bug = new TypeError("a bug");
    const shown = [{ TENANT_ID: "1002", POLICY_NAME: "default", RECOVERY_WINDOW: "7d" }];
    const { cluster } = scriptedCluster(serverInSys(), [/DELETE_POLICY/, shown]);
    // The DROP succeeds.
    const outcomes = [undefined, ...refusals, bug].values();
    const send = async () => {
      const { value: failure, done } = outcomes.next();
      if (done || failure !== undefined) throw failure ?? new Error("one statement too many");
    };
    const place = { cluster: { ...cluster, send }, tenant: tenant("1002", "one") };
    const request = { ...replacing, wanted: { recoveryWindow: "8d" } };
    await expect(ensureCleanupPolicy(place, request)).rejects.toBe(bug);
  },
);
