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
const PARAMETERS = "SELECT * FROM oceanbase.CDB_OB_BACKUP_PARAMETER WHERE TENANT_ID = 1002";
const paths = (view = "JOBS") =>
  run(`SELECT PATH FROM oceanbase.CDB_OB_BACKUP_${view} ORDER BY TENANT_ID, BACKUP_SET_ID`).map(
    (row) => row.PATH,
  );

describe("the destination of a tenant's data", () => {
  const WITH_KEY = "oss://bucket/path?host=oss.example.com&access_id=ID&encrypt_key=KEY";

  test("is shown with what stands behind it, to sys and to the tenant", () => {
    sandbox.setDataBackupDest("mysql_tenant", WITH_KEY);
    const shown = { NAME: "data_backup_dest", VALUE: WITH_KEY };
    expect(run(PARAMETERS)).toEqual([{ TENANT_ID: 1002, ...shown }]);
    expect(run("SELECT * FROM oceanbase.DBA_OB_BACKUP_PARAMETER", "mysql_tenant")).toEqual([shown]);
    expect(run("SELECT VALUE FROM SYS.DBA_OB_BACKUP_PARAMETER", "oracle_tenant")).toEqual([
      { VALUE: "file:///backup/oracle_tenant/data" },
    ]);
  });

  test("stands in jobs, tasks and sets without access id and key", () => {
    sandbox.setDataBackupDest("mysql_tenant", WITH_KEY);
    sandbox.startBackup("mysql_tenant");
    clock.advance(1);
    const path = ["oss://bucket/path?host=oss.example.com"];
    expect([paths(), paths("TASKS"), paths("SET_FILES")]).toEqual([path, path, path]);
  });

  test("is needed for a backup, also for one to another place", () => {
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    expect(run(PARAMETERS)).toEqual([]);
    for (const sql of ["ALTER SYSTEM BACKUP DATABASE", "ALTER SYSTEM BACKUP DATABASE TO 'file:///x'"]) {
      expect(errno(() => run(sql, "mysql_tenant"))).toBe(9040);
    }
    const named = "ALTER SYSTEM BACKUP TENANT = mysql_tenant";
    expect(() => run(named)).toThrow("backup can not start, because backup dest is not set.");
  });

  test("that cannot be reached lets a new backup fail without a set, and a cancel works all the same", () => {
    sandbox.startBackup("mysql_tenant");
    clock.advance(1);
    for (const name of ["mysql_tenant", "oracle_tenant"]) sandbox.setDestinationsReachable(name, false);
    run("ALTER SYSTEM CANCEL BACKUP", "mysql_tenant");
    sandbox.startBackup("oracle_tenant");
    clock.advance(31);
    const ended = "SELECT TENANT_ID AS T, STATUS AS S, RESULT AS R FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY";
    expect(run(`${ended} ORDER BY TENANT_ID`)).toEqual([
      { T: 1002, S: "CANCELED", R: -4072 },
      { T: 1004, S: "FAILED", R: -4009 },
    ]);
    expect(run("SELECT TENANT_ID AS T FROM oceanbase.CDB_OB_BACKUP_SET_FILES")).toEqual([{ T: 1002 }]);
  });

  test("can be changed by statement", () => {
    run("ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///new' TENANT = mysql_tenant");
    expect(run(PARAMETERS)).toMatchObject([{ VALUE: "file:///new" }]);
  });

  test("goes with the tenant", () => {
    sandbox.dropTenant("mysql_tenant");
    expect(run(PARAMETERS)).toEqual([]);
  });
});

test("a backup TO another place has that place without its keys, and so have its children", () => {
  const to = "TO 'oss://other/x?host=h&access_id=ID&access_key=KEY'";
  run(`ALTER SYSTEM BACKUP DATABASE ${to}`, "mysql_tenant");
  run(`ALTER SYSTEM BACKUP TENANT = oracle_tenant ${to}`);
  clock.advance(2);
  expect(paths()).toEqual(Array(3).fill("oss://other/x?host=h"));
});

test("an incremental backup at a place without a full one becomes full there", () => {
  sandbox.startBackup("mysql_tenant");
  clock.advance(601);
  sandbox.startBackup("mysql_tenant", { incremental: true, path: "file:///other" });
  clock.advance(1);
  sandbox.startBackup("oracle_tenant", { incremental: true });
  clock.advance(1);
  const sets = run(
    "SELECT BACKUP_TYPE AS T, DEST_ID AS D, PREV_FULL_BACKUP_SET_ID AS F FROM oceanbase.CDB_OB_BACKUP_SET_FILES ORDER BY TENANT_ID, BACKUP_SET_ID",
  );
  expect(sets).toEqual([
    { T: "FULL", D: 1001, F: 0 },
    { T: "FULL", D: 1002, F: 0 },
    { T: "FULL", D: 1001, F: 0 },
  ]);
});

test("an incremental backup names the sets that it is built on", () => {
  for (const incremental of [false, true, true]) {
    sandbox.startBackup("mysql_tenant", { incremental });
    clock.advance(602);
  }
  const sets = run(
    "SELECT BACKUP_TYPE AS T, PREV_FULL_BACKUP_SET_ID AS F, PREV_INC_BACKUP_SET_ID AS I FROM oceanbase.CDB_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID",
  );
  expect(sets).toEqual([
    { T: "FULL", F: 0, I: 0 },
    { T: "INC", F: 1, I: 1 },
    { T: "INC", F: 1, I: 2 },
  ]);
});

test("the destinations of a tenant's log archive are shown with their numbers", () => {
  const archive = () =>
    run("SELECT DEST_NO, VALUE FROM oceanbase.DBA_OB_ARCHIVE_DEST WHERE NAME = 'path'", "mysql_tenant");
  expect(archive()).toEqual([{ DEST_NO: 0, VALUE: "file:///backup/mysql_tenant/archive" }]);
  sandbox.setArchiveDests("mysql_tenant", ["file:///a", "file:///b"]);
  expect(archive()).toEqual([
    { DEST_NO: 0, VALUE: "file:///a" },
    { DEST_NO: 1, VALUE: "file:///b" },
  ]);
  sandbox.setArchiveDests("mysql_tenant", []);
  expect(run("SELECT * FROM oceanbase.CDB_OB_ARCHIVE_DEST WHERE TENANT_ID = 1002")).toEqual([]);
});
