import { beforeEach, describe, expect, test } from "vitest";
import { type Clock, manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/*
 * The state machine on a clock that stands still: every moment of a backup's life, without a socket in between.
 */
let clock: Clock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock();
  sandbox = new Sandbox({ clock });
});

const run = (tenantName: string, sql: string, userName?: string) =>
  runStatement(sandbox, tenantName, sql, userName);

const jobs = (columns = "TENANT_ID, STATUS, RESULT") =>
  run("sys", `SELECT ${columns} FROM oceanbase.CDB_OB_BACKUP_JOBS ORDER BY TENANT_ID, JOB_ID`);
const history = (columns = "TENANT_ID, STATUS, RESULT") =>
  run("sys", `SELECT ${columns} FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY ORDER BY TENANT_ID, JOB_ID`);
const files = () =>
  run("sys", "SELECT STATUS, FILE_STATUS, RESULT, END_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_SET_FILES");

describe("a tenant's own backup", () => {
  test("goes from INIT over DOING to COMPLETED and into the history", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "INIT", RESULT: 0 }]);
    clock.advance(0.2);
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "DOING", RESULT: 0 }]);
    expect(files()).toMatchObject([{ STATUS: "DOING", FILE_STATUS: "COPYING", END_TIMESTAMP: null }]);
    clock.advance(600);
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
    clock.advance(0.2);
    expect(jobs()).toEqual([]);
    expect(history()).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
    expect(files()).toMatchObject([{ STATUS: "SUCCESS", FILE_STATUS: "AVAILABLE" }]);
  });

  test("that is cancelled is only marked at first, and noticed within 30 s", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(10);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELING", RESULT: 0 }]);
    clock.advance(19);
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELING", RESULT: 0 }]);
    clock.advance(1.5);
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELED", RESULT: -4072 }]);
    clock.advance(0.2);
    expect(jobs()).toEqual([]);
    expect(history("STATUS, RESULT, COMMENT")).toEqual([{ STATUS: "CANCELED", RESULT: -4072, COMMENT: "" }]);
  });

  test("that is cancelled leaves an incomplete backup set, whose own result is 0", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(10);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(31);
    expect(files()).toEqual([
      {
        STATUS: "FAILED",
        FILE_STATUS: "INCOMPLETE",
        RESULT: 0,
        END_TIMESTAMP: expect.stringMatching(/^\d{4}/),
      },
    ]);
    const [task] = run("sys", "SELECT STATUS, RESULT FROM oceanbase.CDB_OB_BACKUP_TASK_HISTORY");
    expect(task).toEqual({ STATUS: "CANCELED", RESULT: -4072 });
  });

  test("that is cancelled while INIT leaves no task and no backup set", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(31);
    expect(history()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELED", RESULT: -4072 }]);
    expect(files()).toEqual([]);
  });

  test("that is done when the cancel comes stays COMPLETED; the cancel is a success all the same", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(0.2);
    clock.advance(600);
    expect(jobs()).toMatchObject([{ STATUS: "COMPLETED" }]);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(60);
    expect(history()).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
  });

  test("that is marked before its last round is CANCELED although its data is complete", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(0.2);
    clock.advance(599.9);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(60);
    expect(history()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELED", RESULT: -4072 }]);
  });

  test("that fails says why", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(1);
    sandbox.finishBackup("mysql_tenant", { result: -9023, comment: "no space" });
    clock.advance(60);
    expect(history("STATUS, RESULT, COMMENT")).toEqual([
      { STATUS: "FAILED", RESULT: -9023, COMMENT: "no space" },
    ]);
  });

  test("whose tasks cannot be stopped is CANCELING for ever", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    sandbox.setStuck("mysql_tenant", true);
    clock.advance(1);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(24 * 3600);
    expect(jobs()).toMatchObject([{ STATUS: "CANCELING" }]);
    sandbox.setStuck("mysql_tenant", false);
    clock.advance(31);
    expect(history()).toMatchObject([{ STATUS: "CANCELED" }]);
  });

  test("whose tasks cannot be stopped has its task marked, too, once the cancel is noticed", () => {
    const task = (view = "TASKS") =>
      run("sys", `SELECT STATUS, RESULT, END_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_${view}`);
    const running = { STATUS: "BACKUP_SYS_META", RESULT: 0, END_TIMESTAMP: null };
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    sandbox.setStuck("mysql_tenant", true);
    clock.advance(10);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(20);
    expect(task()).toEqual([running]);
    clock.advance(0.5);
    expect(task()).toEqual([{ ...running, STATUS: "CANCELING" }]);
    expect(jobs()).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELING", RESULT: 0 }]);
    expect(files()).toMatchObject([{ STATUS: "DOING", FILE_STATUS: "COPYING" }]);
    sandbox.setStuck("mysql_tenant", false);
    clock.advance(31);
    expect(task()).toEqual([]);
    expect(task("TASK_HISTORY")).toEqual([
      { STATUS: "CANCELED", RESULT: -4072, END_TIMESTAMP: "2026-01-01 08:01:00.400000" },
    ]);
    expect(files()).toMatchObject([{ STATUS: "FAILED", FILE_STATUS: "INCOMPLETE" }]);
  });

  test("shows its progress", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(0.2);
    jobs();
    clock.advance(300);
    const [task] = run("sys", "SELECT TABLET_COUNT, FINISH_TABLET_COUNT FROM oceanbase.CDB_OB_BACKUP_TASKS");
    expect(task).toEqual({ TABLET_COUNT: 1200, FINISH_TABLET_COUNT: 600 });
  });

  test("cannot be started twice, but once by the tenant and once by sys", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    expect(errno(() => run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE"))).toBe(9036);
    run("sys", "ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    clock.advance(2);
    expect(jobs("TENANT_ID, INITIATOR_TENANT_ID")).toEqual([
      { TENANT_ID: 1, INITIATOR_TENANT_ID: 1 },
      { TENANT_ID: 1002, INITIATOR_TENANT_ID: 1002 },
      { TENANT_ID: 1002, INITIATOR_TENANT_ID: 1 },
    ]);
  });

  test("needs the log archive", () => {
    sandbox.cluster.tenants.setLogMode("mysql_tenant", "NOARCHIVELOG");
    expect(errno(() => run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE"))).toBe(9040);
  });

  test("is incremental only on top of a full one, and says whether logs belong to it", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP INCREMENTAL DATABASE PLUS ARCHIVELOG");
    expect(jobs("BACKUP_TYPE, PLUS_ARCHIVELOG")).toEqual([{ BACKUP_TYPE: "FULL", PLUS_ARCHIVELOG: "ON" }]);
    clock.advance(0.2);
    jobs();
    clock.advance(601);
    expect(jobs()).toEqual([]);
    run("mysql_tenant", "ALTER SYSTEM BACKUP INCREMENTAL DATABASE");
    expect(jobs("BACKUP_TYPE, PLUS_ARCHIVELOG")).toEqual([{ BACKUP_TYPE: "INC", PLUS_ARCHIVELOG: "OFF" }]);
  });
});

describe("a cluster backup", () => {
  test("has a parent in sys and a child in every tenant, and is done when they are", () => {
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    expect(jobs("TENANT_ID, STATUS, EXECUTOR_TENANT_ID, INITIATOR_JOB_ID")).toEqual([
      { TENANT_ID: 1, STATUS: "INIT", EXECUTOR_TENANT_ID: "1002,1004", INITIATOR_JOB_ID: 1 },
    ]);
    clock.advance(2);
    expect(jobs("TENANT_ID, STATUS, INITIATOR_JOB_ID, BACKUP_SET_ID")).toEqual([
      { TENANT_ID: 1, STATUS: "DOING", INITIATOR_JOB_ID: 1, BACKUP_SET_ID: 0 },
      { TENANT_ID: 1002, STATUS: "DOING", INITIATOR_JOB_ID: 1, BACKUP_SET_ID: 1 },
      { TENANT_ID: 1004, STATUS: "DOING", INITIATOR_JOB_ID: 1, BACKUP_SET_ID: 1 },
    ]);
    clock.advance(700);
    expect(history()).toEqual([
      { TENANT_ID: 1, STATUS: "COMPLETED", RESULT: 0 },
      { TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 },
      { TENANT_ID: 1004, STATUS: "COMPLETED", RESULT: 0 },
    ]);
  });

  test("that is cancelled for one tenant goes on for the other and ends FAILED", () => {
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(2);
    run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant");
    clock.advance(60);
    expect(jobs()).toEqual([
      { TENANT_ID: 1, STATUS: "DOING", RESULT: -4072 },
      { TENANT_ID: 1004, STATUS: "DOING", RESULT: 0 },
    ]);
    clock.advance(700);
    expect(history()).toEqual([
      { TENANT_ID: 1, STATUS: "FAILED", RESULT: -4072 },
      { TENANT_ID: 1002, STATUS: "CANCELED", RESULT: -4072 },
      { TENANT_ID: 1004, STATUS: "COMPLETED", RESULT: 0 },
    ]);
  });

  test("that is cancelled as a whole ends CANCELED, the parent after its children", () => {
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(2);
    run("sys", "ALTER SYSTEM CANCEL BACKUP");
    expect(jobs("STATUS")).toEqual([
      { STATUS: "CANCELING" },
      { STATUS: "CANCELING" },
      { STATUS: "CANCELING" },
    ]);
    clock.advance(31);
    expect(jobs()).toMatchObject([{ TENANT_ID: 1, STATUS: "CANCELING" }]);
    clock.advance(60);
    expect(jobs()).toEqual([]);
    expect(history("TENANT_ID, STATUS")).toEqual([
      { TENANT_ID: 1, STATUS: "CANCELED" },
      { TENANT_ID: 1002, STATUS: "CANCELED" },
      { TENANT_ID: 1004, STATUS: "CANCELED" },
    ]);
  });

  test("whose parent is still INIT escapes a named cancel: its child starts afterwards", () => {
    run("sys", "ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant");
    clock.advance(2);
    expect(jobs()).toMatchObject([
      { TENANT_ID: 1, STATUS: "DOING" },
      { TENANT_ID: 1002, STATUS: "DOING" },
    ]);
  });

  test("whose parent is still INIT does not escape the cancel of all", () => {
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    run("sys", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(120);
    expect(history()).toEqual([{ TENANT_ID: 1, STATUS: "CANCELED", RESULT: -4072 }]);
  });

  test("has its parent in both views for an instant, as the server has it", () => {
    sandbox.cluster.backups.timing.wakeSeconds = 5;
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    run("sys", "ALTER SYSTEM CANCEL BACKUP");
    clock.advance(1);
    expect(jobs()).toMatchObject([{ TENANT_ID: 1, STATUS: "CANCELED" }]);
    clock.advance(5);
    expect([jobs(), history()]).toMatchObject([[{ TENANT_ID: 1 }], [{ TENANT_ID: 1 }]]);
    clock.advance(5);
    expect([jobs(), history()]).toMatchObject([[], [{ TENANT_ID: 1 }]]);
  });
});

describe("the statement", () => {
  test("needs no running backup", () => {
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL BACKUP"))).toBe(0);
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant, mysql_tenant"))).toBe(0);
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = META$1002"))).toBe(0);
  });

  test.each([
    ["an unknown name", "nowhere", 5160],
    ["a name in another case", "MYSQL_TENANT", 5160],
    ["the keyword ALL, which is a name here", "ALL", 5160],
    ["an empty name", "''", 1210],
    ["the sys tenant", "sys", 4016],
    ["a locked tenant", "oracle_tenant", 5260],
  ])("with %s fails as a whole, before anything is cancelled", (_, name, number) => {
    sandbox.cluster.tenants.setLocked("oracle_tenant", true);
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    expect(errno(() => run("sys", `ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant, ${name}`))).toBe(number);
    expect(jobs()).toMatchObject([{ STATUS: "INIT" }]);
  });

  test("reaches a locked tenant when no one is named", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    sandbox.cluster.tenants.setLocked("mysql_tenant", true);
    run("sys", "ALTER SYSTEM CANCEL BACKUP");
    expect(jobs()).toMatchObject([{ STATUS: "CANCELING" }]);
  });

  test("passes over a tenant that is not NORMAL without a word", () => {
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    sandbox.cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant");
    expect(jobs()).toMatchObject([{ STATUS: "INIT" }]);
  });

  test("takes no TENANT clause in a user tenant, not even its own name", () => {
    expect(errno(() => run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant"))).toBe(1235);
    expect(errno(() => run("oracle_tenant", "ALTER SYSTEM CANCEL BACKUP"))).toBe(0);
  });

  test("reports a wrong name before a missing privilege", () => {
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL BACKUP TENANT = nowhere", "reader"))).toBe(5160);
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL BACKUP", "reader"))).toBe(1227);
  });

  test.each(["BACKUPSET", "BACKUPPIECE"])(
    "in its retired form CANCEL BACKUP %s parses and is refused",
    (form) => {
      expect(errno(() => run("sys", `ALTER SYSTEM CANCEL BACKUP ${form}`))).toBe(1235);
    },
  );
});

describe("the views", () => {
  test("of all tenants exist in sys only; a tenant sees its own rows, children of sys included", () => {
    run("sys", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(2);
    expect(errno(() => run("mysql_tenant", "SELECT 1 FROM oceanbase.CDB_OB_BACKUP_JOBS"))).toBe(1146);
    expect(run("mysql_tenant", "SELECT INITIATOR_TENANT_ID FROM oceanbase.DBA_OB_BACKUP_JOBS")).toEqual([
      { INITIATOR_TENANT_ID: 1 },
    ]);
    expect(run("sys", "SELECT JOB_LEVEL FROM oceanbase.DBA_OB_BACKUP_JOBS")).toEqual([
      { JOB_LEVEL: "CLUSTER" },
    ]);
    expect(run("mysql_tenant", "SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS")).toEqual([
      { TENANT_NAME: "mysql_tenant" },
    ]);
  });

  test("in Oracle mode stand in SYS, with times to the second and COMMENT in quotes", () => {
    run("oracle_tenant", "ALTER SYSTEM BACKUP DATABASE");
    const [row] = run("oracle_tenant", 'SELECT START_TIMESTAMP, "COMMENT" FROM SYS.DBA_OB_BACKUP_JOBS');
    expect(row).toEqual({ START_TIMESTAMP: "2026-01-01 08:00:00", COMMENT: "" });
    expect(errno(() => run("oracle_tenant", "SELECT COMMENT FROM SYS.DBA_OB_BACKUP_JOBS"))).toBe(900);
    expect(errno(() => run("oracle_tenant", "SELECT 1"))).toBe(900);
    expect(errno(() => run("oracle_tenant", "SELECT 1 FROM oceanbase.DBA_OB_BACKUP_JOBS"))).toBe(942);
    expect(run("oracle_tenant", "SHOW VARIABLES LIKE 'ob_compatibility_mode'")).toEqual([
      { Variable_name: "ob_compatibility_mode", Value: "ORACLE" },
    ]);
  });
});

describe("a cleanup policy", () => {
  const policies = () => run("sys", "SELECT * FROM oceanbase.CDB_OB_BACKUP_DELETE_POLICY");

  test("is stored, shown and dropped, from sys or from the tenant itself", () => {
    run(
      "sys",
      "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d' TENANT = mysql_tenant",
    );
    run("oracle_tenant", "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' REDUNDANCY 1 BACKUP_COPIES 2");
    expect(policies()).toEqual([
      { TENANT_ID: 1002, POLICY_NAME: "default", RECOVERY_WINDOW: "7d" },
      { TENANT_ID: 1004, POLICY_NAME: "default", RECOVERY_WINDOW: "" },
    ]);
    run("mysql_tenant", "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'");
    run("mysql_tenant", "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'");
    expect(policies()).toHaveLength(1);
  });

  test.each([
    ["sys", "'other' RECOVERY_WINDOW '7d' TENANT mysql_tenant", 1235],
    ["sys", "'default' RECOVERY_WINDOW '7d'", 1235],
    ["sys", "'default' RECOVERY_WINDOW '7d' TENANT mysql_tenant, oracle_tenant", 1235],
    ["sys", "'default' RECOVERY_WINDOW '7d' TENANT nowhere", 5160],
    ["sys", "'default' TENANT mysql_tenant", 1235],
    ["sys", "'default' RECOVERY_WINDOW '7w' TENANT mysql_tenant", 1235],
    ["sys", "'default' RECOVERY_WINDOW '-1d' TENANT mysql_tenant", 1235],
    ["sys", "'default' REDUNDANCY 2 TENANT mysql_tenant", 1235],
    ["mysql_tenant", "'default' RECOVERY_WINDOW '7d' TENANT mysql_tenant", 1235],
  ])("from %s with %s is refused", (tenant, clauses, number) => {
    expect(errno(() => run(tenant, `ALTER SYSTEM ADD DELETE BACKUP POLICY ${clauses}`))).toBe(number);
    expect(policies()).toEqual([]);
  });

  test("is there once: a second one is a duplicate", () => {
    const add = () =>
      run("mysql_tenant", "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'");
    add();
    expect(errno(add)).toBe(1062);
  });
});

describe("the other backup statements", () => {
  test("to delete by hand, or from older versions, are parsed and not supported", () => {
    for (const sql of [
      "ALTER SYSTEM DELETE BACKUPSET 1 TENANT = mysql_tenant",
      "ALTER SYSTEM DELETE OBSOLETE BACKUP",
      "ALTER SYSTEM CANCEL BACKUP BACKUPSET",
      "ALTER SYSTEM CANCEL ALL BACKUP FORCE",
    ]) {
      expect({ sql, errno: errno(() => run("sys", sql)) }).toEqual({ sql, errno: 1235 });
    }
  });

  test("cancel a cleanup that does not run, and show that none does", () => {
    expect(errno(() => run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP DESCRIPTION 'x'"))).toBe(0);
    for (const view of ["DELETE_JOBS", "DELETE_JOB_HISTORY"]) {
      expect(run("sys", `SELECT * FROM oceanbase.CDB_OB_BACKUP_${view}`)).toEqual([]);
    }
  });
});

describe("a tenant", () => {
  test("is created and dropped from sys, and takes its jobs with it", () => {
    run("sys", "CREATE TENANT IF NOT EXISTS env1 RESOURCE_POOL_LIST = ('p1') SET ob_tcp_invited_nodes = '%'");
    expect(sandbox.tenant("env1")).toMatchObject({ id: 1006, mode: "MYSQL", status: "NORMAL" });
    run("env1", "ALTER SYSTEM BACKUP DATABASE");
    expect(jobs()).toHaveLength(1);
    run("sys", "DROP TENANT env1 FORCE");
    expect(jobs()).toEqual([]);
    expect(errno(() => run("sys", "DROP TENANT env1"))).toBe(5157);
    expect(errno(() => run("sys", "DROP TENANT IF EXISTS env1"))).toBe(0);
  });

  test("is locked and unlocked from sys", () => {
    run("sys", "ALTER TENANT mysql_tenant LOCK");
    expect(sandbox.tenant("mysql_tenant").locked).toBe(true);
    run("sys", "ALTER TENANT mysql_tenant UNLOCK");
    expect(sandbox.tenant("mysql_tenant").locked).toBe(false);
    expect(errno(() => run("mysql_tenant", "ALTER TENANT mysql_tenant LOCK"))).not.toBe(0);
    expect(sandbox.tenant("mysql_tenant").locked).toBe(false);
  });
});
