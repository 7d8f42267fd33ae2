import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { MAX_CONNECTIONS } from "../../provider/oceanbase/connection/sharedLogin.ts";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import { FRONTS } from "../tools/support/fronts.ts";
import { connectionTo, MYSQL_TENANT, ORACLE_TENANT, useSandbox } from "../tools/support/sandbox.ts";
import { Stack } from "./engine.ts";
import { nobodyConnected } from "./target.ts";

/*
 * What happens on the cluster between two statements of an action. The late job of a cluster backup, a backup that starts
 * during the wait and a tenant that is dropped then are tested in `provider/oceanbase/stop/`.
 */
vi.spyOn(console, "error").mockImplementation(() => {});

const sandbox = useSandbox({ timing: { backupSeconds: 1_000_000 } });
const JOBS = "oceanbase.__all_backup_job";
const HISTORY = "oceanbase.__all_backup_job_history";
const SYS = 1;

const sql = (text: string) => sandbox().cluster.catalog.db.exec(text);
const statuses = (table: string, tenantId: number) =>
  sandbox().rows(`SELECT job_id, status FROM ${table} WHERE tenant_id = ${tenantId}`);
const untilStatus = (tenantId: number, status: string) =>
  expect.poll(() => statuses(JOBS, tenantId), { timeout: 10_000 }).toMatchObject([{ status }]);
const before = (match: RegExp, happens: () => void, nth = 1) =>
  sandbox().faults.inject({ match, nth, act: { kind: "just before", happens } });

function inputs(changes: Partial<CancelBackupInputs> = {}): CancelBackupInputs {
  const { sys } = sandbox().logins;
  return {
    connection: connectionTo(sandbox(), sys),
    password: sys.password,
    tenants: ["mysql_tenant"],
    timeoutSeconds: 60,
    ...changes,
  };
}

