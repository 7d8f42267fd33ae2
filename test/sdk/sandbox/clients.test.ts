import mariadb from "mariadb";
import mysql from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { createCertificate } from "../../../sdk/sandbox/certificates.ts";
import { type LoginCredentials, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { untilJobs, useSandbox } from "../../tools/support/sandbox.ts";

/*
 * Two clients that share no code, so that the sandbox is held to the protocol and not to one driver's habits.
 */
const sandbox = useSandbox();

const options = (login: LoginCredentials, user = `${login.user}@${login.tenant}`) => ({
  host: "127.0.0.1",
  port: sandbox().port,
  user,
  password: login.password,
});

interface Client {
  query(sql: string): Promise<Record<string, unknown>[]>;
  execute(sql: string, values: unknown[]): Promise<Record<string, unknown>[]>;
  ping(): Promise<unknown>;
  end(): Promise<void>;
}

const clients: Record<string, (login: LoginCredentials, user?: string) => Promise<Client>> = {
  mysql2: async (login, user) => {
    const connection = await mysql.createConnection({ ...options(login, user), dateStrings: true });
    return {
      query: async (sql) => (await connection.query(sql))[0] as Record<string, unknown>[],
      execute: async (sql, values) =>
        (await connection.execute(sql, values as string[]))[0] as Record<string, unknown>[],
      ping: () => connection.ping(),
      end: () => connection.end(),
    };
  },
  mariadb: async (login, user) => {
    const connection = await mariadb.createConnection({
      ...options(login, user),
      dateStrings: true,
      bigIntAsNumber: true,
    });
    return {
      query: (sql) => connection.query(sql),
      execute: (sql, values) => connection.execute(sql, values),
      ping: () => connection.ping(),
      end: () => connection.end(),
    };
  },
};

describe.each(Object.entries(clients))("%s", (name, connect) => {
  test("logs in to sys, starts a backup, watches it and cancels it", async () => {
    const client = await connect(sandbox().logins.sys);
    await client.query("ALTER SYSTEM BACKUP TENANT = mysql_tenant");
    const live = () => client.query("SELECT STATUS FROM oceanbase.CDB_OB_BACKUP_JOBS WHERE TENANT_ID = 1002");
    await expect.poll(live).toEqual([{ STATUS: "DOING" }]);
    await client.query("ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant");
    await expect.poll(live).toEqual([]);
    const ended = await client.query(
      "SELECT STATUS, RESULT FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY WHERE TENANT_ID = 1002",
    );
    expect(ended).toEqual([{ STATUS: "CANCELED", RESULT: -4072 }]);
    await client.end();
  });

  test("reads numbers, texts, times and NULL by query and by prepared statement", async () => {
    const client = await connect(sandbox().logins.sys);
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    const sql = "SELECT TENANT_ID, STATUS, START_TIMESTAMP, END_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_JOBS";
    const [row] = await client.query(sql);
    expect(row).toMatchObject({ TENANT_ID: 1002, END_TIMESTAMP: null });
    expect(String(row?.START_TIMESTAMP)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+$/);
    const [executed] = await client.execute(`${sql} WHERE TENANT_ID = ? AND STATUS <> ?`, [1002, "it's"]);
    expect(executed).toMatchObject({ TENANT_ID: 1002, STATUS: "DOING", END_TIMESTAMP: null });
    expect(String(executed?.START_TIMESTAMP).slice(0, 19)).toBe(String(row?.START_TIMESTAMP).slice(0, 19));
    await client.end();
  });

  test("reads the server's clock by query and by prepared statement", async () => {
    const client = await connect(sandbox().logins.sys);
    const { clock } = sandbox();
    clock.pause();
    clock.advance((Date.UTC(2031, 1, 3, 4, 5, 6) - clock.now()) / 1000);
    const times = { T: "2031-02-03 12:05:06" };
    expect(await client.query("SELECT NOW() AS T")).toEqual([times]);
    expect(await client.execute("SELECT NOW() AS T WHERE 1 = ?", [1])).toEqual([times]);
    await client.end();
  });

  test.each([
    ["a wrong password", "root@sys", "wrong", 1045],
    ["an unknown tenant", "root@nowhere", undefined, 1045],
    ["an unknown cluster", "root@sys#other", undefined, 4669],
  ])("is refused with %s", async (_, user, password, errno) => {
    const login = { ...sandbox().logins.sys, ...(password === undefined ? {} : { password }) };
    await expect(connect(login, user)).rejects.toMatchObject({ errno });
  });

  test.each(["root@sys", "root@sys#obdemo", "obdemo:sys:root", "root"])("logs in as %s", async (user) => {
    const client = await connect(sandbox().logins.sys, user);
    expect(await client.query("SELECT EFFECTIVE_TENANT() AS T")).toEqual([{ T: "sys" }]);
    await client.ping();
    await client.end();
  });

  test("gets the server's numbers for mistakes", async () => {
    const client = await connect(sandbox().logins.sys);
    const mistakes: [string, number][] = [
      ["SELEC 1", 1064],
      ["SELECT 1; SELECT 2", 1064],
      ["SELECT * FROM oceanbase.NO_SUCH_VIEW", 1146],
      ["SELECT * FROM oceanbase.__all_backup_job", 1146],
      ["SELECT NO_SUCH_COLUMN FROM oceanbase.CDB_OB_BACKUP_JOBS", 1054],
      ["SELECT NO_SUCH_FUNCTION()", 1305],
      ["SELECT * FROM CDB_OB_BACKUP_JOBS", 1046],
      ["USE nowhere", 1049],
      ["ALTER SYSTEM CANCEL BACKUP TENANT = Mysql_tenant", 5160],
    ];
    for (const [sql, errno] of mistakes) await expect(client.query(sql)).rejects.toMatchObject({ errno });
    await client.query("USE oceanbase");
    expect(await client.query("SELECT COUNT(*) AS N FROM CDB_OB_BACKUP_JOBS")).toEqual([{ N: 0 }]);
    await client.end();
  });

  test(`${name === "mysql2" ? "is let into" : "is kept out of"} an Oracle-mode tenant by the one bit it needs`, async () => {
    const login = sandbox().logins.oracleTenant;
    if (name === "mysql2") {
      const client = await connect(login);
      expect(await client.query("SELECT 1 AS ONE FROM DUAL")).toEqual([{ ONE: "1" }]);
      await client.end();
    } else {
      await expect(connect(login)).rejects.toMatchObject({ errno: 1235 });
    }
  });
});

test("a number without a sign is marked as one, and a TIMESTAMP of Oracle mode is bytes", async () => {
  sandbox().startBackup("oracle_tenant");
  await untilJobs(sandbox(), "DOING");
  sandbox().finishBackup("oracle_tenant");
  await untilJobs(sandbox());
  const UNSIGNED = 0x20;
  const sys = await mysql.createConnection(options(sandbox().logins.sys));
  const [, fields] = await sys.query(
    "SELECT START_REPLAY_SCN, BACKUP_SET_ID FROM oceanbase.CDB_OB_BACKUP_SET_FILES",
  );
  expect(fields.map(({ flags }) => Number(flags) & UNSIGNED)).toEqual([UNSIGNED, 0]);
  await sys.end();
  const inOracleMode = await mysql.createConnection({
    ...options(sandbox().logins.oracleTenant),
    typeCast: (field) => field.buffer(),
  });
  const sql = "SELECT START_REPLAY_SCN_DISPLAY AS T, START_TIMESTAMP AS S FROM SYS.DBA_OB_BACKUP_SET_FILES";
  const [[row]] = await inOracleMode.query<mysql.RowDataPacket[]>(sql);
  const started = String(row?.S);
  const bytes = row?.T as Buffer;
  const [century, year, ...others] = bytes.subarray(0, 7);
  expect([Number(century) * 100 + Number(year), ...others]).toEqual(started.split(/[-: ]/).map(Number));
  expect([bytes.length, bytes[11]]).toEqual([12, 9]);
  await inOracleMode.end();
});

test("a client that knows the authority logs in over TLS", async () => {
  const certificate = createCertificate();
  const secure = await startSandbox({ tls: certificate });
  const connection = await mariadb.createConnection({
    ...options(secure.logins.sys),
    host: "localhost",
    port: secure.port,
    ssl: { ca: certificate.ca },
  });
  expect(await connection.query("SELECT 1 AS ONE")).toEqual([{ ONE: 1n }]);
  await connection.end();
  await secure.stop();
});

test("fifty connections at once do not mix up their answers", async () => {
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const client = await (clients.mysql2 as NonNullable<(typeof clients)[string]>)(sandbox().logins.sys);
      for (let j = 0; j < 10; j += 1)
        expect(await client.query(`SELECT ${i * 100 + j} AS N`)).toEqual([{ N: i * 100 + j }]);
      await client.end();
    }),
  );
});
