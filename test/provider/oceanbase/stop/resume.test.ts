import { describe, expect, test } from "vitest";
import { MYSQL_TENANT, ORACLE_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, timedOut, cancels, liveJobs } = useStop();

describe("a resumed attempt", () => {
  test("waits on without a second statement", async () => {
    const earlier = await timedOut();
    sandbox().setStuck("mysql_tenant", false);
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(report.issuedAt).toBe(earlier.issuedAt);
    expect(cancels()).toHaveLength(1);
  });

  test("reports a job that has ended in the meantime", async () => {
    const earlier = await timedOut();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ status: "CANCELED", endedAt: expect.any(String) }]);
    expect(cancels()).toHaveLength(1);
  });

  test("does not hit a backup that was started since", async () => {
    const earlier = await timedOut();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    sandbox().startBackup("mysql_tenant");
    const report = await stop({ earlier });
    expect(report.jobs).toMatchObject([{ jobId: "1", status: "CANCELED" }]);
    expect(report.warnings.join()).toContain("backup job 2 was started after the statement");
    expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ job_id: 2 }]);
    expect(cancels()).toHaveLength(1);
  });

  test("of a cancel of all names only the tenants whose jobs were its targets", async () => {
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

  test("waits for a job that another cancel has marked since", async () => {
    const earlier = await timedOut();
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
  ])(
    "whose statement may not have arrived sends it again where its job still runs (the job %s)",
    async (state, sent, status) => {
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
    },
  );
});
