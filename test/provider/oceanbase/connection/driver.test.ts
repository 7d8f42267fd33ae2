import { EventEmitter } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Connection,
  MAX_REPLY_BYTES,
  openConnection,
} from "../../../../provider/oceanbase/connection/driver.ts";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";

/*
 * What the driver is told, and what is made of its answers. That the driver does as it is told is in session.test.ts.
 */
const createConnection = vi.hoisted(() => vi.fn());
const authPlugins = { caching_sha2_password: vi.fn(() => () => () => "by the driver's own") };
vi.mock("mysql2", () => ({ createConnection, authPlugins }));

interface Cell {
  type: unknown;
  string(encoding: string): string | null;
  buffer(): Buffer | null;
}
let listening: Server;
let driver: EventEmitter & { serverCapabilityFlags: number; pause(): void; promise(): object };
let answer: [unknown, unknown] | Error;
/** What the driver gives a cell to, when rows come in. */
let typeCast: (cell: Cell) => string | null;

beforeEach(async () => {
  listening = createServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => listening.once("listening", resolve));
  driver = Object.assign(new EventEmitter(), {
    serverCapabilityFlags: 0,
    pause: vi.fn(),
    promise: () => ({
      query: async (options: { typeCast: typeof typeCast }) => {
        typeCast = options.typeCast;
        return answer instanceof Error ? Promise.reject(answer) : answer;
      },
    }),
  });
  createConnection.mockReset().mockImplementation(() => {
    setImmediate(() => driver.emit("connect"));
    return driver;
  });
});
afterEach(() => listening.close());

async function connected(changes: Partial<Login> = {}, host = "127.0.0.1"): Promise<Connection> {
  const { port } = listening.address() as { port: number };
  const endpoint = { host, port };
  const login = { endpoints: [endpoint], user: "root", tenant: "sys", connectTimeoutSeconds: 1, ...changes };
  const { signal } = new AbortController();
  return await openConnection(login as Login, endpoint, { timeoutMs: 1000, signal });
}

const optionsOf = () => createConnection.mock.calls[0]?.[0];

describe("the driver is told", () => {
  test("to take every value as text, one statement at a time, no file, and no login method but OceanBase's", async () => {
    const connection = await connected({ password: "pw", cluster: "prod" });
    expect(optionsOf()).toMatchObject({
      user: "root@sys#prod",
      password: "pw",
      connectTimeout: 1000,
      charset: "utf8mb4_general_ci",
      multipleStatements: false,
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      disableEval: true,
      flags: ["-LOCAL_FILES"],
      connectAttributes: { program_name: "pulumi-oceanbase-backup" },
    });
    const refused = ["caching_sha2_password", "sha256_password", "mysql_clear_password", "ob_sm3_password"];
    for (const plugin of refused) {
      expect(optionsOf().authPlugins[plugin]()).toThrow(`the login method ${plugin}`);
    }
    for (const option of ["database", "ssl"]) expect(optionsOf()).not.toHaveProperty(option);
    connection.destroy();
  });

  test("no password where there is none", async () => {
    (await connected()).destroy();
    expect(optionsOf()).not.toHaveProperty("password");
  });

  test("the whole of TLS, with the client's own certificate", async () => {
    const tls = { ca: "CA", cert: "CERT", key: "KEY", verifyHostName: true };
    (await connected({ tls }, "localhost")).destroy();
    // The driver's own: it sends the password inside TLS and takes no key.
    expect(optionsOf().authPlugins.caching_sha2_password({})()).toBe("by the driver's own");
    expect(authPlugins.caching_sha2_password).toHaveBeenCalledExactlyOnceWith();
    expect(optionsOf().ssl).toEqual({
      ca: "CA",
      cert: "CERT",
      key: "KEY",
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      verifyIdentity: true,
    });
  });

  test.each([
    ["localhost", false],
    ["127.0.0.1", true],
  ])(
    "for %s, where a name cannot or may not be compared, to check the certificate alone",
    async (host, verifyHostName) => {
      (await connected({ tls: { verifyHostName } }, host)).destroy();
      expect(optionsOf().ssl).toEqual({
        minVersion: "TLSv1.2",
        rejectUnauthorized: true,
        verifyIdentity: false,
      });
    },
  );
});

describe("an answer", () => {
  test("has upper-case names, and a value of a type that only OceanBase knows is read as text", async () => {
    answer = [[["1", null]], [{ name: "job_id" }, { name: "Path" }]];
    const connection = await connected();
    expect(await connection.query("SELECT")).toEqual([{ JOB_ID: "1", PATH: null }]);
    const string = (encoding: string) => `text as ${encoding}`;
    const bytes = { type: undefined, string, buffer: () => Buffer.from("é") };
    expect(typeCast(bytes)).toBe("é");
    expect(typeCast({ ...bytes, buffer: () => null })).toBeNull();
    expect(typeCast({ ...bytes, type: "VARCHAR" })).toBe("text as utf8");
    connection.destroy();
  });

  test("to a statement without rows is no row", async () => {
    answer = [{ affectedRows: 0 }, undefined];
    const connection = await connected();
    expect(await connection.query("ALTER SYSTEM")).toEqual([]);
    connection.destroy();
  });

  test.each([
    ["with rows, then without", [[["1"]], {}], [[{ name: "A" }], undefined]],
    ["without rows, then with", [{}, [["1"]]], [undefined, [{ name: "A" }]]],
  ])("of several results is a failure that ends the connection: %s", async (_, result, fields) => {
    answer = [result, fields];
    const connection = await connected();
    await expect(connection.query("SELECT 1; SELECT 2")).rejects.toEqual({
      code: "SEVERAL_RESULTS",
      fatal: true,
    });
    connection.destroy();
  });
});

