import { beforeEach, describe, expect, test } from "vitest";
import { type Clock, manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

let clock: Clock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock();
  sandbox = new Sandbox({ clock });
});

const run = (sql: string, tenantName = "sys") => runStatement(sandbox, tenantName, sql);
const parents = () =>
  run("SELECT STATUS, EXECUTOR_TENANT_ID AS IDS FROM oceanbase.DBA_OB_BACKUP_JOBS ORDER BY JOB_ID");
const children = () =>
  run(
    "SELECT TENANT_ID AS T, INITIATOR_JOB_ID AS P FROM oceanbase.CDB_OB_BACKUP_JOBS WHERE TENANT_ID <> 1 ORDER BY TENANT_ID",
  );

describe("several cluster backups", () => {
  test("run at once when their tenants differ, and each ends by itself", () => {
    run("ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    run("ALTER SYSTEM BACKUP TENANT = oracle_tenant");
    clock.advance(2);
    expect(children()).toEqual([
      { T: 1002, P: 1 },
      { T: 1004, P: 2 },
    ]);
    sandbox.finishBackup("oracle_tenant");
    clock.advance(60);
    expect(parents()).toEqual([{ STATUS: "DOING", IDS: "1002" }]);
    expect(run("SELECT JOB_ID, STATUS FROM oceanbase.DBA_OB_BACKUP_JOB_HISTORY")).toEqual([
      { JOB_ID: 2, STATUS: "COMPLETED" },
    ]);
  });

  test("of the same tenant do not: the second is refused once the first has its child", () => {
    run("ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    clock.advance(2);
    expect(errno(() => run("ALTER SYSTEM BACKUP TENANT = mysql_tenant, oracle_tenant"))).toBe(9036);
  });

  test("are all cancelled by a cancel of all", () => {
    run("ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    run("ALTER SYSTEM BACKUP TENANT = oracle_tenant");
    clock.advance(2);
    run("ALTER SYSTEM CANCEL BACKUP");
    clock.advance(91);
    expect(run("SELECT STATUS FROM oceanbase.DBA_OB_BACKUP_JOB_HISTORY")).toEqual([
      { STATUS: "CANCELED" },
      { STATUS: "CANCELED" },
    ]);
  });
});

describe("a backup without a list", () => {
  const all = "ALTER SYSTEM BACKUP DATABASE";

  test.each([
    ["is not NORMAL", () => sandbox.setTenantStatus("mysql_tenant", "RESTORE")],
    ["has no log archive", () => sandbox.setLogArchiveStatus("mysql_tenant", "STOP")],
    [
      "is backed up by sys already",
      () => {
        sandbox.startClusterBackup(["mysql_tenant"]);
        clock.advance(2);
      },
    ],
  ])("takes the tenants that can, and leaves out one that %s", (_, prepare) => {
    prepare();
    run(all);
    expect(parents().at(-1)).toEqual({ STATUS: "INIT", IDS: "1004" });
  });

  test("takes a tenant that has a backup of its own", () => {
    sandbox.startBackup("mysql_tenant");
    run(all);
    expect(parents()).toEqual([{ STATUS: "INIT", IDS: "1002,1004" }]);
  });

  test("is refused only when no tenant can", () => {
    for (const name of ["mysql_tenant", "oracle_tenant"]) sandbox.setLogArchiveStatus(name, "STOP");
    expect(() => run(all)).toThrow(/^backup can not start, because no tenant meets the backup condition/);
    expect(parents()).toEqual([]);
  });

  test("ends although a tenant of its list can take no job when its turn comes", () => {
    run(all);
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    clock.advance(2);
    expect(children()).toEqual([{ T: 1004, P: 1 }]);
    sandbox.finishBackup("oracle_tenant");
    clock.advance(60);
    expect(run("SELECT STATUS FROM oceanbase.DBA_OB_BACKUP_JOB_HISTORY")).toEqual([{ STATUS: "COMPLETED" }]);
  });
});

describe("a backup of a list", () => {
  test.each([
    [
      "is not NORMAL",
      () => sandbox.setTenantStatus("oracle_tenant", "RESTORE"),
      "tenant status is not normal.",
    ],
    ["is in the recycle bin", () => sandbox.setInRecycleBin("oracle_tenant"), "tenant status is not normal."],
    [
      "has no log archive",
      () => sandbox.setLogArchiveStatus("oracle_tenant", "SUSPEND"),
      "log archive status is not doing.",
    ],
  ])("is refused when one of its tenants %s", (_, prepare, why) => {
    prepare();
    expect(() => run("ALTER SYSTEM BACKUP TENANT = mysql_tenant, oracle_tenant")).toThrow(
      `backup can not start, because ${why}`,
    );
    expect(parents()).toEqual([]);
  });
});

test("a child reports to its cluster backup when it moves to the history, a round after it ended", () => {
  sandbox.cluster.backups.timing.wakeSeconds = 5;
  run("ALTER SYSTEM BACKUP TENANT = mysql_tenant");
  clock.advance(20);
  sandbox.finishBackup("mysql_tenant", { result: -4012, comment: "Timeout" });
  const results = () =>
    run("SELECT RESULT AS R FROM oceanbase.CDB_OB_BACKUP_JOBS ORDER BY TENANT_ID").map((row) => row.R);
  expect(results()).toEqual([0, -4012]);
  clock.advance(5);
  expect(results()).toEqual([-4012]);
});
