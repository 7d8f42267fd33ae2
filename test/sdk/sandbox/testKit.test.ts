import mysql from "mysql2/promise";
import { afterEach, describe, expect, test } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../sdk/sandbox/index.ts";
import { driverOptions } from "../../tools/support/driverOptions.ts";

/*
 * What `pulumi-oceanbase-backup/sandbox` exports, used as a test of a user would use it: time stands still and is moved by hand.
 */
const started: { end(): Promise<void> }[] = [];
afterEach(async () => {
  for (const { end } of started.splice(0).reverse()) await end();
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ speed: 0, ...options });
  started.push({ end: () => sandbox.stop() });
  return sandbox;
}

/** A session by the variables that the sandbox says lead to it. */
async function connect(sandbox: Sandbox, tenant?: string): Promise<mysql.Connection> {
  const connection = await mysql.createConnection(driverOptions(sandbox.environment(tenant)));
  started.push({ end: async () => connection.destroy() });
  return connection;
}

const CANCEL = "ALTER SYSTEM CANCEL BACKUP TENANT = `shop`";
const SHOP = { tenants: { shop: "MYSQL" } } as const;

describe("a sandbox", () => {
  test("has an administrator in each tenant, and a reader, each with a password of its own", async () => {
    const sandbox = await start();
    expect(sandbox.logins.map(({ user, tenant }) => `${user}@${tenant}`)).toEqual([
      "root@sys",
      "reader@sys",
      "root@mysql_tenant",
      "SYS@oracle_tenant",
    ]);
    expect(new Set(sandbox.logins.map(({ password }) => password)).size).toBe(4);
    expect(sandbox.login("sys").user).toBe("root");
    expect(() => sandbox.login("shop")).toThrow("no account in tenant shop");
  });

  test("has the tenants that were asked for, and no other", async () => {
    const sandbox = await start({ tenants: { shop: "MYSQL", ledger: "ORACLE" } });
    const connection = await connect(sandbox);
    const [rows] = await connection.query(
      "SELECT TENANT_NAME, COMPATIBILITY_MODE FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_TYPE = 'USER'",
    );
    expect(rows).toEqual([
      { TENANT_NAME: "shop", COMPATIBILITY_MODE: "MYSQL" },
      { TENANT_NAME: "ledger", COMPATIBILITY_MODE: "ORACLE" },
    ]);
    await (await connect(sandbox, "ledger")).query("SELECT 1 FROM DUAL");
  });

  test("plays the version that was asked for, and refuses one that it does not know", async () => {
    const sandbox = await start({ version: "4.6.0" });
    expect(sandbox.version).toBe("4.6.0");
    const [rows] = await (await connect(sandbox)).query("SELECT OB_VERSION() AS V");
    expect(rows).toEqual([{ V: "4.6.0.0" }]);
    await expect(start({ version: "3.1.5" as "4.6.0" })).rejects.toThrow("version 3.1.5 is not played");
  });

  test("encrypts where that was asked for, with a certificate for its host", async () => {
    const sandbox = await start({ tls: true });
    expect(sandbox.host).toBe("localhost");
    const [rows] = await (await connect(sandbox)).query("SELECT 1 AS ONE");
    expect(rows).toEqual([{ ONE: 1 }]);
    const plain = await start();
    expect([plain.host, plain.ca]).toEqual(["127.0.0.1", undefined]);
  });

  test("that has stopped lets nobody in, and its log can still be read", async () => {
    const sandbox = await start(SHOP);
    await (await connect(sandbox)).query(CANCEL);
    await sandbox.stop();
    await expect(connect(sandbox)).rejects.toThrow("ECONNREFUSED");
    expect(sandbox.cancels).toEqual([CANCEL]);
  });
});

describe("a tenant", () => {
  test("that is added can be logged in to and backed up, and is gone when it is dropped", async () => {
    const sandbox = await start(SHOP);
    expect(sandbox.addTenant("ledger", "ORACLE")).toMatchObject({ tenant: "ledger", user: "SYS" });
    await connect(sandbox, "ledger");
    sandbox.startBackup("ledger");
    expect(sandbox.jobs).toEqual([{ tenant: "ledger", jobId: "1", status: "INIT" }]);
    sandbox.dropTenant("ledger");
    expect(sandbox.jobs).toEqual([]);
    expect(sandbox.logins.map(({ tenant }) => tenant)).toEqual(["sys", "sys", "shop"]);
  });
});

