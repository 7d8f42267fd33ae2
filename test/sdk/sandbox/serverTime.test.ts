import { beforeEach, describe, expect, test } from "vitest";
import { Clock, manualClock } from "../../../sdk/sandbox/clock.ts";
import type { User } from "../../../sdk/sandbox/cluster/tenants.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { type Column, TYPE } from "../../../sdk/sandbox/sql/result.ts";
import { Session } from "../../../sdk/sandbox/sql/session.ts";

/*
 * The clock of the cluster in queries, far from the wall clock, so that no answer can be right by accident.
 */
let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox({ clock: manualClock(Date.UTC(2031, 1, 3, 20, 5, 6, 999)) });
});

const run = (tenantName: string, sql: string) => runStatement(sandbox, tenantName, sql);
const columns = (tenantName: string, sql: string) => {
  const tenant = sandbox.tenant(tenantName);
  const [user] = tenant.users as [User];
  return (new Session(sandbox.cluster, tenant, user, 1).execute(sql) as { columns: Column[] }).columns;
};
const TO_CHAR = "TO_CHAR(CURRENT_TIMESTAMP, 'YYYY-MM-DD HH24:MI:SS')";

describe("in MySQL mode", () => {
  test("NOW() is the cluster's time in the zone of the views, cut to seconds", () => {
    expect(run("sys", "SELECT NOW()")).toEqual([{ "NOW()": "2031-02-04 04:05:06" }]);
    sandbox.clock.advance(3600);
    expect(run("mysql_tenant", "select now() as T")).toEqual([{ T: "2031-02-04 05:05:06" }]);
    sandbox.startBackup("mysql_tenant");
    expect(run("sys", "SELECT NOW() AS NOW, START_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_JOBS")).toEqual([
      { NOW: "2031-02-04 05:05:06", START_TIMESTAMP: "2031-02-04 05:05:06.999000" },
    ]);
  });

  test("CURRENT_TIMESTAMP is the same, wherever it stands in a query", () => {
    const time = "2031-02-04 04:05:06";
    expect(run("sys", "SELECT 1 AS ONE, CURRENT_TIMESTAMP")).toEqual([{ ONE: 1, CURRENT_TIMESTAMP: time }]);
    expect(run("sys", "SELECT VERSION() <> '' AS V, Current_Timestamp, 2 AS TWO")).toEqual([
      { V: 1, Current_Timestamp: time, TWO: 2 },
    ]);
    const [row = {}] = run("sys", "SELECT '2000' < CURRENT_TIMESTAMP");
    expect(Object.values(row)).toEqual([1]);
    expect(Object.keys(row)).not.toEqual(["CURRENT_TIMESTAMP"]);
    expect(run("sys", "SELECT COALESCE(NULL, CURRENT_TIMESTAMP, 'x') AS T")).toEqual([{ T: time }]);
    const ids = "SELECT TENANT_ID AS ID FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_ID = 1 AND CREATE_TIME";
    sandbox.clock.advance(1);
    expect(run("sys", `${ids} < CURRENT_TIMESTAMP LIMIT 1`)).toEqual([{ ID: 1 }]);
    expect(run("sys", `${ids} > CURRENT_TIMESTAMP`)).toEqual([]);
    expect(run("sys", `${ids} > '' ORDER BY TENANT_ID, CURRENT_TIMESTAMP`)).toEqual([{ ID: 1 }]);
  });

  test("UTC can be told, eight hours behind the views", () => {
    expect(run("sys", "SELECT UTC_TIMESTAMP() AS UTC")).toEqual([{ UTC: "2031-02-03 20:05:06" }]);
    expect(errno(() => run("oracle_tenant", "SELECT UTC_TIMESTAMP() FROM DUAL"))).not.toBe(0);
  });

  test("has the type of a moment without a zone, unlike the times of the views", () => {
    sandbox.startBackup("mysql_tenant");
    expect(columns("sys", "SELECT NOW() AS T, START_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_JOBS")).toEqual([
      { name: "T", type: TYPE.datetime },
      { name: "START_TIMESTAMP", type: TYPE.timestamp },
    ]);
  });

  test("is one moment for the whole statement", () => {
    class HastyClock extends Clock {
      private looks = 0;
      override now() {
        this.looks += 1;
        return super.now() + this.looks * 1000;
      }
    }
    sandbox = new Sandbox({ clock: new HastyClock(0, Date.UTC(2031, 0, 1)) });
    const [row] = run("sys", "SELECT NOW() AS A, NOW() AS B, CURRENT_TIMESTAMP AS C");
    expect(row).toEqual({ A: row?.A, B: row?.A, C: row?.A });
  });

  test("there is no TO_CHAR", () => {
    expect(errno(() => run("sys", `SELECT ${TO_CHAR} AS T`))).toBe(1305);
  });
});

describe("in Oracle mode", () => {
  test("TO_CHAR gives the current time, and that of a view, to the second", () => {
    expect(run("oracle_tenant", `SELECT ${TO_CHAR} AS NOW FROM DUAL`)).toEqual([
      { NOW: "2031-02-04 04:05:06" },
    ]);
    expect(columns("oracle_tenant", `SELECT ${TO_CHAR} AS NOW FROM DUAL`)).toEqual([
      { name: "NOW", type: TYPE.varString },
    ]);
    sandbox.startBackup("oracle_tenant");
    sandbox.clock.advance(90);
    expect(
      run(
        "oracle_tenant",
        `SELECT TO_CHAR(START_TIMESTAMP, 'YYYY-MM-DD HH24:MI:SS') AS BEGAN, TO_CHAR(END_TIMESTAMP, 'YYYY-MM-DD HH24:MI:SS') AS ENDED, ${TO_CHAR} AS NOW FROM SYS.DBA_OB_BACKUP_JOBS`,
      ),
    ).toEqual([{ BEGAN: "2031-02-04 04:05:06", ENDED: null, NOW: "2031-02-04 04:06:36" }]);
  });

  test("UTC can be told, eight hours behind the views", () => {
    const utc = "TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD HH24:MI:SS')";
    expect(run("oracle_tenant", `SELECT ${utc} AS UTC FROM DUAL`)).toEqual([{ UTC: "2031-02-03 20:05:06" }]);
    expect(errno(() => run("oracle_tenant", "SELECT SYSTIMESTAMP FROM DUAL"))).toBe(600);
    expect(errno(() => run("sys", "SELECT SYS_EXTRACT_UTC(NOW())"))).toBe(1305);
  });

  test.each([
    ["another format", "TO_CHAR(CURRENT_TIMESTAMP, 'DD.MM.YYYY')", 600],
    ["CURRENT_TIMESTAMP by itself", "CURRENT_TIMESTAMP", 600],
    ["NOW()", "NOW()", 904],
  ])("%s is refused", (_, expression, number) => {
    expect(errno(() => run("oracle_tenant", `SELECT ${expression} AS T FROM DUAL`))).toBe(number);
  });
});

test.each(["CURRENT_DATE", "CURRENT_TIME"])("%s is refused, not answered with the wall clock", (word) => {
  expect(errno(() => run("sys", `SELECT ${word} AS T`))).toBe(1235);
  expect(errno(() => run("oracle_tenant", `SELECT ${word} AS T FROM DUAL`))).toBe(600);
});
