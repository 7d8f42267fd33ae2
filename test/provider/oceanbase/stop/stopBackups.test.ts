import { describe, expect, test } from "vitest";
import { MYSQL_TENANT, ORACLE_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, waiting, cancels, liveJobs, endedJobs } = useStop();

describe("a running backup", () => {
  test("is cancelled, and stands in the history when the action ends", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const report = await stop();
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toEqual([
      {
        tenantId: "1002",
        tenant: "mysql_tenant",
        jobId: "1",
        backupSetId: "1",
        type: "full",
        initiator: "tenant",
        status: "CANCELED",
        result: -4072,
        comment: "",
        path: "file:///backup/mysql_tenant/data",
        startedAt: expect.stringMatching(/^\d{4}-/),
        endedAt: expect.stringMatching(/^\d{4}-/),
      },
    ]);
    expect(liveJobs(MYSQL_TENANT)).toEqual([]);
    expect(endedJobs(MYSQL_TENANT)).toHaveLength(1);
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    expect(report.issuedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(Date.parse(report.stoppedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(report.issuedAt ?? ""));
  });

  test("of another tenant is left alone", async () => {
    sandbox().startBackup("oracle_tenant");
    await stop();
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
  });

  test.each([
    ["mysqlTenant", MYSQL_TENANT, ORACLE_TENANT],
    ["oracleTenant", ORACLE_TENANT, MYSQL_TENANT],
  ] as const)(
    "is stopped from %s without a TENANT clause, and the other tenant's goes on",
    async (who, own, other) => {
      sandbox().startBackup("mysql_tenant");
      sandbox().startBackup("oracle_tenant");
      const report = await stop({ selection: "own" }, { who });
      expect(report.jobs).toMatchObject([{ tenantId: String(own), status: "CANCELED" }]);
      expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
      expect(liveJobs(other)).toHaveLength(1);
    },
  );

  test("that completes before the statement is reported as COMPLETED, and the action succeeds", async () => {
    sandbox().startBackup("mysql_tenant");
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "DOING" }]);
    // The row stays in the live view for a while after the end: the statement finds it there and leaves it.
    sandbox().cluster.backups.timing.wakeSeconds = 120;
    sandbox().finishBackup("mysql_tenant");
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "COMPLETED" }]);
    const report = await stop();
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toMatchObject([{ status: "COMPLETED", result: 0 }]);
    expect(endedJobs(MYSQL_TENANT)).toHaveLength(1);
  });

  test("that is marked before it has all its data ends as CANCELED", async () => {
    const { stopping } = await waiting();
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    sandbox().finishBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", false);
    expect((await stopping).jobs).toMatchObject([{ status: "CANCELED", result: -4072 }]);
  });

  test("that fails by itself is reported as FAILED with the server's comment", async () => {
    sandbox().startBackup("mysql_tenant");
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "DOING" }]);
    sandbox().faults.inject({
      match: /CANCEL/,
      act: {
        kind: "just before",
        happens: () => {
          sandbox().finishBackup("mysql_tenant", { result: -9023, comment: "no space on device" });
          sandbox().cluster.backups.settle();
        },
      },
    });
    const report = await stop();
    expect(report.jobs).toMatchObject([{ status: "FAILED", result: -9023, comment: "no space on device" }]);
  });

  test("of either initiator is stopped when a tenant has both", async () => {
    sandbox().startClusterBackup(["mysql_tenant"]);
    sandbox().startBackup("mysql_tenant");
    await expect.poll(() => liveJobs(MYSQL_TENANT).length).toBe(2);
    const report = await stop();
    expect(report.jobs.map((job) => [job.initiator, job.status]).sort()).toEqual([
      ["sys", "CANCELED"],
      ["tenant", "CANCELED"],
    ]);
  });
});

test("the statement is sent once even when no backup runs", async () => {
  const report = await stop();
  expect(report.jobs).toEqual([]);
  expect(report.stoppedAt).toBeDefined();
  expect(cancels()).toHaveLength(1);
});

test("an action without a running backup costs six statements, the CANCEL among them", async () => {
  await stop();
  expect(sandbox().log.entries).toHaveLength(6);
});

test("three actions for one tenant at the same time all report its job", async () => {
  sandbox().startBackup("mysql_tenant");
  const reports = await Promise.all([stop(), stop(), stop()]);
  for (const report of reports) expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
  expect(cancels()).toHaveLength(3);
});

describe("a refusal of the first send", () => {
  test("for want of the privilege is thrown, and no job is marked", async () => {
    sandbox().startBackup("mysql_tenant");
    await expect(stop({}, { who: "reader" })).rejects.toMatchObject({ errno: 1227, kind: "refused" });
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test.each([1031, 5360])("in Oracle mode (error %i) is thrown even when no backup runs", async (errno) => {
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno } });
    const stopping = stop({ selection: "own" }, { who: "oracleTenant" });
    await expect(stopping).rejects.toMatchObject({ errno: 1031, kind: "refused" });
  });
});
