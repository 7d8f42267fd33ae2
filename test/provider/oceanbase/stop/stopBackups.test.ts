import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { rehearseStop, stopBackups } from "../../../../provider/oceanbase/stop/stopBackups.ts";
import type {
  StopControl,
  StopReport,
  StopRequest,
} from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { type Logins, type Sandbox, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { stoppedJob } from "../../../tools/support/backupJob.ts";
import { FAST, loginOf, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();

/** Runs the action as one of the sandbox's users. */
async function stop(
  request: Partial<StopRequest> = {},
  {
    who = "sys",
    login = loginOf(sandbox(), sandbox().logins[who], { connectTimeoutSeconds: 1 }),
    ...control
  }: Partial<StopControl> & { who?: keyof Logins; login?: Login } = {},
): Promise<StopReport> {
  const session = await openSession(login, control);
  try {
    return await stopBackups(
      session,
      {
        selection: ["mysql_tenant"],
        loginTenant: login.tenant,
        ignoreMissing: false,
        timeoutSeconds: 20,
        ...request,
      },
      { progress: () => {}, ...control },
    );
  } finally {
    await session.close();
  }
}

const cancels = () => sandbox().log.cancels;
const liveJobs = (tenantId: number) =>
  sandbox().rows(`SELECT * FROM oceanbase.__all_backup_job WHERE tenant_id = ${tenantId}`);
const endedJobs = (tenantId: number) =>
  sandbox().rows(`SELECT * FROM oceanbase.__all_backup_job_history WHERE tenant_id = ${tenantId}`);
const MYSQL_TENANT = 1002;
const ORACLE_TENANT = 1004;

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

describe("a running backup", () => {
  test("is cancelled, and has moved to the history when the action ends", async () => {
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
    "is stopped from %s without naming it, and the other tenant's goes on",
    async (who, own, other) => {
      sandbox().startBackup("mysql_tenant");
      sandbox().startBackup("oracle_tenant");
      const report = await stop({ selection: "own" }, { who });
      expect(report.jobs).toMatchObject([{ tenantId: String(own), status: "CANCELED" }]);
      expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
      expect(liveJobs(other)).toHaveLength(1);
    },
  );

  test("that is done first is COMPLETED, and that is a success", async () => {
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

  test("whose cancel comes first is CANCELED even when its data is complete", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stopping = stop();
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    sandbox().finishBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", false);
    expect((await stopping).jobs).toMatchObject([{ status: "CANCELED", result: -4072 }]);
  });

  test("that fails by itself is FAILED, with the server's comment", async () => {
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

test("when nothing runs the statement is sent all the same, once", async () => {
  const report = await stop();
  expect(report.jobs).toEqual([]);
  expect(report.stoppedAt).toBeDefined();
  expect(cancels()).toHaveLength(1);
});

test("when nothing runs the server is asked six times and the statement is one of them", async () => {
  await stop();
  expect(sandbox().log.entries).toHaveLength(6);
});

describe("a cluster backup", () => {
  test("goes on for the tenants that were not named, and is not waited for", async () => {
    sandbox().startClusterBackup();
    await expect.poll(() => liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    const report = await stop();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", initiator: "sys", status: "CANCELED" }]);
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    expect(liveJobs(1)).toMatchObject([{ status: "DOING", result: -4072 }]);
  });

  test('ends as a whole with "all", its own job in sys included', async () => {
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

  test("that has not started its jobs yet is waited for, and they get the statement when they come", async () => {
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
  ])(
    "whose job comes after the look and is %s at the first poll is reported all the same",
    async (_, table) => {
      sandbox().clock.pause();
      sandbox().startClusterBackup();
      const child = `tenant_id = ${MYSQL_TENANT}`;
      const before = (match: RegExp, happens: () => void) =>
        sandbox().faults.inject({ match, act: { kind: "just before", happens } });
      before(/CANCEL/, () =>
        sandbox().advanceUntilThereIs(`SELECT 1 FROM oceanbase.__all_backup_job WHERE ${child}`),
      );
      // The first look at the live jobs is before the statement, the second one after it.
      before(/BACKUP_JOBS/, () => {});
      before(/BACKUP_JOBS/, () =>
        sandbox().advanceUntilThereIs(
          `SELECT 1 FROM oceanbase.${table} WHERE ${child} AND status = 'CANCELED'`,
        ),
      );
      // From then on time runs again.
      before(/BACKUP_JOB/, () => sandbox().clock.resume());
      const report = await stop();
      expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", initiator: "sys", status: "CANCELED" }]);
      expect(cancels()).toHaveLength(1);
    },
  );

  test("that has not started its jobs when the wait ends is in the record, and taken up from there", async () => {
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

  test("that has not started its jobs yet is warned about when nobody waits", async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 10_000;
    sandbox().startClusterBackup();
    const report = await stop({ timeoutSeconds: 0 });
    expect(report).toMatchObject({ jobs: [], startingClusterJobs: ["1"] });
    expect(report.warnings.join()).toContain("cluster backup 1 has not started its jobs yet");
  });

  test("that works on after an attempt at all is taken up by the names of its tenants, and nobody else's", async () => {
    sandbox().addTenant("other");
    sandbox().startClusterBackup(["mysql_tenant", "oracle_tenant"]);
    await expect.poll(() => liveJobs(ORACLE_TENANT)).toMatchObject([{ status: "DOING" }]);
    sandbox().startBackup("other");
    const isMeant = { jobId: "1", initiator: "sys", status: "DOING" } as const;
    const earlier = {
      statement: "ALTER SYSTEM CANCEL BACKUP",
      issuedAt: "2026-01-01T00:00:00.000Z",
      jobs: [
        stoppedJob({ ...isMeant, tenantId: "1", tenant: "sys" }),
        stoppedJob({ ...isMeant, tenantId: "1002", tenant: "mysql_tenant" }),
        stoppedJob({ ...isMeant, tenantId: "1004", tenant: "oracle_tenant" }),
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

  test('that has not started its jobs yet never starts them with "all"', async () => {
    sandbox().cluster.backups.timing.parentInitSeconds = 60;
    sandbox().startClusterBackup();
    const report = await stop({ selection: "all" });
    expect(report.jobs).toMatchObject([{ tenant: "sys", status: "CANCELED" }]);
    expect(endedJobs(MYSQL_TENANT)).toEqual([]);
    expect(cancels()).toHaveLength(1);
  });
});

describe("a tenant", () => {
  test("that is not NORMAL is passed over with a warning, and the others are stopped", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    sandbox().cluster.tenants.setStatus("oracle_tenant", "RESTORE");
    const report = await stop({ selection: ["mysql_tenant", "oracle_tenant"] });
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("tenant oracle_tenant is RESTORE");
  });

  test('that is not NORMAL keeps "all" from nothing: its job is neither hit nor waited for', async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    sandbox().cluster.tenants.setStatus("oracle_tenant", "DROPPING");
    const report = await stop({ selection: "all", timeoutSeconds: 5 });
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("tenant oracle_tenant is DROPPING");
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("that is dropped between the look and the statement is an error, and nothing was cancelled", async () => {
    sandbox().startBackup("oracle_tenant");
    sandbox().faults.inject({
      match: /CANCEL/,
      act: { kind: "just before", happens: () => sandbox().dropTenant("mysql_tenant") },
    });
    await expect(stop({ selection: ["mysql_tenant", "oracle_tenant"] })).rejects.toThrow(
      /mysql_tenant does not exist/,
    );
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("that is dropped between the look and the statement is left out of it at teardown", async () => {
    sandbox().startBackup("oracle_tenant");
    sandbox().faults.inject({
      match: /CANCEL/,
      act: { kind: "just before", happens: () => sandbox().dropTenant("mysql_tenant") },
    });
    const report = await stop({ selection: ["mysql_tenant", "oracle_tenant"], ignoreMissing: true });
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", status: "CANCELED" }]);
    expect(cancels()).toEqual([
      "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`",
    ]);
  });

  test("that is gone at teardown needs no statement", async () => {
    sandbox().dropTenant("mysql_tenant");
    const report = await stop({ ignoreMissing: true });
    expect(report.stoppedAt).toBeDefined();
    expect(report.statement).toBeUndefined();
    expect(cancels()).toEqual([]);
  });

  test("that is dropped during the wait takes its jobs with it, and the wait ends", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stopping = stop();
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    sandbox().dropTenant("mysql_tenant");
    const report = await stopping;
    expect(report.interrupted).toBeUndefined();
    expect(report.warnings.join()).toContain("mysql_tenant was dropped while backup job 1 was being stopped");
  });

  test("without a cleanup policy is warned about, one with a policy is not", async () => {
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

describe("a backup that starts during the wait", () => {
  test("is left alone and reported", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stopping = stop();
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect.poll(() => liveJobs(MYSQL_TENANT).length).toBe(2);
    await pause(600);
    sandbox().setStuck("mysql_tenant", false);
    const report = await stopping;
    expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain(
      "backup job 2 was started after the statement, by the sys tenant as part of cluster backup 1, and is DOING",
    );
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ job_id: 2, status: "DOING" }]);
    expect(cancels()).toHaveLength(1);
  });
});

describe("when the stop takes too long", () => {
  test("the report says which job is where, within the bound", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const startedAt = Date.now();
    const report = await stop({ timeoutSeconds: 1 });
    expect(Date.now() - startedAt).toBeLessThan(4000);
    expect(report.interrupted).toMatchObject({ kind: "timeout" });
    expect(report.interrupted?.message).toContain("after 1 s not yet stopped: mysql_tenant job 1 CANCELING");
    expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
    expect(report.jobs[0]).not.toHaveProperty("endedAt");
    expect(report.issuedAt).toBeDefined();
    expect(report.stoppedAt).toBeUndefined();
  });

  test("taking it up again waits on without a second statement", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const earlier = await stop({ timeoutSeconds: 1 });
    sandbox().setStuck("mysql_tenant", false);
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(report.issuedAt).toBe(earlier.issuedAt);
    expect(cancels()).toHaveLength(1);
  });

  test("taking it up again finds a job that has ended in the meantime", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const earlier = await stop({ timeoutSeconds: 1 });
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ status: "CANCELED", endedAt: expect.any(String) }]);
    expect(cancels()).toHaveLength(1);
  });

  test("taking it up again does not hit a backup that was started since", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const earlier = await stop({ timeoutSeconds: 1 });
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    sandbox().startBackup("mysql_tenant");
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("backup job 2 was started after the statement");
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ job_id: 2 }]);
    expect(cancels()).toHaveLength(1);
  });

  test("taking a cancel of all up again hits no more than what was meant", async () => {
    sandbox().startBackup("mysql_tenant");
    const earlier = await stop({ timeoutSeconds: 0, selection: "all" });
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    // As if the server had passed the tenant over when the statement came: its job is known, and runs on.
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const jobs = earlier.jobs.map((job) => ({ ...job, jobId: "2", status: "DOING" }));
    const report = await stop({ selection: "all", earlier: { ...earlier, jobs } });
    expect(cancels().at(-1)).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`");
    expect(report.jobs).toMatchObject([{ jobId: "2", status: "CANCELED" }]);
    // The record keeps the statement that the server took first.
    expect(report.statement).toBe("ALTER SYSTEM CANCEL BACKUP");
    expect(liveJobs(ORACLE_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("taking it up again waits for what another cancel has marked since", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const earlier = await stop({ timeoutSeconds: 1 });
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect.poll(() => liveJobs(MYSQL_TENANT).length).toBe(2);
    sandbox().cluster.backups.cancel([sandbox().tenant("mysql_tenant")]);
    const resuming = stop({ earlier });
    setTimeout(() => sandbox().setStuck("mysql_tenant", false), 500);
    const report = await resuming;
    expect(report.jobs.map((job) => [job.jobId, job.status])).toEqual([
      ["1", "CANCELED"],
      ["2", "CANCELED"],
    ]);
  });

  test.each([
    ["runs", ["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"], "CANCELED"],
    ["has ended", [], "COMPLETED"],
  ])("an attempt of which nobody knows whether it arrived, and whose job %s", async (state, sent, status) => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const job = (await stop({ timeoutSeconds: 0, selection: ["oracle_tenant"] })).jobs[0];
    if (job === undefined) throw new Error("no job was seen");
    sandbox().log.clear();
    if (state === "has ended") {
      sandbox().finishBackup("mysql_tenant");
      await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    }
    const jobs = [{ ...job, tenantId: "1002", tenant: "mysql_tenant", status: "DOING" }];
    const report = await stop({
      earlier: { statement: "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`", jobs },
    });
    expect(cancels()).toEqual(sent);
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status }]);
    expect(report.interrupted).toBeUndefined();
  });

  test("a wait of 0 s whose look fails has sent the statement all the same, and says so", async () => {
    sandbox().startBackup("mysql_tenant");
    const refuseViews = () =>
      sandbox().faults.inject({ match: /BACKUP_JOBS/, times: 10, act: { kind: "error", errno: 1142 } });
    sandbox().faults.inject({ match: /CANCEL BACKUP/, act: { kind: "just before", happens: refuseViews } });
    const report = await stop({ timeoutSeconds: 0 });
    expect(report.interrupted).toBeUndefined();
    expect(report.issuedAt).toBeDefined();
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/^the jobs could not be looked at after the statement: .*error 1142/),
    );
  });

  test("a wait of 0 s sends the statement and reports the jobs as marked", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const report = await stop({ timeoutSeconds: 0 });
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
    expect(report.stoppedAt).toBeUndefined();
  });
});

