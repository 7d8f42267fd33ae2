import { describe, expect, test } from "vitest";
import { readCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import { dropCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import type { CleanupPolicy } from "../../../../provider/oceanbase/statements.ts";
import type { Logins } from "../../../../sdk/sandbox/sandbox.ts";
import { ADD, add, drop, replacing, usePolicyChange } from "../../../tools/support/cleanupPolicy.ts";
import { justBefore } from "../../../tools/support/sandbox.ts";

const { sandbox, inPlace, ensure, sent, policies, windows } = usePolicyChange();

describe("a policy that does not exist", () => {
  test("is added by one statement", async () => {
    const report = await ensure({ recoveryWindow: "7d", redundancy: 2, backupCopies: 3 });
    expect(sent()).toEqual([add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 3")]);
    expect(report).toEqual({
      policy: { recoveryWindow: "7d", redundancy: 2, backupCopies: 3 },
      certain: true,
      statement: sent()[0],
      hasDropped: false,
      interrupted: undefined,
    });
    expect(policies()).toEqual([
      { tenant_id: 1002, policy_name: "default", recovery_window: "7d", redundancy: 2, backup_copies: 3 },
    ]);
  });

  test("is reported with its window as the server writes it", async () => {
    const update = "UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = '168H'";
    const happens = () => void sandbox().rows(update);
    // At the look after the ADD; the one before it finds nothing in any case.
    sandbox().faults.inject({ match: /DELETE_POLICY/, times: 2, act: { kind: "just before", happens } });
    expect((await ensure({ recoveryWindow: "7d" })).policy).toEqual({ recoveryWindow: "168H" });
  });

  test.each<[keyof Logins, number]>([
    ["mysqlTenant", 1002],
    ["oracleTenant", 1004],
  ])("is added without a TENANT clause by %s", async (who, tenantId) => {
    const report = await ensure({ redundancy: 1 }, {}, { who });
    expect(sent()).toEqual([`${ADD} REDUNDANCY = 1`]);
    expect(report.policy).toEqual({ redundancy: 1 });
    expect(policies()).toMatchObject([{ tenant_id: tenantId, recovery_window: "" }]);
    await inPlace((place) => dropCleanupPolicy(place), { who });
    expect(policies()).toEqual([]);
  });
});

describe("a policy that exists", () => {
  test.each(["7d", "168h", "604800S"])("and is as long as the wanted %s is left as it is", async (window) => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const report = await ensure({ recoveryWindow: window });
    expect(report).toMatchObject({
      policy: { recoveryWindow: "7d" },
      statement: undefined,
      hasDropped: false,
    });
    expect(sent()).toEqual([]);
    // Nothing was sent: one look was enough.
    expect(sandbox().log.matching(/^SELECT .*OB_BACKUP_DELETE_POLICY/)).toHaveLength(1);
  });

  test("in another tenant does not keep this one from being added", async () => {
    sandbox().setPolicy("oracle_tenant", "7d");
    await ensure({ recoveryWindow: "7d" });
    expect(sent()).toEqual([add("7d")]);
  });

  test("and differs is an error that shows both windows, before any statement", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(ensure({ recoveryWindow: "8d" })).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /^root@sys at .*tenant mysql_tenant has a cleanup policy already, with recovery window 7d instead of recovery window 8d; set overwrite: true/,
      ),
    });
    expect(sent()).toEqual([]);
  });

  test("and differs is dropped and added anew when it may be replaced", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d")]);
    expect(report).toMatchObject({
      policy: { recoveryWindow: "8d" },
      statement: add("8d"),
      hasDropped: true,
    });
    expect(windows()).toEqual(["8d"]);
  });

  test.each<[string, CleanupPolicy]>([
    ["redundancy", { recoveryWindow: "7d", redundancy: 2 }],
    ["backupCopies", { recoveryWindow: "7d", backupCopies: 1 }],
  ])("is replaced for another %s, which the server does not show", async (_, wanted) => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await ensure(wanted, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toHaveLength(2);
    expect(policies()).toMatchObject([
      { redundancy: wanted.redundancy ?? 1, backup_copies: wanted.backupCopies ?? 0 },
    ]);
  });

  test("is not dropped when its window could not be put back", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().rows("UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = ' 7d'");
    await expect(ensure({ recoveryWindow: "8d" }, replacing)).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining(`left as it is; drop it by hand (${drop})`),
    });
    expect(sent()).toEqual([]);
  });
});

describe("a race with another session", () => {
  test("that adds the same policy first is lost without a failure", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "168h");
    justBefore(sandbox(), /ADD DELETE/, happens);
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ policy: { recoveryWindow: "168h" } });
    expect(sent()).toEqual([add("7d")]);
  });

  test("that adds a policy and drops it again ends with a second ADD", async () => {
    // The answer is that there is one, and then there is none.
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 1062 } });
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ interrupted: undefined });
    expect(sent()).toEqual([add("7d"), add("7d")]);
  });

  test("that adds a different policy first is an error, unless that policy may be replaced", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "3d");
    justBefore(sandbox(), /ADD DELETE/, happens);
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toThrow(/recovery window 3d instead of/);
    sandbox().setPolicy("mysql_tenant", undefined);
    sandbox().log.clear();
    justBefore(sandbox(), /ADD DELETE/, happens);
    await ensure({ recoveryWindow: "7d" }, replacing);
    expect(sent()).toEqual([add("7d"), drop, add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test("that adds a different policy every time ends after three ADDs", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD DELETE/, times: 99, act: { kind: "just before", happens } });
    const report = await ensure({ recoveryWindow: "7d" }, replacing);
    expect(report).toMatchObject({ certain: true, policy: { recoveryWindow: "3d" } });
    expect(report.interrupted?.message).toContain("another session has added one (error 1062)");
    expect(report.interrupted?.message).toContain("another one was added since (recovery window 3d)");
    expect(sent()).toHaveLength(5);
  });

  test("that adds another one for the dropped policy leaves a report without what is not known of it", async () => {
    const record = { recoveryWindow: "9d", redundancy: 1, backupCopies: 0 };
    sandbox().setPolicy("mysql_tenant", "9d");
    const happens = () => sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD DELETE/, times: 99, act: { kind: "just before", happens } });
    const report = await ensure({ recoveryWindow: "7d" }, { ...replacing, record });
    expect(report.policy).toEqual({ recoveryWindow: "3d" });
    expect(report.interrupted?.message).toContain("another one was added since (recovery window 3d)");
  });
});

test("the policy of a tenant is read from sys and from the tenant itself", async () => {
  sandbox().setPolicy("mysql_tenant", "7d");
  sandbox().setPolicy("oracle_tenant", "9d");
  const shown = (who: keyof Logins) =>
    inPlace(({ cluster, tenant }) => readCleanupPolicy(cluster, tenant), { who });
  expect(await shown("sys")).toEqual({ recoveryWindow: "7d" });
  expect(await shown("mysqlTenant")).toEqual({ recoveryWindow: "7d" });
  expect(await shown("oracleTenant")).toEqual({ recoveryWindow: "9d" });
  sandbox().setPolicy("mysql_tenant", undefined);
  expect(await shown("sys")).toBeUndefined();
});
