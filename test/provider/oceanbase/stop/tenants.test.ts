import { describe, expect, test } from "vitest";
import { justBefore, MYSQL_TENANT, ORACLE_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, waiting, cancels, liveJobs } = useStop();

describe("a tenant", () => {
  test("that is not NORMAL is skipped with a warning, and the others are stopped", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    sandbox().cluster.tenants.setStatus("oracle_tenant", "RESTORE");
    const report = await stop({ selection: ["mysql_tenant", "oracle_tenant"] });
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("tenant oracle_tenant is RESTORE");
  });

  test("that is not NORMAL is neither hit nor waited for by a cancel of all", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    sandbox().cluster.tenants.setStatus("oracle_tenant", "DROPPING");
    const report = await stop({ selection: "all", timeoutSeconds: 5 });
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("tenant oracle_tenant is DROPPING");
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("that is dropped between the look and the statement fails the action, and no job is marked", async () => {
    sandbox().startBackup("oracle_tenant");
    justBefore(sandbox(), /CANCEL/, () => sandbox().dropTenant("mysql_tenant"));
    await expect(stop({ selection: ["mysql_tenant", "oracle_tenant"] })).rejects.toThrow(
      /mysql_tenant does not exist/,
    );
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("that is dropped between the look and the statement is left out of the next send at a teardown", async () => {
    sandbox().startBackup("oracle_tenant");
    justBefore(sandbox(), /CANCEL/, () => sandbox().dropTenant("mysql_tenant"));
    const report = await stop({ selection: ["mysql_tenant", "oracle_tenant"], ignoreMissing: true });
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", status: "CANCELED" }]);
    expect(cancels()).toEqual([
      "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`",
    ]);
  });

  test("that does not exist at a teardown needs no statement", async () => {
    sandbox().dropTenant("mysql_tenant");
    const report = await stop({ ignoreMissing: true });
    expect(report.stoppedAt).toBeDefined();
    expect(report.statement).toBeUndefined();
    expect(cancels()).toEqual([]);
  });

  test("that is dropped during the wait takes its job with it, and the wait ends", async () => {
    const { stopping } = await waiting();
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    sandbox().dropTenant("mysql_tenant");
    const report = await stopping;
    expect(report.interrupted).toBeUndefined();
    expect(report.warnings.join()).toContain("mysql_tenant was dropped while backup job 1 was being stopped");
  });

  test("without a cleanup policy is warned about, and one with a policy is not", async () => {
    expect((await stop()).warnings.join()).toContain("no automatic cleanup policy for mysql_tenant");
    sandbox().cluster.policies.resolveAdd(sandbox().tenant("mysql_tenant"), {
      policy: "default",
      recoveryWindow: "7d",
      redundancy: undefined,
      backupCopies: undefined,
    })();
    expect((await stop()).warnings).toEqual([]);
    expect((await stop({ selection: "own" }, { who: "mysqlTenant" })).warnings).toEqual([]);
    expect((await stop({ selection: "own" }, { who: "oracleTenant" })).warnings.join()).toContain(
      "cleanup policy",
    );
  });
});

test("a view of cleanup policies that fails does not keep the statement from being sent", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().faults.inject({ match: /DELETE_POLICY/, times: 99, act: { kind: "error", errno: 4654 } });
  const report = await stop();
  expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
  expect(report.warnings).toEqual([]);
});

test("a name given twice is sent once, and a name in another case is another tenant", async () => {
  sandbox().addTenant("T1");
  sandbox().addTenant("t1");
  sandbox().startBackup("T1");
  sandbox().startBackup("t1");
  const report = await stop({ selection: ["t1", "t1"] });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `t1`"]);
  expect(report.jobs).toMatchObject([{ tenant: "t1", status: "CANCELED" }]);
  expect(liveJobs(sandbox().tenant("T1").id)).toHaveLength(1);
});

test("a thousand named tenants are sent in one statement", async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `tenant_${i}`);
  for (const name of names) sandbox().addTenant(name);
  for (const name of names.slice(0, 50)) sandbox().startBackup(name);
  const report = await stop({ selection: names });
  expect(report.jobs).toHaveLength(50);
  expect(new Set(report.jobs.map((job) => job.status))).toEqual(new Set(["CANCELED"]));
  expect(cancels()).toHaveLength(1);
});

test.each([1, 51])(
  "the looks for %i named tenants ask for these and for cluster backups alone",
  async (tenants) => {
    const others = Array.from({ length: tenants - 1 }, (_, i) => `other_${i}`);
    for (const name of others) sandbox().addTenant(name);
    await stop({ selection: ["mysql_tenant", ...others] });
    const ids = ["mysql_tenant", ...others].map((name) => sandbox().tenant(name).id);
    const looks = sandbox().log.matching(/CDB_OB_BACKUP_JOBS/);
    expect(looks).toHaveLength(2);
    for (const look of looks) expect(look.endsWith(` WHERE TENANT_ID IN (1, ${ids.join(", ")})`)).toBe(true);
  },
);