describe("a backup", () => {
  test("runs until it is cancelled, which its thread notices within half a minute", async () => {
    const sandbox = await start(SHOP);
    sandbox.startBackup("shop");
    sandbox.advance(24 * 3600);
    const job = { tenant: "shop", jobId: "1" };
    expect(sandbox.jobs).toEqual([{ ...job, status: "DOING" }]);
    await (await connect(sandbox)).query(CANCEL);
    expect(sandbox.jobs).toEqual([{ ...job, status: "CANCELING" }]);
    sandbox.advance(35);
    expect(sandbox.jobs).toEqual([{ ...job, status: "CANCELED" }]);
  });

  test("is done after the time that was asked for", async () => {
    const sandbox = await start({ ...SHOP, backupSeconds: 100 });
    sandbox.startBackup("shop");
    sandbox.advance(60);
    expect(sandbox.jobs).toMatchObject([{ status: "DOING" }]);
    sandbox.advance(100);
    expect(sandbox.jobs).toMatchObject([{ status: "COMPLETED" }]);
  });

  test.each(["COMPLETED", "FAILED"] as const)("ends as %s when the test says so", async (status) => {
    const sandbox = await start(SHOP);
    sandbox.startBackup("shop");
    sandbox.advance(10);
    sandbox.finishBackup("shop", status);
    sandbox.advance(10);
    expect(sandbox.jobs).toMatchObject([{ status }]);
  });

  test("is incremental where that is asked for, when there is a full one", async () => {
    const sandbox = await start(SHOP);
    sandbox.startBackup("shop");
    expect(() => sandbox.finishBackup("shop")).toThrow("no backup of tenant shop is DOING");
    sandbox.advance(10);
    sandbox.finishBackup("shop");
    sandbox.advance(60);
    sandbox.startBackup("shop", "incremental");
    const [rows] = await (await connect(sandbox)).query(
      "SELECT BACKUP_TYPE FROM oceanbase.CDB_OB_BACKUP_JOBS",
    );
    expect(rows).toEqual([{ BACKUP_TYPE: "INC" }]);
  });

  test("of the cluster has a job in sys and one in each tenant that it is for", async () => {
    const sandbox = await start({ tenants: { shop: "MYSQL", ledger: "MYSQL" } });
    sandbox.startClusterBackup(["shop"]);
    sandbox.advance(5);
    expect(sandbox.jobs.map(({ tenant }) => tenant)).toEqual(["sys", "shop"]);
  });
});

describe("the statement log", () => {
  test("has who sent what, when, and what came of it, until it is cleared", async () => {
    const sandbox = await start(SHOP);
    const before = Date.now();
    const connection = await connect(sandbox, "shop");
    await expect(connection.query(CANCEL)).rejects.toMatchObject({ errno: 1235 });
    await connection.query("ALTER SYSTEM CANCEL BACKUP");
    const [refused, done] = sandbox.statements.slice(-2);
    expect(refused).toMatchObject({ login: "root@shop", sql: CANCEL, outcome: 1235 });
    expect(done).toMatchObject({ sql: "ALTER SYSTEM CANCEL BACKUP", outcome: "ok" });
    expect(done?.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(sandbox.cancels).toEqual([CANCEL, "ALTER SYSTEM CANCEL BACKUP"]);
    sandbox.clearStatements();
    expect(sandbox.statements).toEqual([]);
  });
});

describe("a fault", () => {
  /** A tenant with a running backup, and a session in sys. */
  async function scene() {
    const sandbox = await start(SHOP);
    sandbox.startBackup("shop");
    return { sandbox, connection: await connect(sandbox) };
  }

  test("is an error instead of the work, with the server's own text", async () => {
    const { sandbox, connection } = await scene();
    sandbox.injectError(/CANCEL BACKUP/, { errno: 9041 });
    await expect(connection.query(CANCEL)).rejects.toMatchObject({
      errno: 9041,
      message: "cancel backup do not allow",
    });
    expect(sandbox.jobs).toMatchObject([{ status: "INIT" }]);
    expect(sandbox.statements.at(-1)).toMatchObject({ outcome: 9041 });
  });

  test("is an error when the work is done, with another text, at those that were meant", async () => {
    const { sandbox, connection } = await scene();
    const error = { errno: 4016, message: "broken", when: "after", nth: 2, times: 2 } as const;
    sandbox.injectError(/BACKUP/, error);
    await connection.query("SELECT JOB_ID FROM oceanbase.CDB_OB_BACKUP_JOBS");
    await expect(connection.query(CANCEL)).rejects.toThrow("broken");
    expect(sandbox.jobs).toMatchObject([{ status: "CANCELING" }]);
    await expect(connection.query(CANCEL)).rejects.toThrow("broken");
    await connection.query(CANCEL);
  });

  test.each([
    ["before", "INIT"],
    ["after", "CANCELING"],
  ] as const)("is a cut %s the work", async (when, status) => {
    const { sandbox, connection } = await scene();
    sandbox.injectCut(/CANCEL BACKUP/, { when });
    await expect(connection.query(CANCEL)).rejects.toThrow("closed");
    expect(sandbox.jobs).toMatchObject([{ status }]);
    expect(sandbox.statements.at(-1)).toMatchObject({ sql: CANCEL, outcome: "cut" });
  });

  test("is a login that is refused", async () => {
    const sandbox = await start(SHOP);
    sandbox.injectError(/^login root@shop/, { errno: 1045 });
    await expect(connect(sandbox, "shop")).rejects.toMatchObject({ errno: 1045 });
    await connect(sandbox, "shop");
  });
});
