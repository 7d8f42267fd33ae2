import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { stopBackups } from "../../../../provider/oceanbase/stop/stopBackups.ts";
import type { StopReport, StopRequest } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { type Logins, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, untilJobs, useSandbox } from "../../../tools/support/sandbox.ts";

/*
 * What may be asked of a stop beyond stopping. Without its option each of these tests fails.
 */
const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;
const MYSQL_TENANT = 1002;

const live = (tenantId: number) =>
  sandbox().rows(`SELECT * FROM oceanbase.__all_backup_job WHERE tenant_id = ${tenantId}`);
const runs = (tenantId: number) => expect(live(tenantId)).toMatchObject([{ status: "DOING" }]);

async function stop(
  request: Partial<StopRequest>,
  who: keyof Logins = "sys",
  progress: (text: string) => void = () => {},
): Promise<StopReport> {
  const login = loginOf(sandbox(), sandbox().logins[who]);
  const session = await openSession(login);
  try {
    const asked = {
      selection: ["mysql_tenant"],
      loginTenant: login.tenant,
      ignoreMissing: false,
      timeoutSeconds: 20,
    };
    return await stopBackups(session, { ...asked, ...request }, { progress });
  } finally {
    await session.close();
  }
}

/** Starts backups and lets them come out of INIT. */
async function running(...tenants: string[]): Promise<void> {
  for (const tenant of tenants) sandbox().startBackup(tenant);
  await expect
    .poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job WHERE status <> 'DOING'"))
    .toEqual([]);
}

/** Makes a full backup that completes. */
async function completeBackup(tenant: string): Promise<void> {
  await running(tenant);
  sandbox().finishBackup(tenant);
  await expect.poll(() => live(sandbox().tenant(tenant).id)).toEqual([]);
}

