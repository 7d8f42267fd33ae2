import mariadb from "mariadb";
import mysql, { type ConnectionOptions } from "mysql2/promise";
import { afterEach, describe, expect, test } from "vitest";
import { createCertificate, type ServerCertificate } from "../../../sdk/sandbox/certificates.ts";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { type PasswordMethod, VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";

const started: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of started.splice(0)) await sandbox.stop();
});

/** A sandbox in which root@sys logs in by this method. */
async function withMethod(
  method: PasswordMethod,
  tls?: ServerCertificate,
  version: VersionName = "4.4.2",
): Promise<Sandbox> {
  const sandbox = await startSandbox({ version, ...(tls === undefined ? {} : { tls }) });
  started.push(sandbox);
  sandbox.setPasswordMethod("sys", "root", method);
  return sandbox;
}

const options = (sandbox: Sandbox, password = sandbox.logins.sys.password) => ({
  host: "localhost",
  port: sandbox.port,
  user: "root@sys",
  password,
});

/** What the server asked mysql2 for during a login: another method, and to take its public key. */
async function logIn(sandbox: Sandbox, password?: string, ca?: string): Promise<string[]> {
  const asked: string[] = [];
  const { authPlugins } = await import("mysql2");
  const standard = (
    authPlugins as unknown as Record<string, (options?: object) => (context: object) => unknown>
  ).caching_sha2_password;
  const connection = await mysql
    .createConnection({
      ...options(sandbox, password),
      ...(ca === undefined ? {} : { ssl: { ca } }),
      authPlugins: {
        caching_sha2_password: (context: object) => {
          asked.push("caching_sha2_password");
          return standard?.({ onServerPublicKey: () => asked.push("public key") })(context);
        },
        ob_sm3_password: () => {
          asked.push("ob_sm3_password");
          return () => Buffer.alloc(32);
        },
      },
    } as unknown as ConnectionOptions)
    .catch((error) => {
      throw Object.assign(error, { asked });
    });
  await connection.end();
  return asked;
}

describe("an account with caching_sha2_password", () => {
  test.each([
    ["in plain text", false],
    ["over TLS", true],
  ])("lets two clients in (%s), and a wrong password not", async (_, secure) => {
    const certificate = secure ? createCertificate() : undefined;
    const sandbox = await withMethod("caching_sha2_password", certificate);
    const keys = secure ? [] : ["public key"];
    expect(await logIn(sandbox, undefined, certificate?.ca)).toEqual(["caching_sha2_password", ...keys]);
    await expect(logIn(sandbox, "wrong", certificate?.ca)).rejects.toMatchObject({ errno: 1045 });
    const connection = await mariadb.createConnection({
      ...options(sandbox),
      ...(certificate === undefined ? { allowPublicKeyRetrieval: true } : { ssl: { ca: certificate.ca } }),
    });
    expect(await connection.query("SELECT 1 AS ONE")).toEqual([{ ONE: 1n }]);
    await connection.end();
  });

  test("asks for the full password once, and again after a restart of the server", async () => {
    const sandbox = await withMethod("caching_sha2_password");
    const inFull = ["caching_sha2_password", "public key"];
    expect(await logIn(sandbox)).toEqual(inFull);
    expect(await logIn(sandbox)).toEqual(["caching_sha2_password"]);
    await sandbox.stop();
    await sandbox.start();
    expect(await logIn(sandbox)).toEqual(inFull);
  });

  test("is known by its password: a new one is asked for in full, the old one is wrong", async () => {
    const sandbox = await withMethod("caching_sha2_password");
    await logIn(sandbox);
    sandbox.cluster.tenants.setPassword("sys", "root", "new");
    expect(await logIn(sandbox, "new")).toEqual(["caching_sha2_password", "public key"]);
    await expect(logIn(sandbox)).rejects.toMatchObject({ errno: 1045 });
  });

  test("and no password is not asked for one", async () => {
    const sandbox = await withMethod("caching_sha2_password");
    sandbox.cluster.tenants.setPassword("sys", "root", "");
    expect(await logIn(sandbox, "")).toEqual([]);
    await expect(logIn(sandbox, "wrong")).rejects.toMatchObject({ errno: 1045 });
  });

  test("leaves the other accounts of the server as they are", async () => {
    const sandbox = await withMethod("caching_sha2_password");
    const { password } = sandbox.logins.mysqlTenant;
    const connection = await mysql.createConnection({
      ...options(sandbox, password),
      user: "root@mysql_tenant",
    });
    await connection.end();
  });

  test("counts as one login each time", async () => {
    const sandbox = await withMethod("caching_sha2_password");
    await logIn(sandbox);
    await logIn(sandbox);
    expect(sandbox.log.logins).toBe(2);
  });
});

test("an account with ob_sm3_password is asked by that name, and no answer is right", async () => {
  const sandbox = await withMethod("ob_sm3_password");
  await expect(logIn(sandbox)).rejects.toMatchObject({ errno: 1045, asked: ["ob_sm3_password"] });
});

test.each(VERSIONS)("accounts can have on %s the methods of that version", (version) => {
  const sandbox = new Sandbox({ clock: manualClock(), version });
  const methods = (["caching_sha2_password", "ob_sm3_password"] as const).filter((method) => {
    try {
      sandbox.setPasswordMethod("sys", "root", method);
      return true;
    } catch {
      return false;
    }
  });
  const expected: Partial<Record<VersionName, PasswordMethod[]>> = {
    "4.4.2": ["caching_sha2_password", "ob_sm3_password"],
    "4.6.0": ["caching_sha2_password"],
  };
  expect(methods).toEqual(expected[version] ?? []);
});

test("a method that the version does not have is refused for a new account as well", () => {
  const sandbox = new Sandbox({ clock: manualClock(), version: "4.5.0" });
  const user = { name: "x", password: "y", alterSystem: true, method: "caching_sha2_password" as const };
  expect(() => sandbox.addUser("sys", user)).toThrow(
    "OceanBase 4.5.0 has no accounts with caching_sha2_password",
  );
});