describe.each(FRONTS)("%s", (front) => {
  async function upped(changes: Partial<CancelBackupInputs> = {}): Promise<Stack> {
    const stack = new Stack(undefined, front);
    await stack.up(inputs(changes));
    return stack;
  }

  describe("a job that finishes first", () => {
    test.each([
      ["between the look and the statement", /CANCEL BACKUP/, 1],
      ["between the statement and the first look after it", /BACKUP_JOBS/, 2],
    ] as const)("%s has the end that the server gave it", async (_, match, nth) => {
      sandbox().startBackup("mysql_tenant");
      await untilStatus(MYSQL_TENANT, "DOING");
      sandbox().clock.pause();
      before(
        match,
        () => {
          sandbox().finishBackup("mysql_tenant");
          sandbox().advanceUntilThereIs(`SELECT 1 FROM ${HISTORY}`);
          sandbox().clock.resume();
        },
        nth,
      );
      const { saved } = await upped();
      const [ended] = statuses(HISTORY, MYSQL_TENANT);
      // After the statement the cancel wins, even over data that is complete.
      expect(ended).toMatchObject({ status: nth === 1 ? "COMPLETED" : "CANCELED" });
      expect(saved?.state).toMatchObject({
        outcome: "stopped",
        jobs: [{ jobId: "1", status: ended?.status }],
      });
      expect(sandbox().log.cancels).toHaveLength(1);
    });

    test("and is followed by another one before the statement: both are in the record, each with its end", async () => {
      sandbox().startBackup("mysql_tenant");
      await untilStatus(MYSQL_TENANT, "DOING");
      before(/CANCEL BACKUP/, () => {
        sandbox().clock.pause();
        sandbox().finishBackup("mysql_tenant");
        sandbox().advanceUntilThereIs(`SELECT 1 FROM ${HISTORY}`);
        sandbox().startBackup("mysql_tenant");
      });
      // Time stands still until the first look after the statement has shown the second job.
      before(/JOB_HISTORY/, () => sandbox().clock.resume());
      const { saved } = await upped();
      expect(saved?.state.jobs.map(({ jobId, status }) => [jobId, status])).toEqual([
        ["1", "COMPLETED"],
        ["2", "CANCELED"],
      ]);
      expect(sandbox().log.cancels).toHaveLength(1);
    });
  });

  test("a job that is in neither view for a while is waited for, and its end is the server's", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const upping = upped();
    await untilStatus(MYSQL_TENANT, "CANCELING");
    const where = `WHERE tenant_id = ${MYSQL_TENANT}`;
    sql(`CREATE TABLE main.on_its_way AS SELECT * FROM ${JOBS} ${where}; DELETE FROM ${JOBS} ${where}`);
    // Long enough for looks in a row that find it nowhere.
    const looks = () => sandbox().log.matching(/JOB_HISTORY/).length;
    await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(3);
    sql(
      `UPDATE main.on_its_way SET status = 'CANCELED', result = -4072, end_ts = start_ts + 1; INSERT INTO ${HISTORY} SELECT * FROM main.on_its_way`,
    );
    const { saved } = await upping;
    expect(saved?.state).toMatchObject({
      outcome: "stopped",
      jobs: [{ status: "CANCELED", result: -4072, endedAt: expect.any(String) }],
    });
    expect(saved?.state.warnings.join()).not.toContain("dropped");
  });

  test("a cluster backup's own job that is in both views is over when it has left the live one", async () => {
    sandbox().startClusterBackup();
    await untilStatus(ORACLE_TENANT, "DOING");
    const where = `WHERE tenant_id = ${SYS}`;
    before(
      /BACKUP_JOBS/,
      () => {
        sandbox().clock.pause();
        sandbox().advanceUntilThereIs(`SELECT 1 FROM ${JOBS} ${where} AND status = 'CANCELED'`);
        sql(`INSERT INTO ${HISTORY} SELECT * FROM ${JOBS} ${where}`);
      },
      2,
    );
    const stack = new Stack(undefined, front);
    const upping = stack.up(inputs({ tenants: "all" }));
    const looks = () => sandbox().log.matching(/BACKUP_JOBS/).length;
    await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(4);
    expect(stack.saved).toBeUndefined();
    sql(`DELETE FROM ${JOBS} ${where}`);
    await upping;
    expect(stack.saved?.state.jobs.map(({ tenant, status }) => [tenant, status])).toEqual([
      ["sys", "CANCELED"],
      ["mysql_tenant", "CANCELED"],
      ["oracle_tenant", "CANCELED"],
    ]);
    expect(sandbox().log.cancels).toHaveLength(1);
  });

  describe("the same tenant, cancelled at once", () => {
    test("by two stacks: each sends the statement once, and both tell the truth", async () => {
      sandbox().startBackup("mysql_tenant");
      const { connection } = inputs();
      // Another login is another pool of connections, as in another process.
      const stacks = await Promise.all([
        upped(),
        upped({ connection: { ...connection, connectTimeoutSeconds: 6 } }),
      ]);
      for (const { saved } of stacks) {
        expect(saved?.state).toMatchObject({
          outcome: "stopped",
          jobs: [{ jobId: "1", status: "CANCELED" }],
        });
      }
      expect(sandbox().log.cancels).toHaveLength(2);
      expect(sandbox().log.logins).toBeLessThanOrEqual(2 * MAX_CONNECTIONS);
    });

    test("by one stack that creates and one that goes: neither fails", async () => {
      const going = await upped({ cancelOn: ["delete"] });
      sandbox().startBackup("mysql_tenant");
      const [coming] = await Promise.all([
        upped({ connection: { ...inputs().connection, connectTimeoutSeconds: 6 } }),
        going.destroy(),
      ]);
      expect(coming.saved?.state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
      expect(going.saved).toBeUndefined();
      expect(sandbox().log.cancels).toHaveLength(2);
    });

    test("by twenty resources of one stack: each sends it once, over a few connections, and then nothing is left to do", async () => {
      sandbox().startBackup("mysql_tenant");
      const stacks = await Promise.all(Array.from({ length: 20 }, () => upped()));
      for (const { saved } of stacks) {
        expect(saved?.state).toMatchObject({
          outcome: "stopped",
          jobs: [{ jobId: "1", status: "CANCELED" }],
        });
      }
      expect(sandbox().log.cancels).toHaveLength(20);
      expect(sandbox().log.logins).toBeLessThanOrEqual(MAX_CONNECTIONS);
      expect(await Promise.all(stacks.map((stack) => stack.up(inputs())))).toEqual(stacks.map(() => false));
      expect(sandbox().log.cancels).toHaveLength(20);
    });

    test("by twenty resources whose connections are all cut: none fails, and none sends it a third time", async () => {
      sandbox().startBackup("mysql_tenant");
      // Each names a tenant of its own beside, so that the log shows whose statement came.
      const beside = Array.from({ length: 20 }, (_, i) => `beside_${i}`);
      for (const name of beside) sandbox().addTenant(name);
      before(/CANCEL BACKUP/, () => sandbox().cutConnections(), 5);
      const stacks = await Promise.all(beside.map((name) => upped({ tenants: ["mysql_tenant", name] })));
      for (const { saved } of stacks) {
        expect(saved?.state).toMatchObject({
          outcome: "stopped",
          jobs: [{ jobId: "1", status: "CANCELED" }],
        });
      }
      for (const name of beside) {
        // None at all when its connection was cut before, and another one's had marked the job by the time it looked.
        const sent = sandbox().log.cancels.filter((sql) => sql.includes(`\`${name}\``));
        expect(sent.length).toBeLessThanOrEqual(2);
      }
      expect(sandbox().log.cancels.length).toBeLessThanOrEqual(20 + MAX_CONNECTIONS);
    });

    test("by twenty resources: a backup that is started after them is hit by no further up", async () => {
      sandbox().startBackup("mysql_tenant");
      const stacks = await Promise.all(Array.from({ length: 20 }, () => upped()));
      sandbox().startBackup("mysql_tenant");
      await pause(600);
      await Promise.all(stacks.map((stack) => stack.up(inputs())));
      expect(statuses(JOBS, MYSQL_TENANT)).toMatchObject([{ job_id: 2, status: "DOING" }]);
      expect(sandbox().log.cancels).toHaveLength(20);
    });
  });

  describe("a tenant that is dropped during the watch", () => {
    test("leaves the others of the scope to be waited for", async () => {
      for (const name of ["mysql_tenant", "oracle_tenant"]) {
        sandbox().startBackup(name);
        sandbox().setStuck(name, true);
      }
      const upping = upped({ tenants: "all" });
      await untilStatus(ORACLE_TENANT, "CANCELING");
      sandbox().dropTenant("mysql_tenant");
      await pause(1500);
      sandbox().setStuck("oracle_tenant", false);
      const { saved } = await upping;
      expect(saved?.state).toMatchObject({
        outcome: "stopped",
        jobs: [
          { tenant: "mysql_tenant", status: "CANCELING" },
          { tenant: "oracle_tenant", status: "CANCELED" },
        ],
      });
      expect(saved?.state.warnings.join()).toContain("mysql_tenant was dropped while backup job 1");
      expect(sandbox().log.cancels).toHaveLength(1);
    });

    test("and is the one of the login ends the watch with a record that does not claim a stop", async () => {
      const { mysqlTenant } = sandbox().logins;
      const { tenants: _, ...own } = inputs({
        connection: connectionTo(sandbox(), mysqlTenant),
        password: mysqlTenant.password,
      });
      sandbox().startBackup("mysql_tenant");
      sandbox().setStuck("mysql_tenant", true);
      const stack = new Stack(undefined, front);
      const upping = stack.up(own).catch((error: Error) => error.message);
      await untilStatus(MYSQL_TENANT, "CANCELING");
      // Not before a look has shown it; the one under way may have been answered before.
      const looks = () => sandbox().log.matching(/BACKUP_JOBS/).length;
      const before = looks();
      await expect.poll(looks).toBeGreaterThan(before + 1);
      sandbox().dropTenant("mysql_tenant");
      expect(await upping).toContain("Unknown tenant");
      expect(stack.saved).toMatchObject({
        hasFailed: true,
        state: { outcome: "unfinished", issuedAt: expect.any(String), jobs: [{ status: "CANCELING" }] },
      });
      const record = stack.saved;
      await nobodyConnected(sandbox());
      await expect(stack.up(own)).rejects.toThrow(/1045/);
      expect(stack.saved).toBe(record);
      expect(sandbox().log.cancels).toHaveLength(1);
    });
  });
});