describe("a filter", () => {
  test("by type excludes a tenant with a job of another type, and hits the others", async () => {
    await completeBackup("oracle_tenant");
    await running("mysql_tenant");
    sandbox().startBackup("oracle_tenant", { incremental: true });
    const report = await stop({ selection: "all", filter: { types: ["incremental"] } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", type: "incremental", status: "CANCELED" }]);
    expect(report.excluded).toEqual([
      { tenantId: "1002", tenant: "mysql_tenant", reason: "job 1 is a full backup" },
    ]);
    runs(MYSQL_TENANT);
  });

  test("by age excludes a tenant whose job is not old enough, by the server's clock", async () => {
    sandbox().clock.pause();
    sandbox().startBackup("mysql_tenant");
    sandbox().clock.advance(1000);
    sandbox().startBackup("oracle_tenant");
    sandbox().clock.advance(500);
    // The clock has to go on for the stop to come to its end.
    sandbox().clock.resume();
    const report = await stop({ selection: "all", filter: { olderThanSeconds: 1400 } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    expect(report.excluded).toMatchObject([
      {
        tenant: "oracle_tenant",
        reason: expect.stringMatching(/^job 1 is 5\d\d s old, not older than 1400 s$/),
      },
    ]);
  });

  test("excludes a tenant when only one of its two jobs does not match", async () => {
    await running("mysql_tenant");
    sandbox().clock.advance(5000);
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect.poll(() => live(MYSQL_TENANT)).toHaveLength(2);
    const report = await stop({ filter: { olderThanSeconds: 3000 } });
    expect(cancels()).toEqual([]);
    expect(report.statement).toBeUndefined();
    expect(report.excluded).toMatchObject([{ reason: expect.stringContaining("job 2 is") }]);
    expect(live(MYSQL_TENANT).map((job) => job.status)).not.toContain("CANCELING");
  });

  test("names no tenant without a job: one that starts in between would be too young", async () => {
    const report = await stop({ selection: "all", filter: { olderThanSeconds: 0 } });
    expect(cancels()).toEqual([]);
    expect(report).toMatchObject({ jobs: [], excluded: [] });
  });

  test("works from a user tenant, in either mode", async () => {
    await running("mysql_tenant", "oracle_tenant");
    sandbox().clock.advance(1000);
    const excluded = await stop({ selection: "own", filter: { types: ["incremental"] } }, "mysqlTenant");
    expect(excluded.excluded).toHaveLength(1);
    expect(cancels()).toEqual([]);
    const young = await stop({ selection: "own", filter: { olderThanSeconds: 100_000 } }, "oracleTenant");
    expect(young.excluded).toMatchObject([{ reason: expect.stringMatching(/job 1 is \d+ s old/) }]);
    const old = await stop(
      { selection: "own", filter: { olderThanSeconds: 500, types: ["full"] } },
      "oracleTenant",
    );
    expect(old.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  });

  test("does not follow a cluster backup into the jobs that it starts later", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 200;
    sandbox().startClusterBackup(["mysql_tenant"]);
    const report = await stop({ filter: { types: ["full"] } });
    expect(report).toMatchObject({ jobs: [], startingClusterJobs: [] });
    expect(cancels()).toEqual([]);
  });
});

test("a filter over all goes on without a tenant that is dropped just before the statement", async () => {
  await running("mysql_tenant", "oracle_tenant");
  sandbox().faults.inject({
    match: /CANCEL BACKUP/,
    act: { kind: "just before", happens: () => sandbox().dropTenant("oracle_tenant") },
  });
  const report = await stop({ selection: "all", filter: { types: ["full"] } });
  expect(cancels()).toEqual([
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
  ]);
  expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }, {}]);
});

test("a filter over all excludes a locked tenant, which cannot be named", async () => {
  await running("mysql_tenant", "oracle_tenant");
  sandbox().cluster.tenants.setLocked("oracle_tenant", true);
  const report = await stop({ selection: "all", filter: { types: ["full"] } });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
  expect(report.excluded).toMatchObject([
    { tenant: "oracle_tenant", reason: expect.stringContaining("the tenant is locked") },
  ]);
});

test("what a filter has excluded stays excluded when the attempt is taken up again", async () => {
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
  runs(MYSQL_TENANT);
});

describe("a restore point that is required", () => {
  test("and missing keeps everything from being sent, and names the tenant", async () => {
    await completeBackup("mysql_tenant");
    await running("mysql_tenant", "oracle_tenant");
    await expect(
      stop({ selection: ["mysql_tenant", "oracle_tenant"], requireRestorePoint: true }),
    ).rejects.toThrow(/no complete full backup to restore oracle_tenant from, so nothing was cancelled/);
    expect(cancels()).toEqual([]);
  });

  test("and there lets the statement go out, from sys and from the tenant", async () => {
    await completeBackup("mysql_tenant");
    await running("mysql_tenant");
    const report = await stop({ requireRestorePoint: true });
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    await running("mysql_tenant");
    const own = await stop({ selection: "own", requireRestorePoint: true }, "mysqlTenant");
    expect(own.jobs).toMatchObject([{ status: "CANCELED" }]);
    await running("oracle_tenant");
    await expect(stop({ selection: "own", requireRestorePoint: true }, "oracleTenant")).rejects.toThrow(
      /no complete full backup to restore oracle_tenant/,
    );
  });
});

test("a server without the view of backup sets is refused by its version, before anything is sent", async () => {
  await running("mysql_tenant");
  sandbox().faults.inject({ match: /SET_FILES/, act: { kind: "error", errno: 1146 } });
  await expect(stop({ requireRestorePoint: true })).rejects.toMatchObject({
    kind: "unsupported",
    message: expect.stringMatching(/found OceanBase 4\.2\.5\.1, which does not show its backup sets/),
  });
  expect(cancels()).toEqual([]);
});

describe("leftovers", () => {
  test("are the incomplete sets of the cancelled jobs, with what becomes of them", async () => {
    sandbox().setPolicy("oracle_tenant", "7d");
    await running("mysql_tenant", "oracle_tenant");
    const report = await stop({ selection: "all" });
    expect(report.leftovers).toEqual([
      {
        tenantId: "1002",
        tenant: "mysql_tenant",
        backupSetId: "1",
        path: "file:///backup/mysql_tenant/data",
        bytes: expect.any(Number),
        fileStatus: "INCOMPLETE",
        staysBecause: "the tenant has no automatic cleanup policy",
      },
      expect.objectContaining({
        tenant: "oracle_tenant",
        fileStatus: "INCOMPLETE",
        removedAfter: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      }),
    ]);
    const [, covered] = report.leftovers;
    const [, job] = report.jobs;
    // The set ends with its job, but for a moment.
    const days =
      (Date.parse(`${covered?.removedAfter}Z`) - Date.parse(`${job?.endedAt?.slice(0, 19)}Z`)) / 86_400_000;
    expect(days).toBeCloseTo(7, 2);
    expect(report.warnings.join()).toMatch(
      /no automatic cleanup policy for mysql_tenant.*BackupCleanupPolicy/,
    );
  });

  test("are none of a job that completed first, and none of an earlier backup", async () => {
    await running("mysql_tenant");
    await stop({});
    await running("mysql_tenant");
    sandbox().faults.inject({
      match: /CANCEL BACKUP/,
      act: { kind: "just before", happens: () => sandbox().finishBackup("mysql_tenant") },
    });
    const report = await stop({});
    expect(report.jobs).toMatchObject([{ jobId: "2", status: "COMPLETED" }]);
    expect(report.leftovers).toEqual([]);
  });

  test("that cannot be read are a warning, and the stop is one all the same", async () => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /SET_FILES/, times: 99, act: { kind: "error", errno: 1142 } });
    const report = await stop({});
    expect(report).toMatchObject({ leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(report.interrupted).toBeUndefined();
    expect(report.warnings.join()).toContain("what the backups have left behind could not be read");
  });

  test("are waited for until the server has cleaned up", async () => {
    sandbox().setPolicy("mysql_tenant", "2s");
    await running("mysql_tenant");
    const texts: string[] = [];
    const stopping = stop({ waitForCleanup: true }, "sys", (text) => {
      texts.push(text);
      if (
        text.startsWith("stopped; waiting for the cleanup of mysql_tenant set 1 (INCOMPLETE, removed after")
      ) {
        sandbox().cleanUpNow();
      }
    });
    const report = await stopping;
    expect(report).toMatchObject({ leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(report.interrupted).toBeUndefined();
    expect(texts.join("\n")).toContain("stopped; waiting for the cleanup of mysql_tenant set 1");
    expect(
      sandbox().rows("SELECT file_status FROM oceanbase.__all_backup_set_files WHERE tenant_id = 1002"),
    ).toEqual([{ file_status: "DELETED" }]);
  });

  test("that are not gone in time end the wait at its bound, with the jobs as they ended", async () => {
    sandbox().cluster.backups.timing.cleanupSeconds = 1_000_000;
    sandbox().setPolicy("mysql_tenant", "1s");
    await running("mysql_tenant");
    const startedAt = Date.now();
    const report = await stop({ waitForCleanup: true, timeoutSeconds: 2 });
    expect(Date.now() - startedAt).toBeLessThan(5000);
    expect(report.interrupted).toMatchObject({
      kind: "timeout",
      message: expect.stringMatching(
        /all jobs have stopped, but after 2 s .* mysql_tenant set 1 \(INCOMPLETE, removed after \d{4}/,
      ),
    });
    expect(report.jobs).toMatchObject([{ status: "CANCELED", endedAt: expect.any(String) }]);
    // Taken up again it only waits on.
    sandbox().cleanUpNow();
    const again = await stop({ waitForCleanup: true, earlier: report });
    expect(again).toMatchObject({ leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(again.interrupted).toBeUndefined();
    expect(cancels()).toHaveLength(1);
  });

  test("are not waited for where no policy can be seen", async () => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /DELETE_POLICY/, times: 9, act: { kind: "error", errno: 1146 } });
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      /could not be found out \(OceanBase 4\.2\.5\.1\), so waitForCleanup could wait in vain/,
    );
    expect(cancels()).toEqual([]);
  });

  test("are not waited for in vain: without a policy nothing is sent", async () => {
    await running("mysql_tenant");
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      /waitForCleanup would wait in vain for mysql_tenant \(the tenant has no automatic cleanup policy\)/,
    );
    expect(cancels()).toEqual([]);
  });

  test("are not waited for longer than there is time: the refusal says from when on they go", async () => {
    await running("mysql_tenant");
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(stop({ waitForCleanup: true, timeoutSeconds: 60 })).rejects.toThrow(
      /is not removed within 60 s in mysql_tenant \(recovery window 7d: not before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\); leave waitForCleanup out, or raise timeoutSeconds$/,
    );
    expect(cancels()).toEqual([]);
  });

  test("of a backup that goes elsewhere are not waited for", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    sandbox().startBackup("mysql_tenant", { path: "file:///elsewhere" });
    await untilJobs(sandbox(), "DOING");
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      /would wait in vain for mysql_tenant \(it does not lie at the tenant's present backup destination/,
    );
    expect(cancels()).toEqual([]);
  });

  test("whose policy goes away meanwhile are waited for no longer", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    await running("mysql_tenant");
    const report = await stop({ waitForCleanup: true, timeoutSeconds: 60 }, "sys", (text) => {
      if (text.startsWith("waiting for")) sandbox().setPolicy("mysql_tenant", undefined);
    });
    expect(report.interrupted?.message).toMatch(
      /mysql_tenant set 1 \(INCOMPLETE, the tenant has no automatic cleanup policy\)/,
    );
    expect(report.leftovers).toMatchObject([{ backupSetId: "1" }]);
  });
});

