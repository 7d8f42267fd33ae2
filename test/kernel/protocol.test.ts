import { once } from "node:events";
import type { Socket } from "node:net";
import mysql, { type Connection, type ConnectionOptions } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { openSession, type Session } from "../../provider/oceanbase/connection/session.ts";
import { startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { startKernel } from "./kernel.ts";

/*
 * What every server of the OceanBase family says and does below the level of backups. It runs unchanged on the real
 * kernel and on the sandbox: where the two differ, the sandbox is wrong.
 */

/** A server with an administrator root@sys. */
interface Subject {
  port: number;
  password: string;
  stop(): Promise<void>;
}

const subjects: Record<string, () => Promise<Subject>> = {
  "the kernel": startKernel,
  "the sandbox": async () => {
    const sandbox = await startSandbox();
    const { password } = sandbox.logins.sys;
    return { port: sandbox.port, password, stop: () => sandbox.stop() };
  },
};

/** What a server refuses with. */
interface Refusal {
  errno: number;
  sqlState: string;
  /** The whole text, or a pattern of it where it names a place or an address. */
  sqlMessage: string | RegExp;
}

const syntaxError = (near: string, line = 1): Refusal => ({
  errno: 1064,
  sqlState: "42000",
  sqlMessage: `You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the right syntax to use near '${near}' at line ${line}`,
});
const deniedTo = (user: RegExp, usingPassword = "YES"): Refusal => ({
  errno: 1045,
  sqlState: "42000",
  sqlMessage: RegExp(
    `^Access denied for user '${user.source}'@'xxx\\.xxx\\.xxx\\.xxx' \\(using password: ${usingPassword}\\)$`,
  ),
});
const timeLimit = (us: number): Refusal => ({
  errno: 4012,
  sqlState: "HY000",
  sqlMessage: `Timeout, query has reached the maximum query timeout: ${us}(us), maybe you can adjust the session variable ob_query_timeout or query_timeout hint, and try again.`,
});
const asReceived = ({ errno, sqlState, sqlMessage }: Refusal) => ({
  errno,
  sqlState,
  sqlMessage: typeof sqlMessage === "string" ? sqlMessage : expect.stringMatching(sqlMessage),
});

describe.each(Object.entries(subjects))("%s", (_, start) => {
  let subject: Subject;
  const open: (Connection | Session)[] = [];
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => ("destroy" in each ? each.destroy() : each.close())));
    await subject?.stop();
  });

  /** A plain connection of the driver, with BIGINTs as text. */
  async function client(changes: ConnectionOptions = {}): Promise<Connection> {
    const connection = await mysql.createConnection({
      host: "127.0.0.1",
      port: subject.port,
      user: "root@sys",
      password: subject.password,
      supportBigNumbers: true,
      bigNumberStrings: true,
      ...changes,
    });
    // A killed session ends with an event, too.
    connection.on("error", () => {});
    open.push(connection);
    return connection;
  }

  /** A session as the resources use it. */
  async function session(): Promise<Session> {
    const login: Login = {
      endpoints: [{ host: "127.0.0.1", port: subject.port }],
      user: "root",
      tenant: "sys",
      password: subject.password,
      connectTimeoutSeconds: 10,
    };
    const opened = await openSession(login);
    open.push(opened);
    return opened;
  }

  const rowsOf = async (connection: Connection, sql: string) => (await connection.query(sql))[0];

  describe("at login", () => {
    test("offers no bit that would change a query", async () => {
      const { connection } = (await client()) as unknown as {
        connection: { serverCapabilityFlags: number };
      };
      expect(connection.serverCapabilityFlags & 0x0800_0000).toBe(0);
    });

    test.each<[string, ConnectionOptions, Refusal]>([
      ["a wrong password", { password: "not-the-password" }, deniedTo(/root/)],
      ["no password", { password: "" }, deniedTo(/root/, "NO")],
      ["an unknown user", { user: "nobody_x@sys" }, deniedTo(/nobody_x/)],
      ["a user in another case", { user: "ROOT@sys" }, deniedTo(/ROOT/)],
      ["an unknown tenant", { user: "root@nowhere_x" }, deniedTo(/root.*/)],
      ["a tenant in another case", { user: "root@SYS" }, deniedTo(/root.*/)],
      ["an empty tenant", { user: "root@" }, deniedTo(/root.*/)],
      ["a meta tenant", { user: "root@META$1002" }, deniedTo(/root.*/)],
      ["a user name that is too long", { user: "r".repeat(200) }, deniedTo(/r{200}/)],
      [
        "an unknown database",
        { database: "nowhere_x" },
        { errno: 1049, sqlState: "42000", sqlMessage: "Unknown database 'nowhere_x'" },
      ],
      [
        "an unknown database and a wrong password",
        { database: "nowhere_x", password: "x" },
        deniedTo(/root/),
      ],
    ])("refuses %s", async (_what, changes, refusal) => {
      await expect(client(changes)).rejects.toMatchObject(asReceived(refusal));
    });

    test.each(["root@sys", "root"])("takes %s", async (user) => {
      expect(await rowsOf(await client({ user, database: "oceanbase" }), "SELECT DATABASE() AS d")).toEqual([
        { d: "oceanbase" },
      ]);
    });

    test("is told by the provider what was refused", async () => {
      const login: Login = {
        endpoints: [{ host: "127.0.0.1", port: subject.port }],
        user: "root",
        tenant: "sys",
        password: "not-the-password",
        connectTimeoutSeconds: 10,
      };
      await expect(openSession(login)).rejects.toMatchObject({ kind: "refused", errno: 1045 });
    });
  });

  describe("for a mistake", () => {
    test.each<[string, Refusal]>([
      ["SELEC 1", syntaxError("SELEC 1")],
      ["SELECT 1 +", syntaxError("+")],
      ["SELECT 1\n+", syntaxError("+", 2)],
      ["\n\nSELEC 1", syntaxError("SELEC 1")],
      ["SELECT * FROM", syntaxError("FROM")],
      ["SHOW NONSENSE", syntaxError("NONSENSE")],
      ["ALTER SYSTEM", syntaxError("SYSTEM")],
      ["ALTER SYSTEM NO SUCH", syntaxError("NO SUCH")],
      ["CANCEL BACKUP", syntaxError("CANCEL BACKUP")],
      ["KILL", syntaxError("KILL")],
      ["KILL QUERY 1 2", syntaxError("2")],
      ["", { errno: 1065, sqlState: "42000", sqlMessage: "Query was empty" }],
      [";", { errno: 1065, sqlState: "42000", sqlMessage: "Query was empty" }],
      [
        "SELECT * FROM oceanbase.NO_SUCH_VIEW",
        { errno: 1146, sqlState: "42S02", sqlMessage: "Table 'oceanbase.no_such_view' doesn't exist" },
      ],
      [
        "SELECT * FROM nowhere_x.t",
        { errno: 1146, sqlState: "42S02", sqlMessage: "Table 'nowhere_x.t' doesn't exist" },
      ],
      [
        "SELECT * FROM CDB_OB_BACKUP_JOBS",
        { errno: 1046, sqlState: "3D000", sqlMessage: "No database selected" },
      ],
      [
        "SELECT NO_SUCH_COLUMN",
        { errno: 1054, sqlState: "42S22", sqlMessage: "Unknown column 'NO_SUCH_COLUMN' in 'field list'" },
      ],
      [
        "SELECT No_Such_Function()",
        { errno: 1305, sqlState: "42000", sqlMessage: "FUNCTION No_Such_Function does not exist" },
      ],
      ["USE nowhere_x", { errno: 1049, sqlState: "42000", sqlMessage: "Unknown database 'nowhere_x'" }],
      ["USE `no where`", { errno: 1049, sqlState: "42000", sqlMessage: "Unknown database 'no where'" }],
      [
        "SELECT @@no_such_variable",
        { errno: 1193, sqlState: "HY000", sqlMessage: "Unknown system variable 'no_such_variable'" },
      ],
      [
        "SET no_such_variable = 1",
        { errno: 1193, sqlState: "HY000", sqlMessage: "Unknown system variable 'no_such_variable'" },
      ],
      [
        "SET ob_query_timeout = 'x'",
        {
          errno: 1232,
          sqlState: "42000",
          sqlMessage: "Incorrect argument type to variable 'ob_query_timeout'",
        },
      ],
      ["KILL 999999", { errno: 1094, sqlState: "HY000", sqlMessage: "Unknown thread id: 999999" }],
      ["KILL QUERY 999999", { errno: 1094, sqlState: "HY000", sqlMessage: "Unknown thread id: 999999" }],
    ])("%j: answers with number, state and text, and goes on", async (sql, refusal) => {
      const connection = await client();
      await expect(connection.query(sql)).rejects.toMatchObject(asReceived(refusal));
      expect(await rowsOf(connection, "SELECT 'on' AS goes")).toEqual([{ goes: "on" }]);
    });

    test("of two statements in one, does not give one result", async () => {
      const opened = await session();
      await expect(opened.send("SELECT 1 AS N; SELECT 2 AS N", "asking")).rejects.toMatchObject({
        name: "OceanBaseError",
      });
      expect(await opened.read("SELECT 1 AS N", "asking")).toEqual([{ N: "1" }]);
    });
  });

  describe("of a killed session", () => {
    /** Two connections; the second one may be killed from the first. */
    async function pair() {
      const [killer, victim] = [await client(), await client()];
      const [{ id }] = (await rowsOf(victim, "SELECT CONNECTION_ID() AS id")) as [{ id: number }];
      return { killer, victim, id };
    }
    const sleeping = (connection: Connection) =>
      rowsOf(connection, "SELECT SLEEP(8) AS s").then(
        () => "slept to the end",
        (error: unknown) => error,
      );
    const closed = (connection: Connection) =>
      once((connection as unknown as { connection: { stream: Socket } }).connection.stream, "close");
    /** Kills as soon as there is something to kill: the other connection's query may not have arrived yet. */
    const killUntil = async <T>(killer: Connection, sql: string, ended: Promise<T>): Promise<T> => {
      let over = false;
      ended.finally(() => {
        over = true;
      });
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        if (!over) await killer.query(sql).catch(() => {});
      }
      return await ended;
    };

    test("ends its query by KILL QUERY, and lets the session live", async () => {
      const { killer, victim, id } = await pair();
      expect(await killUntil(killer, `KILL QUERY ${id}`, sleeping(victim))).toMatchObject({
        errno: 1317,
        sqlState: "70100",
        sqlMessage: "Query execution was interrupted",
      });
      expect(await rowsOf(victim, "SELECT 'here' AS still")).toEqual([{ still: "here" }]);
    });

    test.each(["KILL", "KILL CONNECTION"])("ends query and session by %s", async (kill) => {
      const { killer, victim, id } = await pair();
      const gone = closed(victim);
      const end = await killUntil(killer, `${kill} ${id}`, sleeping(victim));
      // The kernel has time for a last word, or has not.
      const lastWord = { errno: 5066, sqlState: "HY000", sqlMessage: "Session interrupted" };
      const lost = { code: "PROTOCOL_CONNECTION_LOST" };
      expect(end).toMatchObject((end as { errno?: number }).errno === undefined ? lost : lastWord);
      await gone;
      await expect(victim.query("SELECT 1")).rejects.toThrow();
    });

    test("ends an idle one", async () => {
      const { killer, victim, id } = await pair();
      const gone = closed(victim);
      await killer.query(`KILL ${id}`);
      await gone;
    });

    test("ends its own without a reply", async () => {
      const { victim, id } = await pair();
      await expect(victim.query(`KILL ${id}`)).rejects.toMatchObject({ code: "PROTOCOL_CONNECTION_LOST" });
    });

    test("lets a read of the provider go on, on a new connection", async () => {
      const opened = await session();
      const idNow = async () => (await opened.read("SELECT CONNECTION_ID() AS ID", "asking"))[0]?.ID ?? "";
      const before = await idNow();
      await (await client()).query(`KILL ${before}`);
      const after = await idNow();
      expect(after).toMatch(/^\d+$/);
      expect(after).not.toBe(before);
    });

    test("says of a control statement that nobody knows what it did", async () => {
      const opened = await session();
      const [row] = await opened.read("SELECT CONNECTION_ID() AS ID", "asking");
      await expect(opened.send(`KILL ${row?.ID}`, "ending itself")).rejects.toMatchObject({
        kind: "unreachable",
        outcomeUnknown: true,
      });
    });
  });

  describe("of a time limit", () => {
    test("keeps that of the session, and the session lives", async () => {
      const connection = await client();
      await connection.query("SET SESSION ob_query_timeout = 400000");
      expect(await rowsOf(connection, "SELECT @@ob_query_timeout AS t")).toEqual([{ t: "400000" }]);
      expect(await rowsOf(connection, "SHOW VARIABLES LIKE 'ob_query_timeout'")).toEqual([
        { Variable_name: "ob_query_timeout", Value: "400000" },
      ]);
      await expect(connection.query("SELECT SLEEP(8)")).rejects.toMatchObject(asReceived(timeLimit(400_000)));
      expect(await rowsOf(connection, "SELECT 'here' AS still")).toEqual([{ still: "here" }]);
    });

    test("keeps that of a hint", async () => {
      const connection = await client();
      await expect(
        connection.query("SELECT /*+ query_timeout(300000) */ SLEEP(8) AS s"),
      ).rejects.toMatchObject(asReceived(timeLimit(300_000)));
      expect(await rowsOf(connection, "SELECT SLEEP(0.05) AS s")).toEqual([{ s: "0" }]);
    });

    test("is to the provider something that may go better the next time", async () => {
      const opened = await session();
      const asked = opened.send("SELECT /*+ query_timeout(300000) */ SLEEP(8) AS S", "asking");
      await expect(asked).rejects.toMatchObject({ kind: "transient", errno: 4012 });
    });
  });

  test("of the time is UTC, as far as this machine knows it", async () => {
    const [row] = await (await session()).read("SELECT UTC_TIMESTAMP() AS UTC", "asking");
    const apartMs = Date.parse(`${row?.UTC?.replace(" ", "T")}Z`) - Date.now();
    expect(Math.abs(apartMs)).toBeLessThan(5_000);
  });

  describe("of a number", () => {
    test.each([
      ["9223372036854775807", "9223372036854775807"],
      ["-9223372036854775808", "-9223372036854775808"],
      ["9007199254740993", "9007199254740993"],
      ["9223372036854775808", "9223372036854775808"],
      ["18446744073709551615", "18446744073709551615"],
      ["123456789012345678901234567890", "123456789012345678901234567890"],
      ["007", "7"],
      ["9007199254740993 - 9007199254740992", "1"],
      ["(SELECT MAX(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1) t)", "9223372036854775807"],
      ["9007199254740993 = 9007199254740992", "0"],
      ["NULL", null],
    ])("%s loses no digit on its way to the provider", async (expression, shown) => {
      expect(await (await session()).read(`SELECT ${expression} AS N`, "asking")).toEqual([{ N: shown }]);
    });

    test("as a value of a prepared statement loses none either", async () => {
      const connection = await client();
      const [rows] = await connection.execute("SELECT ? AS n", ["9223372036854775807"]);
      expect(rows).toEqual([{ n: "9223372036854775807" }]);
    });
  });

  describe("of a text or a name", () => {
    test.each([
      ["'it''s'", "it's"],
      ["'a\\'b'", "a'b"],
      ["''' OR 1=1 -- '", "' OR 1=1 -- "],
      ["'a\\0b'", "a\u0000b"],
      ["'a;b'", "a;b"],
      ["'租户 🙂'", "租户 🙂"],
    ])("%s is what it says", async (literal, text) => {
      expect(await rowsOf(await client(), `SELECT ${literal} AS t`)).toEqual([{ t: text }]);
    });

    test.each(["a`b", "a;b", "a'b", "租户 🙂", "select", "a\\", "-- a", "/* a"])(
      "in backticks %j is a name, whatever is in it",
      async (name) => {
        const quoted = `\`${name.replaceAll("`", "``")}\``;
        expect(await rowsOf(await client(), `SELECT ${quoted} FROM (SELECT 'x' AS ${quoted}) t`)).toEqual([
          { [name]: "x" },
        ]);
      },
    );

    test.each(["/* x */", "-- x", "# x", "SELECT 1;", "SELECT 1;;"])("%j is no mistake", async (sql) => {
      await (await client()).query(sql);
    });
  });
});