describe("a statement without a clear answer", () => {
  test("is not repeated when the jobs show that it took effect", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut after" } });
    const report = await stop();
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
    expect(report.warnings.join()).toContain("the reply to the statement was lost");
    expect(report.issuedAt).toBeDefined();
  });

  test("is repeated when the jobs show that it did not", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut before" } });
    const report = await stop();
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(2);
  });

  test("is not repeated when nothing runs", async () => {
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut before" } });
    const report = await stop();
    expect(report.interrupted).toBeUndefined();
    expect(cancels()).toHaveLength(1);
    // It is unknown whether it arrived, and the record does not say that it did.
    expect(report.issuedAt).toBeUndefined();
    expect(report.warnings.join()).toContain("it is unknown whether the server received it");
  });

  test.each([4012, 4038, 4638])(
    "is repeated after the server's %i, a bounded number of times",
    async (errno) => {
      sandbox().startBackup("mysql_tenant");
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno } });
      expect((await stop()).jobs).toMatchObject([{ status: "CANCELED" }]);
      expect(cancels()).toHaveLength(2);
    },
  );

  test("and no connection to ask again with leaves a record that says so", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({
      match: /CANCEL/,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const report = await stop({}, { deadlineMs: Date.now() + 2000 });
    expect(report.interrupted?.kind).toBe("unreachable");
    expect(report.issuedAt).toBeUndefined();
    expect(report.statement).toBeDefined();
    expect(report.jobs).toHaveLength(1);

    await sandbox().start();
    const resumed = await stop({ earlier: report });
    expect(resumed.jobs).toMatchObject([{ status: "CANCELED" }]);
  });

  test("that the server keeps refusing is reported after the last try", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, times: 99, act: { kind: "error", errno: 4012 } });
    const report = await stop();
    expect(report.interrupted).toMatchObject({ errno: 4012 });
    expect(report.issuedAt).toBeUndefined();
    expect(cancels()).toHaveLength(5);
  });

  test.each([true, false])(
    "with an error of unknown meaning is no success (a backup runs: %s)",
    async (runs) => {
      if (runs) sandbox().startBackup("mysql_tenant");
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno: 4999 } });
      const report = await stop();
      expect(report.interrupted).toMatchObject({ errno: 4999, kind: "server" });
      expect(cancels()).toHaveLength(1);
    },
  );
});

