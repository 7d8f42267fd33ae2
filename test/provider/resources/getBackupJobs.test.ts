import { describe, expect, test } from "vitest";
import { type GetBackupJobsInputs, getBackupJobs } from "../../../provider/resources/getBackupJobs.ts";
import type { Logins } from "../../../sdk/sandbox/sandbox.ts";
import { connectionTo, recordingContext, useSandbox } from "../../tools/support/sandbox.ts";

const sandbox = useSandbox();

async function list(changes: Partial<GetBackupJobsInputs>, who: keyof Logins = "sys") {
  const login = sandbox().logins[who];
  const inputs = { connection: connectionTo(sandbox(), login), password: login.password, ...changes };
  return await getBackupJobs(inputs, recordingContext());
}

/** Starts a backup and lets half of it pass, on a clock that stands still from then on. */
function halfDone(tenant: string): void {
  sandbox().cluster.backups.timing.backupSeconds = 1000;
  sandbox().clock.pause();
  sandbox().startBackup(tenant);
  sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.__all_backup_job WHERE status = 'DOING'");
  sandbox().clock.advance(500);
}

test("a live job is listed with its age and its progress, and without a secret", async () => {
  halfDone("mysql_tenant");
  const [job, ...others] = await list({ tenants: ["mysql_tenant"] });
  expect(others).toEqual([]);
  expect(job).toEqual({
    tenantId: "1002",
    tenant: "mysql_tenant",
    jobId: "1",
    backupSetId: "1",
    type: "full",
    initiator: "tenant",
    status: "DOING",
    result: 0,
    comment: "",
    path: "file:///backup/mysql_tenant/data",
    startedAt: expect.stringMatching(/^\d{4}-/),
    ageSeconds: expect.any(Number),
    progress: { inputBytes: 5_002_000_000, outputBytes: 2_501_000_000, tablets: 1200, finishedTablets: 600 },
  });
  // The server's clock is cut to seconds, the start of the job is not.
  expect([499, 500]).toContain(job?.ageSeconds);
  expect(sandbox().log.matching(/PASSWD/)).toEqual([]);
  expect(sandbox().log.cancels).toEqual([]);
});

describe("a list of jobs", () => {
  test.each<[string, Partial<GetBackupJobsInputs>, keyof Logins, string[]]>([
    ["a named tenant", { tenants: ["oracle_tenant"] }, "sys", ["oracle_tenant"]],
    ["all, with the cluster's own job", { tenants: "all" }, "sys", ["sys", "mysql_tenant", "oracle_tenant"]],
    ["the own tenant", {}, "mysqlTenant", ["mysql_tenant"]],
    ["the own tenant in Oracle mode", {}, "oracleTenant", ["oracle_tenant"]],
  ])("has those of %s", async (_, inputs, who, tenants) => {
    sandbox().startClusterBackup();
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toHaveLength(3);
    const jobs = await list(inputs, who);
    expect(jobs.map((job) => job.tenant)).toEqual(tenants);
    expect(new Set(jobs.map((job) => job.initiator))).toEqual(new Set(["sys"]));
    for (const { ageSeconds } of jobs) expect(ageSeconds).toBeGreaterThanOrEqual(0);
  });

  test("has those of a tenant that is locked or not NORMAL", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "DROPPING");
    expect(await list({ tenants: ["mysql_tenant"] })).toHaveLength(1);
  });
});

test("ended jobs are listed after the live ones when history is asked for, with how long each ran", async () => {
  sandbox().clock.pause();
  sandbox().startBackup("mysql_tenant");
  sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.__all_backup_job WHERE status = 'DOING'");
  sandbox().clock.advance(100);
  sandbox().finishBackup("mysql_tenant");
  sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.__all_backup_job_history");
  sandbox().clock.advance(5000);
  sandbox().startBackup("mysql_tenant");
  expect(await list({ tenants: ["mysql_tenant"] })).toMatchObject([{ jobId: "2" }]);
  const [second, first] = await list({ tenants: ["mysql_tenant"], history: true });
  expect(second).toMatchObject({ jobId: "2" });
  expect(first).toMatchObject({ jobId: "1", status: "COMPLETED", endedAt: expect.any(String) });
  expect(first?.ageSeconds).toBeGreaterThanOrEqual(100);
  expect(first?.ageSeconds).toBeLessThan(200);
  expect(first).not.toHaveProperty("progress");
});

test("a task view that cannot be read costs the progress and nothing else", async () => {
  halfDone("mysql_tenant");
  sandbox().faults.inject({ match: /OB_BACKUP_TASKS/, act: { kind: "error", errno: 1146 } });
  const [job] = await list({ tenants: ["mysql_tenant"] });
  expect([499, 500]).toContain(job?.ageSeconds);
  expect(job).not.toHaveProperty("progress");
});

test.each<[object, string]>([
  [{}, "has to name tenants"],
  [{ tenants: [] }, "tenants: is empty"],
  [
    { tenants: ["sys"], history: "no" },
    "is the sys tenant, which has no backups of its own; history: must be true",
  ],
  [{ tenants: "all", onlyTypes: ["full"] }, "onlyTypes: there is no such input"],
])("wrong arguments %j are named all at once, and no connection is made", async (inputs, message) => {
  await expect(list(inputs as Partial<GetBackupJobsInputs>)).rejects.toThrow(message);
  expect(sandbox().log.logins).toBe(0);
});

test("an unknown tenant is an error with the nearest name", async () => {
  await expect(list({ tenants: ["mysql_tenat"] })).rejects.toThrow(/did you mean mysql_tenant/);
});