test("a connection whose attempt was aborted before it began is never made", async () => {
  const endpoint = { host: "127.0.0.1", port: (listening.address() as { port: number }).port };
  const login = { endpoints: [endpoint], user: "root", tenant: "sys", connectTimeoutSeconds: 1 } as Login;
  const opening = openConnection(login, endpoint, { timeoutMs: 1000, signal: AbortSignal.abort() });
  await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  expect(createConnection).not.toHaveBeenCalled();
});

test("a login that a server does not end ends a moment after its time, when the driver has had its say", async () => {
  createConnection.mockImplementation(() => driver);
  const { port } = listening.address() as { port: number };
  const endpoint = { host: "127.0.0.1", port };
  const login = { endpoints: [endpoint], user: "root", tenant: "sys", connectTimeoutSeconds: 1 } as Login;
  const opening = (signal: AbortSignal) => openConnection(login, endpoint, { timeoutMs: 300, signal });
  const startedAt = Date.now();
  await expect(opening(new AbortController().signal)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  expect(Date.now() - startedAt).toBeGreaterThan(500);
  await expect(opening(AbortSignal.timeout(20))).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a connection was not used at first, says once that it is over, and logs out when it is told to", async () => {
  const [connection, end] = [await connected(), vi.fn()];
  expect(connection.isFresh).toBe(true);
  driver.promise = () => ({ end }) as never;
  await connection.end();
  expect(end).toHaveBeenCalledOnce();
  const closed = vi.fn();
  connection.onClose(closed);
  expect(closed).not.toHaveBeenCalled();
  connection.destroy();
  connection.destroy();
  expect(closed).toHaveBeenCalledOnce();
  const later = vi.fn();
  connection.onClose(later);
  expect(later).toHaveBeenCalledOnce();
});

test("a reply that is too long ends the connection while it is awaited", async () => {
  listening.on("connection", (client) => {
    client.on("error", () => {});
    client.write(Buffer.alloc(MAX_REPLY_BYTES + 1));
  });
  const connection = await connected();
  const { stream } = optionsOf();
  // As the driver does it: what is awaited fails with the connection.
  const query = () => new Promise((_, reject) => stream.once("close", () => reject(new Error("closed"))));
  driver.promise = () => ({ query });
  const asked = connection.query("SELECT");
  stream.resume();
  await expect(asked).rejects.toEqual({ code: "REPLY_TOO_LARGE", fatal: true });
  expect(connection.isOver).toBe(true);
});

describe("a connection is over", () => {
  const open = () => new Promise((resolve) => listening.getConnections((_, count) => resolve(count)));

  test("when its login fails, and leaves no socket behind", async () => {
    createConnection.mockImplementation(() => {
      setImmediate(() => driver.emit("error", { code: "HANDSHAKE_SSL_ERROR" }));
      return driver;
    });
    await expect(connected()).rejects.toEqual({ code: "HANDSHAKE_SSL_ERROR" });
    await expect.poll(open).toBe(0);
  });

  test("when the driver says so later", async () => {
    const connection = await connected();
    expect(connection.isOver).toBe(false);
    driver.emit("error", new Error("read ECONNRESET"));
    expect(connection.isOver).toBe(true);
    await expect.poll(open).toBe(0);
  });

  test("when a server offers query attributes, which OceanBase never does", async () => {
    driver.serverCapabilityFlags = 0x0800_0000;
    await expect(connected()).rejects.toEqual({ code: "QUERY_ATTRIBUTES_OFFERED" });
    await expect.poll(open).toBe(0);
  });

  test("when packets come out of order, and nothing that came with them counts", async () => {
    const connection = await connected();
    answer = [[["1"]], [{ name: "a" }]];
    driver.emit("warn", new Error("packets out of order"));
    expect(driver.pause).toHaveBeenCalled();
    await expect(connection.query("SELECT")).rejects.toEqual({ code: "PACKETS_OUT_OF_ORDER", fatal: true });
    expect(connection.isOver).toBe(true);
  });
});

test.each([
  ["the server refuses does not end", { sqlMessage: "no" }, undefined],
  ["fails without the server's answer ends", {}, true],
])("a statement that %s the connection", async (_, details, fatal) => {
  const connection = await connected();
  answer = Object.assign(new Error("no"), details);
  expect(((await connection.query("SELECT").catch((error) => error)) as { fatal?: boolean }).fatal).toBe(
    fatal,
  );
  connection.destroy();
});
