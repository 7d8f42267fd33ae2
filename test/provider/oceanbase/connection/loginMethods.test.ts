import { afterEach, describe, expect, test } from "vitest";
import type { Handshake } from "../../../../provider/oceanbase/connection/handshake.ts";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { createCertificate, type ServerCertificate } from "../../../../sdk/sandbox/certificates.ts";
import { type Sandbox, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import type { PasswordMethod } from "../../../../sdk/sandbox/versions.ts";
import { loginOf } from "../../../tools/support/sandbox.ts";

const started: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of started.splice(0)) await sandbox.stop();
});

/** A server whose administrator logs in by this method. */
async function serverWith(method: PasswordMethod, certificate?: ServerCertificate): Promise<Sandbox> {
  const sandbox = await startSandbox({ version: "4.4.2", ...(certificate ? { tls: certificate } : {}) });
  started.push(sandbox);
  sandbox.setPasswordMethod("sys", "root", method);
  return sandbox;
}

/** Logs in, reads, leaves, and tells how it was logged in. */
async function logIn(sandbox: Sandbox, change: Partial<Login> = {}): Promise<Handshake | undefined> {
  const session = await openSession({ ...loginOf(sandbox, sandbox.logins.sys), ...change });
  try {
    await session.read("SELECT 1 AS ONE", "asking");
    return session.handshake;
  } finally {
    session.close();
  }
}

const inside = ({ ca }: ServerCertificate): Partial<Login> => ({ tls: { ca, verifyHostName: false } });

describe("an account with caching_sha2_password", () => {
  test("logs in inside TLS in full, then in short, and in full after a restart", async () => {
    const certificate = createCertificate();
    const sandbox = await serverWith("caching_sha2_password", certificate);
    const known = { loginMethod: "caching_sha2_password", encryption: "TLSv1.3, TLS_AES_256_GCM_SHA384" };
    expect(await logIn(sandbox, inside(certificate))).toEqual(known);
    expect(await logIn(sandbox, inside(certificate))).toEqual(known);
    await sandbox.stop();
    await sandbox.start();
    expect(await logIn(sandbox, inside(certificate))).toEqual(known);
    const wrong = logIn(sandbox, { ...inside(certificate), password: "wrong" });
    await expect(wrong).rejects.toMatchObject({ kind: "refused", errno: 1045 });
  });

  test("is refused without TLS by a message with the method and what to do", async () => {
    const sandbox = await serverWith("caching_sha2_password");
    await expect(logIn(sandbox)).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /^logging in as root@sys at \S+: the server asks for the login method caching_sha2_password; it is safe only inside TLS with a checked certificate, so the password was not sent; set connection\.tls, or give the account mysql_native_password$/,
      ),
    });
  });

  test("is not sent the password when the certificate cannot be checked", async () => {
    const certificate = createCertificate();
    const sandbox = await serverWith("caching_sha2_password", certificate);
    const other = inside(createCertificate());
    await expect(logIn(sandbox, other)).rejects.toThrow(/TLS failed; .* so the password was not sent/);
  });
});

test("a login by OceanBase's own method says so, inside TLS and without it", async () => {
  const certificate = createCertificate();
  const sandbox = await serverWith("mysql_native_password", certificate);
  const loginMethod = "mysql_native_password";
  expect(await logIn(sandbox)).toEqual({ loginMethod });
  const encryption = "TLSv1.3, TLS_AES_256_GCM_SHA384";
  expect(await logIn(sandbox, inside(certificate))).toEqual({ loginMethod, encryption });
});

test("an account with ob_sm3_password is refused by its name", async () => {
  const sandbox = await serverWith("ob_sm3_password");
  await expect(logIn(sandbox)).rejects.toThrow(
    /login method ob_sm3_password; no MySQL driver knows it; give the account mysql_native_password or caching_sha2_password$/,
  );
});
