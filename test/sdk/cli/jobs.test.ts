import { describe, expect, test } from "vitest";
import { useSandbox } from "../../tools/support/sandbox.ts";
import { runAgainst } from "./cliRun.ts";

const sandbox = useSandbox({ speed: 0 });
const run = (...args: string[]) => runAgainst(sandbox(), sandbox().logins.sys, "jobs", ...args);
/** The job of mysql_tenant is at work. */
const HAS_TASK = "SELECT 1 FROM oceanbase.CDB_OB_BACKUP_TASKS WHERE TENANT_ID = 1002";

test("without a job it says so", async () => {
  expect(await run()).toEqual({ code: 0, printed: "no backup job", complaints: "" });
});

describe("with jobs", () => {
  test("a table has one line for each, live ones first, ended ones when they are asked for", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().advanceUntilThereIs(HAS_TASK);
    sandbox().finishBackup("mysql_tenant");
    sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY");
    sandbox().startBackup("oracle_tenant");
    sandbox().clock.advance(3725);
    const [header, live, ended, ...rest] = (await run("--history")).printed.split("\n");
    expect(header).toMatch(/^tenant +job +type +status +started +duration +ended +progress$/);
    expect(live).toMatch(/^oracle_tenant +1 +full +DOING +\d{4}-\S+ +1 h 2 min +\d+ of 1200 tablets$/);
    expect(ended).toMatch(/^mysql_tenant +1 +full +COMPLETED +\d{4}-\S+ +\d+ s +\d{4}-\S+$/);
    expect(rest).toEqual([]);
    expect((await run()).printed.split("\n")).toHaveLength(2);
  });

  test("JSON has all that is known of each", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    sandbox().advanceUntilThereIs(HAS_TASK);
    const { code, printed } = await run("--json", "--tenants", "mysql_tenant");
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toEqual([
      expect.objectContaining({
        tenant: "mysql_tenant",
        jobId: "1",
        status: "DOING",
        ageSeconds: expect.any(Number),
        progress: expect.objectContaining({ tablets: 1200 }),
      }),
    ]);
  });

  test("the own job of a cluster backup is not shown as a tenant's", async () => {
    sandbox().startClusterBackup(["mysql_tenant"]);
    sandbox().advanceUntilThereIs(HAS_TASK);
    const [, parent, child] = (await run()).printed.split("\n");
    expect(parent).toMatch(/^sys \(cluster backup\) +1 +full +DOING/);
    expect(child).toMatch(/^mysql_tenant +1 +full +DOING/);
  });

  test("a user tenant lists its own", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const { printed } = await runAgainst(sandbox(), sandbox().logins.oracleTenant, "jobs");
    expect(printed).toContain("oracle_tenant");
    expect(printed).not.toContain("mysql_tenant");
  });
});

test("a tenant that cannot be read makes the list incomplete: exit code 1, and the rest is listed", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().loseLeader("oracle_tenant");
  const { code, printed, complaints } = await run();
  expect(code).toBe(1);
  expect(printed).toContain("mysql_tenant");
  expect(complaints).toMatch(/^the backup jobs of oracle_tenant could not be read/);
});

test("a tenant that does not exist lists nothing: exit code 2", async () => {
  const { code, printed, complaints } = await run("--tenants", "nowhere");
  expect({ code, printed }).toEqual({ code: 2, printed: "" });
  expect(complaints).toMatch(/tenant nowhere does not exist/);
});

test("from a user tenant naming tenants is refused before the server is asked", async () => {
  sandbox().log.clear();
  const { code, complaints } = await runAgainst(
    sandbox(),
    sandbox().logins.mysqlTenant,
    "jobs",
    "--tenants",
    "all",
  );
  expect(code).toBe(2);
  expect(complaints).toMatch(/^getBackupJobs: tenants: only the sys tenant can name tenants/);
  expect(sandbox().log.entries).toEqual([]);
});
