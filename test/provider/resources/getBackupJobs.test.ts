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

describe("the history of a cluster that has been backed up daily for years", () => {
  const DAYS = 2500;
  /** A backup a day that has ended, and in the other tenant, too. */
  function backedUpDaily(): void {
    const { database } = sandbox().cluster.catalog;
    const columns =
      "tenant_id, job_id, backup_set_id, initiator_tenant_id, initiator_job_id, executor_tenant_id, plus_archivelog, backup_type, job_level, start_ts, end_ts, status, path";
    const day = 86_400_000_000n;
    const now = BigInt(Math.round(sandbox().clock.now() * 1000));
    for (const tenantId of [1002, 1004]) {
      database.run(
        `INSERT INTO oceanbase.__all_backup_job_history (${columns})
         WITH RECURSIVE days(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM days WHERE i < ${DAYS - 1})
         SELECT ${tenantId}, 10000 - i, 10000 - i, ${tenantId}, 0, '${tenantId}', 'OFF', 'FULL', 'TENANT',
           ${now} - i * ${day} - 3600000000, ${now} - i * ${day} - 1000000, 'COMPLETED', 'file:///backup' FROM days`,
      );
    }
  }
  const queries = () =>
    sandbox()
      .log.entries.map(({ sql }) => sql)
      .filter((sql) => sql.includes("JOB_HISTORY"));

  test("is read by pages, the latest first, and no more than was asked for", async () => {
    backedUpDaily();
    const jobs = await list({ tenants: ["mysql_tenant"], history: { limit: 2300 } });
    expect(jobs.map(({ jobId }) => jobId)).toEqual(Array.from({ length: 2300 }, (_, i) => String(10000 - i)));
    expect(queries()).toHaveLength(3);
    for (const sql of queries())
      expect(sql).toMatch(/ORDER BY END_TIMESTAMP DESC, TENANT_ID, JOB_ID LIMIT \d+ OFFSET \d+$/);
  });

  test("has the latest thousand of all tenants together when nothing else is said", async () => {
    backedUpDaily();
    const jobs = await list({ tenants: "all", history: true });
    expect(jobs).toHaveLength(1000);
    expect(jobs.filter(({ tenant }) => tenant === "mysql_tenant")).toHaveLength(500);
    expect(Number(jobs.at(-1)?.jobId)).toBe(10000 - 499);
  });

  test("has what ended within some days, and asks no further", async () => {
    backedUpDaily();
    const jobs = await list({ tenants: ["mysql_tenant"], history: { sinceDays: 7, limit: 10_000 } });
    expect(jobs.map(({ jobId }) => jobId)).toEqual(["10000", "9999", "9998", "9997", "9996", "9995", "9994"]);
    expect(queries()).toHaveLength(1);
  });

  test("is limited in Oracle mode by its own clause", async () => {
    backedUpDaily();
    const jobs = await list({ history: { limit: 3 } }, "oracleTenant");
    expect(jobs.map(({ jobId }) => jobId)).toEqual(["10000", "9999", "9998"]);
    expect(queries()[0]).toMatch(/OFFSET 0 ROWS FETCH NEXT 3 ROWS ONLY$/);
  });

  test.each<[unknown, string]>([
    [{ limit: 0 }, "history.limit: must be a whole number, 1 or more"],
    [{ limit: 10_001 }, "history.limit: must not be above 10000"],
    [{ sinceDays: 0 }, "history.sinceDays: must be a number above 0"],
    [{ since: 1 }, "history.since: there is no such input; known are limit, sinceDays"],
    ["no", "history: must be true, false, or an object with limit and sinceDays"],
  ])("is bounded by right values only: %j", async (history, problem) => {
    await expect(
      list({ tenants: ["mysql_tenant"], history } as Partial<GetBackupJobsInputs>),
    ).rejects.toThrow(problem);
  });
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
