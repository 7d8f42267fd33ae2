import mysql from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { useSandbox } from "../../tools/support/sandbox.ts";

/** Number and text of the error that a statement ends with. */
function failure(act: () => unknown): [errno: number, message: string] {
  try {
    act();
  } catch (error) {
    const { errno, message } = error as { errno: number; message: string };
    return [errno, message];
  }
  throw new Error("it did not fail");
}

describe("in an Oracle-mode session", () => {
  const sandbox = new Sandbox({ clock: manualClock() });
  const fails = (sql: string) => failure(() => runStatement(sandbox, "oracle_tenant", sql));
  const code = (number: number, text: string): [number, string] => [
    600,
    `ORA-00600: internal error code, arguments: -${number}, ${text}`,
  ];

  test.each([
    [
      "an unsupported statement",
      "ALTER SYSTEM CANCEL BACKUP TENANT = oracle_tenant",
      code(4007, "Not supported feature or function"),
    ],
    [
      "a wrong window",
      "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7w'",
      code(4007, "recovery window is not be time string not supported"),
    ],
    ["a syntax error", "SELECT 1 FROM", [900, expect.stringMatching(/^ORA-00900: You have an error/)]],
    ["a missing view", "SELECT 1 FROM SYS.NO_SUCH", [942, "ORA-00942: table or view does not exist"]],
    [
      "a missing column",
      "SELECT NO_SUCH FROM SYS.DBA_OB_BACKUP_JOBS",
      [904, "ORA-00904: invalid identifier 'NO_SUCH' in 'field list'"],
    ],
    [
      "a missing function",
      "SELECT NO_SUCH() FROM DUAL",
      [904, "ORA-00904: invalid identifier 'NO_SUCH' in 'field list'"],
    ],
    ["a variable that is not there", "SET NO_SUCH = 1", code(5044, "Unknown system variable 'NO_SUCH'")],
  ] as const)("%s has that mode's number", (_, sql, expected) => {
    expect(fails(sql)).toEqual(expected);
  });

  test("a second backup is 600 with the code in its text, a second policy is 1", () => {
    sandbox.startBackup("oracle_tenant");
    expect(fails("ALTER SYSTEM BACKUP DATABASE")).toEqual(code(9036, "Backup is in progress"));
    const add = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'";
    runStatement(sandbox, "oracle_tenant", add);
    expect(fails(add)).toEqual([1, "ORA-00001: unique constraint '1004-default' for key 'PRIMARY' violated"]);
  });

  test("a cancel of more than two rows is 600 with -4016", () => {
    sandbox.startClusterBackup(["oracle_tenant"]);
    sandbox.clock.advance(2);
    sandbox.addEndedJobRow("oracle_tenant");
    expect(fails("ALTER SYSTEM CANCEL BACKUP")).toEqual(code(4016, "Internal error"));
  });
});

describe("an error that is injected", () => {
  const sandbox = useSandbox();

  async function answer(tenant: "sys" | "oracleTenant", error: { errno: number; forwarded?: boolean }) {
    const { user, password, tenant: tenantName } = sandbox().logins[tenant];
    const connection = await mysql.createConnection({
      host: "127.0.0.1",
      port: sandbox().port,
      user: `${user}@${tenantName}`,
      password,
    });
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", ...error } });
    const failed = await connection.query("ALTER SYSTEM CANCEL BACKUP").catch((thrown) => thrown);
    await connection.end();
    return [failed.errno, failed.sqlState, failed.sqlMessage, sandbox().log.entries.at(-1)?.outcome];
  }

  const CODE = "ORA-00600: internal error code, arguments:";

  test.each([
    [1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"],
    [1213, "HY000", "Deadlock"],
    [1044, "42000", "Access denied for user 'root'@'%' to database 'oceanbase'"],
    [4013, "HY001", "No memory or reach tenant memory limit"],
    [4030, "HY000", "Over tenant memory limits"],
    [4375, "HY000", "observer has disk error"],
    [4392, "HY000", "disk is hung"],
    [4637, "HY000", "server is not active"],
    [4719, "HY000", "log stream does not exist"],
    [4721, "HY000", "log stream location does not exist"],
    [6002, "40000", "transaction is rolled back"],
  ])("as %i has the server's own SQLSTATE and text", async (errno, sqlState, text) => {
    expect(await answer("sys", { errno })).toEqual([errno, sqlState, text, errno]);
  });

  test.each([
    [4012, 600, `${CODE} -4012, Timeout`],
    [4038, 600, `${CODE} -4038, The observer or zone is not the master`],
    [4654, 600, `${CODE} -4654, location leader not exist`],
    [1210, 600, `${CODE} -4002, Invalid argument`],
    [1235, 600, `${CODE} -4007, Not supported feature or function`],
    [1317, 600, `${CODE} -5065, Query execution was interrupted`],
    [5160, 600, `${CODE} -5160, invalid tenant name specified in connection string`],
    [5260, 600, `${CODE} -5260, Tenant is locked`],
    [6002, 24761, "ORA-24761: transaction rolled back"],
    [5360, 1031, "ORA-01031: insufficient privileges"],
    [942, 942, "injected error"],
    [1031, 1031, "injected error"],
  ])("as %i arrives in Oracle mode as %i", async (errno, seen, text) => {
    const [number, , message, outcome] = await answer("oracleTenant", { errno });
    expect([number, message, outcome]).toEqual([seen, text, seen]);
  });

  test("with a text that was forwarded as it was has lost its code", async () => {
    const [number, , message] = await answer("oracleTenant", { errno: 4012, forwarded: true });
    expect([number, message]).toEqual([600, "Timeout"]);
  });

  test.each([
    [1203, "42000", "Too many sessions"],
    [1226, "42000", "User 'root' has exceeded the 'max_user_connections' resource (current value: 1)"],
    [
      1820,
      "HY000",
      "You must reset your password using ALTER USER statement before executing this statement",
    ],
  ])("into a login to Oracle mode as %i keeps MySQL's number", async (errno, sqlState, text) => {
    const { user, password, tenant } = sandbox().logins.oracleTenant;
    sandbox().faults.inject({ match: /^login/, act: { kind: "error", errno } });
    const connecting = mysql.createConnection({
      host: "127.0.0.1",
      port: sandbox().port,
      user: `${user}@${tenant}`,
      password,
    });
    await expect(connecting).rejects.toMatchObject({ errno, sqlState, sqlMessage: text });
  });
});
