import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { rightAnswersOf } from "../../../contract/rightAnswers.ts";
import { FEATURES, justBefore, loginOf, MYSQL_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

/** Whether an age is told to an Oracle-mode tenant. */
const tellsAge = rightAnswersOf(FEATURES.build).tellsAge("ORACLE");

const { sandbox, stop, running, completeBackup, cancels, liveJobs } = useStop();

describe("a filter", () => {
  test("by type excludes a tenant with a job of another type and hits the others", async () => {
    await completeBackup("oracle_tenant");
    await running("mysql_tenant");
    sandbox().startBackup("oracle_tenant", { incremental: true });
    const report = await stop({ selection: "all", filter: { types: ["incremental"] } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", type: "incremental", status: "CANCELED" }]);
    expect(report.excluded).toEqual([
      { tenantId: "1002", tenant: "mysql_tenant", reason: "job 1 is a full backup" },
    ]);
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "DOING" }]);
  });

  test("by age excludes a tenant whose job is too young by the server's clock", async () => {
    sandbox().clock.pause();
    sandbox().startBackup("mysql_tenant");
    sandbox().clock.advance(1000);
    sandbox().startBackup("oracle_tenant");
    sandbox().clock.advance(500);
    // It stands still until the ages are known; then it has to go on for the stop to come to its end.
    justBefore(sandbox(), /CANCEL BACKUP/, () => sandbox().clock.resume());
    const report = await stop({ selection: "all", filter: { olderThanSeconds: 1400 } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    expect(report.excluded).toMatchObject([
      {
        tenant: "oracle_tenant",
        // The clock is read to the second, a start to its fraction.
        reason: expect.stringMatching(/^job 1 is (499|500) s old, not older than 1400 s$/),
      },
    ]);
  });

  test("excludes a tenant when only one of its two jobs does not match", async () => {
    await running("mysql_tenant");
    sandbox().clock.advance(5000);
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toHaveLength(2);
    const report = await stop({ filter: { olderThanSeconds: 3000 } });
    expect(cancels()).toEqual([]);
    expect(report.statement).toBeUndefined();
    expect(report.excluded).toMatchObject([{ reason: expect.stringContaining("job 2 is") }]);
    expect(liveJobs(MYSQL_TENANT).map((job) => job.status)).not.toContain("CANCELING");
  });

  test("names no tenant without a running job", async () => {
    const report = await stop({ selection: "all", filter: { olderThanSeconds: 0 } });
    expect(cancels()).toEqual([]);
    expect(report).toMatchObject({ jobs: [], excluded: [] });
  });

  test("applies to a user tenant in either mode", async () => {
    await running("mysql_tenant", "oracle_tenant");
    sandbox().clock.advance(1000);
    const excluded = await stop(
      { selection: "own", filter: { types: ["incremental"] } },
      { who: "mysqlTenant" },
    );
    expect(excluded.excluded).toHaveLength(1);
    expect(cancels()).toEqual([]);
    const young = await stop(
      { selection: "own", filter: { olderThanSeconds: 100_000 } },
      { who: "oracleTenant" },
    );
    const reason = tellsAge ? /^job 1 is \d+ s old, not older/ : /^the age of job 1 is not known$/;
    expect(young.excluded).toMatchObject([{ reason: expect.stringMatching(reason) }]);
    const filter = { types: ["full"], ...(tellsAge ? { olderThanSeconds: 500 } : {}) } as const;
    const old = await stop({ selection: "own", filter }, { who: "oracleTenant" });
    expect(old.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  });

  test("does not follow a cluster backup into the jobs that it starts later", async () => {
    // Longer than the stop takes.
    sandbox().cluster.backups.timing.parentInitSeconds = 10 * FEATURES.backupThreadIdleSeconds;
    sandbox().startClusterBackup(["mysql_tenant"]);
    const report = await stop({ filter: { types: ["full"] } });
    expect(report).toMatchObject({ jobs: [], startingClusterJobs: [] });
    expect(cancels()).toEqual([]);
  });

  test("over all tenants leaves out a tenant that is dropped just before the statement", async () => {
    await running("mysql_tenant", "oracle_tenant");
    justBefore(sandbox(), /CANCEL BACKUP/, () => sandbox().dropTenant("oracle_tenant"));
    const report = await stop({ selection: "all", filter: { types: ["full"] } });
    expect(cancels()).toEqual([
      "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
    ]);
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }, {}]);
  });

  test("over all tenants excludes a locked tenant, which cannot be named", async () => {
    await running("mysql_tenant", "oracle_tenant");
    sandbox().cluster.tenants.setLocked("oracle_tenant", true);
    const report = await stop({ selection: "all", filter: { types: ["full"] } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    expect(report.excluded).toMatchObject([
      { tenant: "oracle_tenant", reason: expect.stringContaining("the tenant is locked") },
    ]);
  });

  test("still excludes in a resumed attempt what it excluded in the first", async () => {
    await completeBackup("oracle_tenant");
    await running("mysql_tenant");
    sandbox().startBackup("oracle_tenant", { incremental: true });
    sandbox().setStuck("oracle_tenant", true);
    const request = { selection: "all", filter: { types: ["incremental"] } } as const;
    const earlier = await stop({ ...request, timeoutSeconds: 1 });
    expect(earlier.interrupted).toMatchObject({ kind: "timeout" });
    sandbox().setStuck("oracle_tenant", false);
    const report = await stop({ ...request, earlier });
    expect(report).toMatchObject({ restarted: [], excluded: [{ tenant: "mysql_tenant" }] });
    expect(report.warnings.join()).not.toContain("started after the statement");
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "DOING" }]);
  });

  test("by age is right on a server in another time zone than this machine's", async () => {
    const elsewhere = await startSandbox({ speed: 1 });
    try {
      elsewhere.startBackup("mysql_tenant");
      await pause(10);
      elsewhere.clock.advance(100);
      const login = loginOf(elsewhere, elsewhere.logins.sys);
      const filter = { olderThanSeconds: 3600 };
      const report = await stop({ timeoutSeconds: 0, filter }, { login });
      expect(report.excluded).toMatchObject([
        { reason: expect.stringMatching(/job 1 is (99|10\d) s old, not older than 3600 s/) },
      ]);
    } finally {
      await elsewhere.stop();
    }
  });
});
