import { describe, expect, test, vi } from "vitest";
import { justBefore, untilJobs } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

/*
 * A tenant that no server leads: its backup tables cannot be reached, every read that needs them fails as a whole, and a
 * statement that goes through several tenants stops there.
 */
const { sandbox, stop, cancels, liveJobs } = useStop();
const statusesOf = (name: string) => liveJobs(sandbox().tenant(name).id).map(({ status }) => status);

/** Backups run in three tenants; nothing leads the second of them. */
async function sickInTheMiddle(errno: 4012 | 4654 | 4721 | 4722 = 4012): Promise<void> {
  sandbox().addTenant("third");
  for (const name of ["mysql_tenant", "oracle_tenant", "third"]) sandbox().startBackup(name);
  await untilJobs(sandbox(), "DOING", "DOING", "DOING");
  sandbox().loseLeader("oracle_tenant", errno);
}

// A tenant that is named alone is tried several times, with growing pauses.
vi.setConfig({ testTimeout: 60_000 });

describe("a tenant without a leader", () => {
  test.each([4012, 4654, 4721, 4722] as const)(
    "does not keep another tenant from being stopped (error %i)",
    async (errno) => {
      await sickInTheMiddle(errno);
      const report = await stop({ selection: ["mysql_tenant"] });
      expect(report).toMatchObject({
        jobs: [{ tenant: "mysql_tenant", status: "CANCELED" }],
        notCancelled: [],
      });
      expect(report.interrupted).toBeUndefined();
      expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    },
  );

  test("is named last, and is reported when the others are stopped", async () => {
    await sickInTheMiddle();
    const report = await stop({ selection: ["oracle_tenant", "mysql_tenant", "third"] });
    expect(cancels()[0]).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `third`, `oracle_tenant`");
    for (const again of cancels().slice(1)) {
      expect(again).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`");
    }
    expect(cancels().length).toBeLessThanOrEqual(6);
    expect(report.jobs).toMatchObject([
      { tenant: "mysql_tenant", status: "CANCELED" },
      { tenant: "third", status: "CANCELED" },
    ]);
    expect(report.stoppedAt).toBeDefined();
    expect(report.notCancelled).toMatchObject([{ tenantId: "1004", tenant: "oracle_tenant" }]);
    expect(report.interrupted).toMatchObject({
      kind: "transient",
      errno: 4012,
      message: expect.stringMatching(
        /^root@sys at \S+: the backups of oracle_tenant could not be cancelled, those of the other tenants were: /,
      ),
    });
    // The next attempt goes on with what is left, and hits nothing that has started since.
    sandbox().regainLeader("oracle_tenant");
    sandbox().startBackup("third");
    const sent = cancels().length;
    const again = await stop({ selection: ["oracle_tenant", "mysql_tenant", "third"], earlier: report });
    expect(cancels().slice(sent)).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    expect(again).toMatchObject({ notCancelled: [], stoppedAt: expect.any(String) });
    expect(again.interrupted).toBeUndefined();
    expect(again.jobs).toMatchObject([
      { tenant: "mysql_tenant", jobId: "1", status: "CANCELED" },
      { tenant: "third", jobId: "1", status: "CANCELED" },
      { tenant: "oracle_tenant", status: "CANCELED" },
    ]);
    expect(statusesOf("third")).toEqual([expect.stringMatching(/INIT|DOING/)]);
  });

  test("does not keep those behind it from being stopped in a cancel of all", async () => {
    await sickInTheMiddle();
    const report = await stop({ selection: "all" });
    expect(cancels().slice(0, 2)).toEqual([
      "ALTER SYSTEM CANCEL BACKUP",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `third`",
    ]);
    for (const again of cancels().slice(2)) {
      expect(again).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`");
    }
    expect(report.jobs).toMatchObject([
      { tenant: "mysql_tenant", status: "CANCELED" },
      { tenant: "third", status: "CANCELED" },
    ]);
    expect(report.notCancelled).toMatchObject([{ tenant: "oracle_tenant" }]);
  });

  test("is reported together with a locked tenant behind it, which cannot be named then", async () => {
    await sickInTheMiddle();
    sandbox().cluster.tenants.setLocked("third", true);
    const report = await stop({ selection: "all" });
    expect(report.notCancelled.map(({ tenant }) => tenant)).toEqual(["third", "oracle_tenant"]);
    expect(statusesOf("third")).toEqual(["DOING"]);
    expect(cancels().filter((sql) => sql.includes("third"))).toEqual([]);
  });

  test("is in the record as well when the caller cancels before it could be named alone", async () => {
    await sickInTheMiddle();
    const abort = new AbortController();
    justBefore(sandbox(), /CANCEL BACKUP TENANT = `oracle_tenant`$/, () => abort.abort());
    const report = await stop({ selection: ["oracle_tenant", "third"] }, { signal: abort.signal });
    expect(report.jobs).toMatchObject([{ tenant: "third" }]);
    expect(report.notCancelled).toMatchObject([{ tenant: "oracle_tenant" }]);
    expect(report.interrupted).toMatchObject({ kind: "aborted" });
    expect(report.issuedAt).toBeDefined();
  });

  test("counts as one that cannot be read when its reads get no reply", async () => {
    await sickInTheMiddle();
    sandbox().faults.inject({
      match: /BACKUP_JOBS WHERE TENANT_ID IN \(1004\)$/,
      act: { kind: "stall" },
    });
    const report = await stop({ selection: "all", filter: { types: ["full"] } });
    expect(report.excluded).toMatchObject([{ tenant: "oracle_tenant" }]);
    expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant" }, { tenant: "third" }]);
  });

  test("is stopped with the others when it gets a leader in time", async () => {
    await sickInTheMiddle();
    const stopping = stop({ selection: ["oracle_tenant", "third"] });
    await expect.poll(() => cancels().length).toBeGreaterThan(0);
    sandbox().regainLeader("oracle_tenant");
    const report = await stopping;
    expect(report).toMatchObject({ notCancelled: [] });
    expect(report.interrupted).toBeUndefined();
    expect(statusesOf("oracle_tenant")).toEqual([]);
  });

  test("is waited for when its job was seen before, and that job is not taken for one that has ended", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    await untilJobs(sandbox(), "DOING", "DOING");
    sandbox().setStuck("oracle_tenant", true);
    // The second look at the jobs is the first after the statement.
    for (const happens of [() => {}, () => sandbox().loseLeader("oracle_tenant")]) {
      justBefore(sandbox(), /BACKUP_JOBS/, happens);
    }
    const report = await stop({ selection: "all", timeoutSeconds: 4 });
    expect(report.jobs).toMatchObject([
      { tenant: "mysql_tenant", status: "CANCELED" },
      { tenant: "oracle_tenant" },
    ]);
    expect(report.jobs[1]).not.toHaveProperty("endedAt");
    expect(report.interrupted).toMatchObject({ kind: "timeout" });
    expect(cancels()).toHaveLength(1);
  });

  test("is excluded by a filter, which cannot look at its jobs", async () => {
    await sickInTheMiddle();
    const report = await stop({ selection: "all", filter: { types: ["full"] } });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `third`"]);
    expect(report.excluded).toMatchObject([
      { tenant: "oracle_tenant", reason: "its jobs cannot be read: no server leads the tenant" },
    ]);
  });
});

describe("an error in the middle of the tenants", () => {
  test("that comes after a tenant's rows were changed (4016) is no failure of that tenant", async () => {
    sandbox().addTenant("third");
    for (const name of ["mysql_tenant", "oracle_tenant", "third"]) sandbox().startBackup(name);
    await untilJobs(sandbox(), "DOING", "DOING", "DOING");
    // Such rows move on within a moment.
    const happens = () => {
      for (let i = 0; i < 2; i += 1) sandbox().addEndedJobRow("oracle_tenant");
    };
    justBefore(sandbox(), /CANCEL BACKUP$/, happens);
    const report = await stop({ selection: "all" });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP", "ALTER SYSTEM CANCEL BACKUP TENANT = `third`"]);
    expect(report).toMatchObject({ notCancelled: [] });
    expect(report.interrupted).toBeUndefined();
    expect(statusesOf("third")).toEqual([]);
  });
});
