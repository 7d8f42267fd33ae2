import { describe, expect, test } from "vitest";
import { FEATURES, justBefore, untilJobs } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, running, cancels } = useStop();

describe("leftovers", () => {
  test("are the incomplete sets of the cancelled jobs, each with when it is removed or why it stays", async () => {
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
        removedAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      }),
    ]);
    const [, covered] = report.leftovers;
    const [, job] = report.jobs;
    // The set ends with its job, but for a moment.
    const days = (Date.parse(covered?.removedAfter ?? "") - Date.parse(job?.endedAt ?? "")) / 86_400_000;
    expect(days).toBeCloseTo(7, 2);
    expect(report.warnings.join()).toMatch(
      /no automatic cleanup policy for mysql_tenant.*BackupCleanupPolicy/,
    );
  });

  test("do not include the set of a job that completed, nor the set of an earlier backup", async () => {
    await running("mysql_tenant");
    await stop();
    await running("mysql_tenant");
    justBefore(sandbox(), /CANCEL BACKUP/, () => sandbox().finishBackup("mysql_tenant"));
    const report = await stop();
    expect(report.jobs).toMatchObject([{ jobId: "2", status: "COMPLETED" }]);
    expect(report.leftovers).toEqual([]);
  });

  test("that cannot be read are a warning, and the action succeeds", async () => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /SET_FILES/, times: 99, act: { kind: "error", errno: 1142 } });
    const report = await stop();
    expect(report).toMatchObject({ leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(report.interrupted).toBeUndefined();
    expect(report.warnings.join()).toContain("what the backups have left behind could not be read");
  });

  test("are waited for until the server has removed them", async () => {
    sandbox().setPolicy("mysql_tenant", "2s");
    await running("mysql_tenant");
    const texts: string[] = [];
    const stopping = stop(
      { waitForCleanup: true },
      {
        progress: (text) => {
          texts.push(text);
          if (
            text.startsWith(
              "stopped; waiting for the cleanup of mysql_tenant set 1 (INCOMPLETE, removed after",
            )
          ) {
            sandbox().cleanUpNow();
          }
        },
      },
    );
    const report = await stopping;
    expect(report).toMatchObject({ leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(report.interrupted).toBeUndefined();
    expect(texts.join("\n")).toContain("stopped; waiting for the cleanup of mysql_tenant set 1");
    expect(
      sandbox().rows("SELECT file_status FROM oceanbase.__all_backup_set_files WHERE tenant_id = 1002"),
    ).toEqual([{ file_status: "DELETED" }]);
  });

  test("that are still there at the timeout end the wait, and a resumed attempt only waits on", async () => {
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

  test("are not waited for when the cleanup policies cannot be read: the request is refused", async () => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /DELETE_POLICY/, times: 9, act: { kind: "error", errno: 1146 } });
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      `could not be found out (OceanBase ${FEATURES.build}), so waitForCleanup could wait in vain`,
    );
    expect(cancels()).toEqual([]);
  });

  test("are not waited for without a cleanup policy: the request is refused", async () => {
    await running("mysql_tenant");
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      /waitForCleanup would wait in vain for mysql_tenant \(the tenant has no automatic cleanup policy\)/,
    );
    expect(cancels()).toEqual([]);
  });

  test("are not waited for when the timeout comes before their removal: the refusal says when that is", async () => {
    await running("mysql_tenant");
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(stop({ waitForCleanup: true, timeoutSeconds: 60 })).rejects.toThrow(
      /is not removed within 60 s in mysql_tenant \(recovery window 7d: not before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00\); leave waitForCleanup out, or raise timeoutSeconds$/,
    );
    expect(cancels()).toEqual([]);
  });

  test("of a backup to another destination are not waited for: the request is refused", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    sandbox().startBackup("mysql_tenant", { path: "file:///elsewhere" });
    await untilJobs(sandbox(), "DOING");
    await expect(stop({ waitForCleanup: true })).rejects.toThrow(
      /would wait in vain for mysql_tenant \(it does not lie at the tenant's present backup destination/,
    );
    expect(cancels()).toEqual([]);
  });

  test("whose policy is dropped during the wait are waited for no longer", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const progress = (text: string) => {
      if (!text.startsWith("waiting for")) return;
      sandbox().setPolicy("mysql_tenant", undefined);
      sandbox().setStuck("mysql_tenant", false);
    };
    const report = await stop({ waitForCleanup: true, timeoutSeconds: 60 }, { progress });
    expect(report.interrupted?.message).toMatch(
      /mysql_tenant set 1 \(INCOMPLETE, the tenant has no automatic cleanup policy\)/,
    );
    expect(report.leftovers).toMatchObject([{ backupSetId: "1" }]);
  });
});