describe("a refusal after a send that may have taken effect", () => {
  test("is for the record: nobody is told that nothing happened", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().addTenant("third");
    const before = (match: RegExp, happens: () => void) =>
      sandbox().faults.inject({ match, act: { kind: "just before", happens } });
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut after" } });
    // What makes the sender try again: a backup that the first send cannot have marked.
    before(/BACKUP_JOBS/, () => {});
    before(/BACKUP_JOBS/, () => sandbox().startBackup("oracle_tenant"));
    before(/CANCEL/, () => sandbox().dropTenant("third"));
    const report = await stop({ selection: ["mysql_tenant", "oracle_tenant", "third"] });
    expect(cancels()).toHaveLength(2);
    expect(report.interrupted?.message).toContain("third does not exist");
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant" }]);
  });
});

describe("a clear refusal", () => {
  test("for want of the privilege is thrown, and nothing has happened", async () => {
    sandbox().startBackup("mysql_tenant");
    await expect(stop({}, { who: "reader" })).rejects.toMatchObject({ errno: 1227, kind: "refused" });
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: expect.stringMatching(/INIT|DOING/) }]);
  });

  test("in Oracle mode is one even when nothing runs", async () => {
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno: 1031 } });
    const stopping = stop({ selection: "own" }, { who: "oracleTenant" });
    await expect(stopping).rejects.toMatchObject({ errno: 1031, kind: "refused" });
  });
});