describe("a backup that starts again", () => {
  test("while it settles is reported with its initiator, and left alone", async () => {
    await running("mysql_tenant");
    const stopping = stop({ settleSeconds: 2 });
    await expect.poll(() => cancels()).toHaveLength(1);
    await expect.poll(() => live(MYSQL_TENANT)).toEqual([]);
    sandbox().startBackup("mysql_tenant");
    const report = await stopping;
    expect(report.restarted).toMatchObject([
      { tenant: "mysql_tenant", jobId: "2", initiator: "tenant", status: "DOING" },
    ]);
    expect(report.warnings.join()).toContain(
      "backup job 2 was started after the statement, by the tenant itself, and is",
    );
    expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
    // The stop was over before it settled.
    expect(Date.now() - Date.parse(report.stoppedAt ?? "")).toBeGreaterThanOrEqual(1900);
  });
});

test("a job that another cancel marks while the action looks on is waited for: until it ends nothing has stopped", async () => {
  sandbox().startBackup("mysql_tenant");
  let isLate = false;
  const cancelAnother = (text: string) => {
    if (isLate || !text.startsWith("stopped; looking on")) return;
    isLate = true;
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    sandbox().cluster.backups.cancel([sandbox().tenant("mysql_tenant")]);
  };
  const report = await stop({ settleSeconds: 30, timeoutSeconds: 2 }, "sys", cancelAnother);
  expect(report.interrupted).toMatchObject({ kind: "timeout" });
  expect(report.jobs).toMatchObject([
    { jobId: "1", status: "CANCELED" },
    { jobId: "2", status: "CANCELING" },
  ]);
  expect(report.stoppedAt).toBeUndefined();
});

