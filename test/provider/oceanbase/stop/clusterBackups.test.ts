import { describe, expect, test } from "vitest";
import { backupJob } from "../../../tools/support/backupJob.ts";
import { justBefore, MYSQL_TENANT, ORACLE_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, cancels, liveJobs, endedJobs } = useStop();

describe("a cluster backup", () => {
  test("goes on for the tenants that were not named, and is not waited for", async () => {
    sandbox().startClusterBackup();
    await expect.poll(() => liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    const report = await stop();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", initiator: "sys", status: "CANCELED" }]);
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    expect(liveJobs(1)).toMatchObject([{ status: "DOING", result: -4072 }]);
  });

  test("ends as a whole in a cancel of all, its own job in sys included", async () => {
    sandbox().startClusterBackup();
    await expect.poll(() => liveJobs(ORACLE_TENANT).length).toBe(1);
    const report = await stop({ selection: "all" });
    expect(report.jobs.map((job) => [job.tenant, job.status])).toEqual([
      ["sys", "CANCELED"],
      ["mysql_tenant", "CANCELED"],
      ["oracle_tenant", "CANCELED"],
    ]);
    expect(liveJobs(1)).toEqual([]);
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  });

  test("that has not started its jobs yet is waited for, and its jobs are cancelled when they start", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 300;
    sandbox().startClusterBackup();
    const report = await stop();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(cancels()).toHaveLength(2);
    expect(new Set(cancels()).size).toBe(1);
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
  });

  test.each([
    ["gone", "__all_backup_job_history"],
    ["CANCELED but not yet moved", "__all_backup_job"],
  ])("has its job reported that starts after the look and is %s at the first poll", async (_, table) => {
    sandbox().clock.pause();
    sandbox().startClusterBackup();
    const child = `tenant_id = ${MYSQL_TENANT}`;
    justBefore(sandbox(), /CANCEL/, () =>
      sandbox().advanceUntilThereIs(`SELECT 1 FROM oceanbase.__all_backup_job WHERE ${child}`),
    );
    // The first look at the live jobs is before the statement, the second one after it.
    justBefore(sandbox(), /BACKUP_JOBS/, () => {});
    justBefore(sandbox(), /BACKUP_JOBS/, () =>
      sandbox().advanceUntilThereIs(
        `SELECT 1 FROM oceanbase.${table} WHERE ${child} AND status = 'CANCELED'`,
      ),
    );
    // From then on time runs again.
    justBefore(sandbox(), /BACKUP_JOB/, () => sandbox().clock.resume());
    const report = await stop();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", initiator: "sys", status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
  });

  test("that has not started its jobs at the timeout is recorded, and resumed from the record", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 600;
    sandbox().startClusterBackup();
    const earlier = await stop({ timeoutSeconds: 1 });
    expect(earlier).toMatchObject({ jobs: [], startingClusterJobs: ["1"] });
    expect(earlier.interrupted?.message).toContain("sys job 1 INIT");
    await expect.poll(() => liveJobs(MYSQL_TENANT), { timeout: 5000 }).toMatchObject([{ status: "DOING" }]);
    const report = await stop({ earlier });
    expect(report).toMatchObject({ startingClusterJobs: [], stoppedAt: expect.any(String) });
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", initiator: "sys", status: "CANCELED" }]);
    expect(report.warnings.join()).not.toContain("left alone");
    expect(cancels()).toHaveLength(2);
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
  });

  test("that has not started its jobs yet is warned about when the timeout is 0", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 10_000;
    sandbox().startClusterBackup();
    const report = await stop({ timeoutSeconds: 0 });
    expect(report).toMatchObject({ jobs: [], startingClusterJobs: ["1"] });
    expect(report.warnings.join()).toContain("cluster backup 1 has not started its jobs yet");
  });

  test("that goes on after a cancel of all is cancelled again by the names of its tenants alone", async () => {
    sandbox().addTenant("other");
    sandbox().startClusterBackup(["mysql_tenant", "oracle_tenant"]);
    await expect.poll(() => liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    sandbox().startBackup("other");
    const isMeant = { jobId: "1", initiator: "sys", status: "DOING" } as const;
    const earlier = {
      statement: "ALTER SYSTEM CANCEL BACKUP",
      issuedAt: "2026-01-01T00:00:00.000Z",
      jobs: [
        backupJob({ ...isMeant, tenantId: "1", tenant: "sys" }),
        backupJob({ ...isMeant, tenantId: "1002", tenant: "mysql_tenant" }),
        backupJob({ ...isMeant, tenantId: "1004", tenant: "oracle_tenant" }),
      ],
    };
    const report = await stop({ selection: "all", earlier });
    expect(report.interrupted).toBeUndefined();
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`"]);
    expect(report.jobs.map((job) => [job.tenant, job.status])).toEqual([
      ["sys", "FAILED"],
      ["mysql_tenant", "CANCELED"],
      ["oracle_tenant", "CANCELED"],
    ]);
    expect(report.restarted).toMatchObject([{ tenant: "other", status: "DOING" }]);
  });

  test("that has not started its jobs yet never starts them after a cancel of all", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 900;
    sandbox().startClusterBackup();
    const report = await stop({ selection: "all" });
    expect(report.jobs).toMatchObject([{ tenant: "sys", status: "CANCELED" }]);
    expect(endedJobs(MYSQL_TENANT)).toEqual([]);
    expect(cancels()).toHaveLength(1);
  });
});