describe("a connection that ends during the wait", () => {
  test("is made again, and the wait goes on", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stopping = stop();
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    await sandbox().stop();
    await pause(300);
    await sandbox().start();
    sandbox().setStuck("mysql_tenant", false);
    const report = await stopping;
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
  });

  test("and cannot be made again ends the wait at its bound", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const startedAt = Date.now();
    const stopping = stop({ timeoutSeconds: 2 });
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    await sandbox().stop();
    const report = await stopping;
    expect(report.interrupted?.kind).toBe("unreachable");
    expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
    expect(Date.now() - startedAt).toBeLessThan(9000);
  });
});

describe("giving up", () => {
  test("ends the wait at once with a report of what was done", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const controller = new AbortController();
    const stopping = stop({}, { signal: controller.signal });
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    controller.abort();
    const report = await stopping;
    expect(report.interrupted?.kind).toBe("aborted");
    expect(report.issuedAt).toBeDefined();
    expect(report.jobs).toHaveLength(1);
  });
});

test("while it waits it says for what", async () => {
  sandbox().startBackup("mysql_tenant");
  const status: string[] = [];
  await stop({}, { progress: (text) => status.push(text) });
  expect(status[0]).toMatch(/^waiting for mysql_tenant job 1 CANCELING \(0 s\)$/);
});

