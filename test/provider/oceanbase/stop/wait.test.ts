import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { justBefore, MYSQL_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, waiting, timedOut, running, cancels, liveJobs } = useStop();

test("the wait shows which job it waits for", async () => {
  const status: string[] = [];
  const { stopping } = await waiting({}, { progress: (text) => status.push(text) });
  sandbox().setStuck("mysql_tenant", false);
  await stopping;
  expect(status[0]).toMatch(/^waiting for mysql_tenant job 1 CANCELING \(0 s\)$/);
});

test("a job that is still CANCELING at the timeout is named in the report, within the bound", async () => {
  const startedAt = Date.now();
  const report = await timedOut();
  expect(Date.now() - startedAt).toBeLessThan(4000);
  expect(report.interrupted).toMatchObject({ kind: "timeout" });
  expect(report.interrupted?.message).toContain("after 1 s not yet stopped: mysql_tenant job 1 CANCELING");
  expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
  expect(report.jobs[0]).not.toHaveProperty("endedAt");
  expect(report.issuedAt).toBeDefined();
  expect(report.stoppedAt).toBeUndefined();
});

describe("a timeout of 0 s", () => {
  test("sends the statement and reports the job as CANCELING", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const report = await stop({ timeoutSeconds: 0 });
    expect(report.interrupted).toBeUndefined();
    expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
    expect(report.stoppedAt).toBeUndefined();
  });

  test("sends the statement and warns when the look afterwards fails", async () => {
    sandbox().startBackup("mysql_tenant");
    const refuseViews = () =>
      sandbox().faults.inject({ match: /BACKUP_JOBS/, times: 10, act: { kind: "error", errno: 1142 } });
    justBefore(sandbox(), /CANCEL BACKUP/, refuseViews);
    const report = await stop({ timeoutSeconds: 0 });
    expect(report.interrupted).toBeUndefined();
    expect(report.issuedAt).toBeDefined();
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/^the jobs could not be looked at after the statement: .*error 1142/),
    );
  });
});

describe("a connection that ends during the wait", () => {
  test("is made again, and the wait goes on", async () => {
    const { stopping } = await waiting();
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    await sandbox().stop();
    await pause(300);
    await sandbox().start();
    sandbox().setStuck("mysql_tenant", false);
    const report = await stopping;
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
  });

  test("that cannot be made again ends the wait at its bound", async () => {
    const startedAt = Date.now();
    const { stopping } = await waiting({ timeoutSeconds: 2 });
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
    await sandbox().stop();
    const report = await stopping;
    expect(report.interrupted?.kind).toBe("unreachable");
    expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
    expect(Date.now() - startedAt).toBeLessThan(9000);
  });
});

test("a caller that cancels ends the wait at once and gets a report of what was sent", async () => {
  const controller = new AbortController();
  const { stopping } = await waiting({}, { signal: controller.signal });
  expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
  controller.abort();
  const report = await stopping;
  expect(report.interrupted?.kind).toBe("aborted");
  expect(report.issuedAt).toBeDefined();
  expect(report.jobs).toHaveLength(1);
});

describe("a backup that starts during the wait", () => {
  test("is left alone, and the report warns of it", async () => {
    const { stopping } = await waiting();
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
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

  test("while the action settles is reported with its initiator, and is left alone", async () => {
    await running("mysql_tenant");
    const stopping = stop({ settleSeconds: 2 });
    await expect.poll(() => cancels()).toHaveLength(1);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
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

  test("while the action settles and that another cancel marks is waited for until it ends", async () => {
    sandbox().startBackup("mysql_tenant");
    let isLate = false;
    const cancelAnother = (text: string) => {
      if (isLate || !text.startsWith("stopped; looking on")) return;
      isLate = true;
      sandbox().startBackup("mysql_tenant");
      sandbox().setStuck("mysql_tenant", true);
      sandbox().cluster.backups.cancel([sandbox().tenant("mysql_tenant")]);
    };
    const report = await stop({ settleSeconds: 30, timeoutSeconds: 2 }, { progress: cancelAnother });
    expect(report.interrupted).toMatchObject({ kind: "timeout" });
    expect(report.jobs).toMatchObject([
      { jobId: "1", status: "CANCELED" },
      { jobId: "2", status: "CANCELING" },
    ]);
    expect(report.stoppedAt).toBeUndefined();
  });
});

describe("a job that stays CANCELING", () => {
  test("is diagnosed in the status line and in the error of the timeout", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const texts: string[] = [];
    const report = await stop(
      { timeoutSeconds: 2, stuckAfterSeconds: 0.5 },
      { progress: (text) => texts.push(text) },
    );
    const diagnosis =
      /mysql_tenant job 1 is CANCELING for \d s, task 1 CANCELING \(result 0, \d+ of 1200 tablets\), path file:\/\/\/backup\/mysql_tenant\/data; .*log stream tasks.*a server of the cluster that does not answer/;
    expect(texts[0]).not.toMatch(diagnosis);
    expect(texts.at(-1)).toMatch(diagnosis);
    expect(report.interrupted?.message).toMatch(diagnosis);
    // It is asked once in half a minute, however often the wait looks.
    expect(sandbox().log.matching(/OB_BACKUP_TASKS/)).toHaveLength(1);
  });

  test("is not diagnosed before two minutes have passed", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const report = await stop({ timeoutSeconds: 1 });
    expect(report.interrupted?.message).toMatch(
      /job 1 CANCELING; raise timeoutSeconds, or look at the jobs again/,
    );
    expect(sandbox().log.matching(/OB_BACKUP_TASKS/)).toEqual([]);
  });

  test("is diagnosed without its task when the task view cannot be read", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    sandbox().faults.inject({ match: /OB_BACKUP_TASKS/, act: { kind: "error", errno: 1146 } });
    const report = await stop({ timeoutSeconds: 1, stuckAfterSeconds: 0.2 });
    expect(report.interrupted?.message).toContain("its task could not be read");
  });
});