describe("a job that stays CANCELING", () => {
  test("is diagnosed while it is waited for, and in the error at the end", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const texts: string[] = [];
    const report = await stop({ timeoutSeconds: 2, stuckAfterSeconds: 0.5 }, "sys", (text) =>
      texts.push(text),
    );
    const diagnosis =
      /mysql_tenant job 1 is CANCELING for \d s, task 1 CANCELING \(result 0, \d+ of 1200 tablets\), path file:\/\/\/backup\/mysql_tenant\/data; .*log stream tasks.*a server of the cluster that does not answer/;
    expect(texts[0]).not.toMatch(diagnosis);
    expect(texts.at(-1)).toMatch(diagnosis);
    expect(report.interrupted?.message).toMatch(diagnosis);
    // It is asked once in half a minute, however often the wait looks.
    expect(sandbox().log.matching(/OB_BACKUP_TASKS/)).toHaveLength(1);
  });

  test("is diagnosed after two minutes, not before", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const report = await stop({ timeoutSeconds: 1 });
    expect(report.interrupted?.message).toMatch(
      /job 1 CANCELING; raise timeoutSeconds, or look at the jobs again/,
    );
    expect(sandbox().log.matching(/OB_BACKUP_TASKS/)).toEqual([]);
  });

  test("is diagnosed as far as it goes when its task cannot be read", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    sandbox().faults.inject({ match: /OB_BACKUP_TASKS/, act: { kind: "error", errno: 1146 } });
    const report = await stop({ timeoutSeconds: 1, stuckAfterSeconds: 0.2 });
    expect(report.interrupted?.message).toContain("its task could not be read");
  });
});

test("a server of another time zone than this machine tells the right age", async () => {
  const elsewhere = await startSandbox({ speed: 1 });
  try {
    elsewhere.startBackup("mysql_tenant");
    await pause(10);
    elsewhere.clock.advance(100);
    const login = loginOf(elsewhere, elsewhere.logins.sys);
    const session = await openSession(login);
    const request = {
      selection: ["mysql_tenant"],
      loginTenant: "sys",
      ignoreMissing: false,
      timeoutSeconds: 0,
    };
    const report = await stopBackups(
      session,
      { ...request, filter: { olderThanSeconds: 3600 } },
      { progress: () => {} },
    );
    expect(report.excluded).toMatchObject([
      { reason: expect.stringMatching(/job 1 is (99|10\d) s old, not older than 3600 s/) },
    ]);
    await session.close();
  } finally {
    await elsewhere.stop();
  }
});