test("two actions for one tenant at the same time both report its job", async () => {
  sandbox().startBackup("mysql_tenant");
  const reports = await Promise.all([stop(), stop(), stop()]);
  for (const report of reports) expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
  expect(cancels()).toHaveLength(3);
});

test("a cluster that is not the one of the record gets no statement", async () => {
  const record = { cluster: "prod", clusterId: "7", tenant: "sys" };
  await expect(stop({ record })).rejects.toMatchObject({ kind: "otherCluster" });
  expect(cancels()).toEqual([]);
});

describe("an endpoint that turns out to be another cluster", () => {
  async function withEndpointOfAnother(act: (other: Sandbox, login: Login) => Promise<void>) {
    const other = await startSandbox({ speed: FAST, cluster: "other", clusterId: 7 });
    other.cluster.tenants.setPassword("sys", "root", sandbox().logins.sys.password);
    const endpoints: Login["endpoints"] = [
      { host: "127.0.0.1", port: sandbox().port },
      { host: "127.0.0.1", port: other.port },
    ];
    await act(other, loginOf(sandbox(), sandbox().logins.sys, { endpoints, connectTimeoutSeconds: 1 }));
    await other.stop();
  }

  test("gets no statement when the first one goes away before it", async () => {
    await withEndpointOfAnother(async (other, login) => {
      sandbox().faults.inject({
        match: /BACKUP_JOBS/,
        act: { kind: "just before", happens: () => void sandbox().stop() },
      });
      await expect(stop({}, { login })).rejects.toMatchObject({ kind: "otherCluster" });
      expect([...cancels(), ...other.log.cancels]).toEqual([]);
    });
  });

  test("is not asked how the jobs have ended", async () => {
    await withEndpointOfAnother(async (other, login) => {
      for (const cluster of [sandbox(), other]) cluster.startBackup("mysql_tenant");
      sandbox().setStuck("mysql_tenant", true);
      other.finishBackup("mysql_tenant");
      const stopping = stop({}, { login });
      await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
      await sandbox().stop();
      const report = await stopping;
      expect(report.interrupted?.kind).toBe("otherCluster");
      expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
      expect(other.log.matching(/BACKUP/)).toEqual([]);
    });
  });
});

test("a view of policies that does not answer keeps nobody from cancelling", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().faults.inject({ match: /DELETE_POLICY/, times: 99, act: { kind: "error", errno: 4654 } });
  const report = await stop();
  expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
  expect(report.warnings).toEqual([]);
});

test("a name given twice is sent once, and one in another case is another tenant", async () => {
  sandbox().addTenant("T1");
  sandbox().addTenant("t1");
  sandbox().startBackup("T1");
  sandbox().startBackup("t1");
  const report = await stop({ selection: ["t1", "t1"] });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `t1`"]);
  expect(report.jobs).toMatchObject([{ tenant: "t1", status: "CANCELED" }]);
  expect(liveJobs(sandbox().tenant("T1").id)).toHaveLength(1);
});

test("a rehearsal finds the server and the tenants, and sends nothing", async () => {
  sandbox().startBackup("mysql_tenant");
  const session = await openSession(loginOf(sandbox(), sandbox().logins.sys));
  const request = { loginTenant: "sys", ignoreMissing: false, timeoutSeconds: 5 };
  const control = { progress: () => {} };
  const report = await rehearseStop(session, { ...request, selection: ["mysql_tenant"] }, control);
  expect(report).toMatchObject({ jobs: [], server: { cluster: "obdemo" } });
  await expect(rehearseStop(session, { ...request, selection: ["Mysql_tenant"] }, control)).rejects.toThrow(
    /did you mean mysql_tenant/,
  );
  expect(cancels()).toEqual([]);
  await session.close();
});

describe("a rehearsal without the privilege", () => {
  const rehearse = async (login: Login, selection: StopRequest["selection"]) => {
    const session = await openSession(login);
    try {
      const request = { selection, loginTenant: login.tenant, ignoreMissing: false, timeoutSeconds: 5 };
      return (await rehearseStop(session, request, { progress: () => {} })).warnings.join("\n");
    } finally {
      await session.close();
    }
  };

  test("warns, because the teardown would be refused", async () => {
    const { reader, sys } = sandbox().logins;
    expect(await rehearse(loginOf(sandbox(), reader), "all")).toContain("lack the ALTER SYSTEM privilege");
    expect(await rehearse(loginOf(sandbox(), sys), "all")).not.toContain("privilege");
  });

  test("is not guessed at in Oracle mode, nor where the grants cannot be read", async () => {
    const { oracleTenant, reader } = sandbox().logins;
    expect(await rehearse(loginOf(sandbox(), oracleTenant), "own")).not.toContain("privilege");
    sandbox().faults.inject({ match: /SHOW GRANTS/, act: { kind: "error", errno: 1142 } });
    expect(await rehearse(loginOf(sandbox(), reader), "all")).not.toContain("privilege");
  });
});

test("a thousand named tenants are one statement", async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `tenant_${i}`);
  for (const name of names) sandbox().addTenant(name);
  for (const name of names.slice(0, 50)) sandbox().startBackup(name);
  const report = await stop({ selection: names });
  expect(report.jobs).toHaveLength(50);
  expect(new Set(report.jobs.map((job) => job.status))).toEqual(new Set(["CANCELED"]));
  expect(cancels()).toHaveLength(1);
});
