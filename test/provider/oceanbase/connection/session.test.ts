import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { createCertificate } from "../../../../sdk/sandbox/certificates.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf } from "../../../tools/support/sandbox.ts";
import { startStandIn, useSessions } from "../../../tools/support/sessions.ts";

const { sandbox, sysLogin } = useSessions();

/** The error that opening a session ends with. */
async function openingError(login: Login): Promise<OceanBaseError> {
  const error = await openSession(login).then(
    () => new Error("the session was opened"),
    (failure: unknown) => failure,
  );
  if (!(error instanceof OceanBaseError)) throw error;
  return error;
}

describe("a login", () => {
  test.each(["sys", "mysqlTenant", "oracleTenant"] as const)(
    "works for %s, directly and by cluster name",
    async (who) => {
      for (const changes of [{}, { cluster: "obdemo" }]) {
        const session = await openSession(loginOf(sandbox(), sandbox().logins[who], changes));
        expect(await session.read("SELECT EFFECTIVE_TENANT() AS T FROM DUAL", "asking")).toEqual([
          { T: sandbox().logins[who].tenant },
        ]);
        await session.close();
      }
    },
  );

  test.each([
    ["a wrong password", { password: "not-the-password" }, 1045],
    ["an unknown user", { user: "unknown" }, 1045],
    ["an unknown tenant", { tenant: "nowhere" }, 1045],
    ["an unknown cluster", { cluster: "other" }, 4669],
  ] as const)(
    "with %s is refused in one line with the address, the tenant and what to check",
    async (_, changes, errno) => {
      const login = sysLogin(changes);
      const error = await openingError(login);
      expect(error).toMatchObject({ kind: "refused", errno });
      expect(error.message).toContain(`@${login.tenant}`);
      expect(error.message).toContain(`127.0.0.1:${sandbox().port}`);
      expect(error.message).toContain("check connection");
      expect(error.message).not.toContain(login.password);
      expect(error.message).not.toContain("\n");
    },
  );

  test("to a locked tenant is refused with the number of that reason", async () => {
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    const error = await openingError(loginOf(sandbox(), sandbox().logins.mysqlTenant));
    expect(error).toMatchObject({ kind: "refused", errno: 5260 });
  });

  test("to an Oracle-mode tenant that refuses the driver names the version that is needed", async () => {
    const message = "Oracle tenant for current client driver is not supported";
    sandbox().faults.inject({
      match: /^login SYS@oracle_tenant/,
      act: { kind: "error", errno: 1235, sqlState: "0A000", message },
    });
    const error = await openingError(loginOf(sandbox(), sandbox().logins.oracleTenant));
    expect(error).toMatchObject({ kind: "refused", errno: 1235 });
    expect(error.message).toContain("mysql2 3.21");
  });

  test("names every endpoint that was tried, and uses the first that answers", async () => {
    const dead = await closedPort();
    const port = sandbox().port;
    const away = { host: "127.0.0.1", port: dead };
    const error = await openingError(sysLogin({ endpoints: [away, away] }));
    expect(error.kind).toBe("unreachable");
    expect(error.message.split(`127.0.0.1:${dead}`)).toHaveLength(3);

    const session = await openSession(sysLogin({ endpoints: [away, { host: "127.0.0.1", port }] }));
    expect(session.address).toBe(`root@sys at 127.0.0.1:${port}`);
    await session.close();
  });

  test("with a wrong password is not tried at the next endpoint", async () => {
    const here = { host: "127.0.0.1", port: sandbox().port };
    const login = sysLogin({ password: "wrong", endpoints: [here, here] });
    expect((await openingError(login)).errno).toBe(1045);
    expect(sandbox().log.logins).toBe(1);
  });

  test("to a server that is busy is tried again, for as long as a connection may take", async () => {
    const busy = (times: number) =>
      sandbox().faults.inject({ match: /^login/, times, act: { kind: "error", errno: 1040 } });
    busy(2);
    const session = await openSession(sysLogin());
    expect(sandbox().log.logins).toBe(3);
    session.close();
    busy(1000);
    const startedAt = Date.now();
    const error = await openingError(sysLogin({ tenant: "mysql_tenant", connectTimeoutSeconds: 1 }));
    expect(Date.now() - startedAt).toBeLessThan(2000);
    // The only endpoint's error is the login's, with its number.
    expect(error).toMatchObject({ kind: "transient", errno: 1040 });
    expect(sandbox().log.logins).toBeGreaterThan(4);
  });

  test("to a server that does not answer says for how long it was waited for", async () => {
    const silent = await startStandIn();
    const error = await openingError(sysLogin({ endpoints: [silent.endpoint], connectTimeoutSeconds: 1 }));
    expect(error.message).toMatch(/^logging in as .*: no answer within 1 s; check connection\.host/);
    expect(silent.accepted()).toBe(1);
    silent.stop();
  });

  test("suspects a line end at the end of a password, and not within it", async () => {
    const said = async (password: string) => (await openingError(sysLogin({ password }))).message;
    for (const password of ["wrong\n", "wrong\r"])
      expect(await said(password)).toContain("ends in a line end");
    for (const password of ["wr\nong", ""]) expect(await said(password)).not.toContain("line end");
  });

  test("to a host name that does not exist fails with that reason", async () => {
    const endpoints: Login["endpoints"] = [{ host: "no-such-host.invalid", port: 2881 }];
    const error = await openingError(sysLogin({ endpoints }));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toMatch(/host name/);
  });
});

test("a login over TLS accepts a trusted certificate, and may leave its host name unchecked", async () => {
  for (const [dnsName, verifyHostName] of [
    ["localhost", true],
    ["elsewhere.example", false],
  ] as const) {
    const certificate = createCertificate({ dnsNames: [dnsName] });
    const secure = await startSandbox({ tls: certificate });
    const endpoints: Login["endpoints"] = [{ host: "localhost", port: secure.port }];
    const tls = { ca: certificate.ca, verifyHostName };
    const session = await openSession(loginOf(secure, secure.logins.sys, { endpoints, tls }));
    expect(await session.read("SELECT 1 AS ONE", "asking")).toEqual([{ ONE: "1" }]);
    await session.close();
    await secure.stop();
  }
});

describe("a read", () => {
  test("gives every value as text under an upper-case name, and loses no digit", async () => {
    const session = await openSession(sysLogin());
    const rows = await session.read(
      "SELECT 9223372036854775807 AS big, NULL AS none, 'x' AS text_, tenant_id FROM oceanbase.DBA_OB_TENANTS WHERE tenant_id = 1",
      "asking",
    );
    expect(rows).toEqual([{ BIG: "9223372036854775807", NONE: null, TEXT_: "x", TENANT_ID: "1" }]);
    await session.close();
  });

  test.each(["cut before", "cut after", "stall"] as const)(
    "is repeated after a lost connection, and fails at its deadline (%s)",
    async (kind) => {
      const session = await openSession(sysLogin());
      sandbox().faults.inject({ match: /SELECT 1/, act: { kind } });
      // A reply that never comes uses the time of the read up: there is none left to repeat it.
      const read = session.within(kind === "stall" ? 1500 : 10_000).read("SELECT 1 AS ONE", "asking");
      if (kind === "stall") await expect(read).rejects.toMatchObject({ kind: "unreachable" });
      else expect(await read).toEqual([{ ONE: "1" }]);
      await session.close();
    },
  );

  test("is repeated while the server is busy, and not after its deadline", async () => {
    const session = await openSession(sysLogin());
    sandbox().faults.inject({ match: /SELECT 1/, times: 2, act: { kind: "error", errno: 4012 } });
    expect(await session.read("SELECT 1 AS ONE", "asking")).toEqual([{ ONE: "1" }]);
    sandbox().faults.inject({ match: /SELECT 1/, times: 100, act: { kind: "error", errno: 4012 } });
    const startedAt = Date.now();
    await expect(session.within(1000).read("SELECT 1 AS ONE", "asking")).rejects.toMatchObject({
      errno: 4012,
    });
    expect(Date.now() - startedAt).toBeLessThan(2000);
    await session.close();
  });

  test.each([
    [4064, 2],
    [5066, 2],
    [8001, 2],
    [8002, 2],
    [4012, 1],
  ])("is repeated after error %i on connection number %i", async (errno, logins) => {
    const session = await openSession(sysLogin());
    sandbox().faults.inject({ match: /SELECT 1/, act: { kind: "error", errno } });
    expect(await session.read("SELECT 1 AS ONE", "asking")).toEqual([{ ONE: "1" }]);
    expect(sandbox().log.logins).toBe(logins);
    await session.close();
  });

  test("that the server refuses is not repeated", async () => {
    const session = await openSession(sysLogin());
    await expect(session.read("SELECT * FROM oceanbase.NO_SUCH_VIEW", "asking")).rejects.toMatchObject({
      errno: 1146,
    });
    expect(sandbox().log.matching(/NO_SUCH_VIEW/)).toHaveLength(1);
    await session.close();
  });

  test("goes to another endpoint when the first server has gone away", async () => {
    const second = await startSandbox();
    second.cluster.tenants.setPassword("sys", "root", sandbox().logins.sys.password);
    const endpoints: Login["endpoints"] = [
      { host: "127.0.0.1", port: sandbox().port },
      { host: "127.0.0.1", port: second.port },
    ];
    const session = await openSession(sysLogin({ endpoints }));
    await sandbox().stop();
    expect(await session.read("SELECT 1 AS ONE", "asking")).toEqual([{ ONE: "1" }]);
    expect(session.address).toContain(String(second.port));
    await session.close();
    await second.stop();
  });
});

describe("a statement", () => {
  test.each(["cut before", "cut after"] as const)(
    "is sent once even when the connection ends: %s",
    async (kind) => {
      const session = await openSession(sysLogin());
      sandbox().faults.inject({ match: /CANCEL/, act: { kind } });
      await expect(session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling")).rejects.toMatchObject({
        kind: "unreachable",
        outcomeUnknown: true,
      });
      expect(sandbox().log.cancels).toHaveLength(1);
      await session.close();
    },
  );

  test("without a reply ends at the reply timeout, and its effect is unknown", async () => {
    const login = sysLogin({ replyTimeoutSeconds: 0.3 });
    const session = await openSession(login);
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "stall" } });
    await expect(session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling")).rejects.toMatchObject({
      kind: "unreachable",
      outcomeUnknown: true,
      message: expect.stringContaining("no reply within 1 s"),
    });
    await session.close();
  });
});

describe("a caller that cancels", () => {
  test("ends a login and a read at once", async () => {
    const controller = new AbortController();
    const session = await openSession(sysLogin(), {
      signal: controller.signal,
    });
    sandbox().faults.inject({ match: /SELECT 1/, act: { kind: "stall" } });
    const read = session.read("SELECT 1 AS ONE", "asking");
    setTimeout(() => controller.abort(), 50);
    await expect(read).rejects.toMatchObject({
      kind: "aborted",
      message: expect.stringMatching(/^asking as .*: cancelled by the caller$/),
    });
    await expect(openSession(sysLogin(), { signal: controller.signal })).rejects.toMatchObject({
      kind: "aborted",
      message: expect.stringMatching(/^logging in as root@sys at .*: cancelled by the caller$/),
    });
  });

  test("ends the pause before a read is tried again", async () => {
    const controller = new AbortController();
    const session = await openSession(sysLogin(), {
      signal: controller.signal,
    });
    sandbox().faults.inject({ match: /SELECT 1/, times: 1000, act: { kind: "error", errno: 4023 } });
    const read = session.within(60_000).read("SELECT 1 AS ONE", "asking");
    await expect.poll(() => sandbox().log.matching(/SELECT 1/).length).toBeGreaterThan(1);
    controller.abort();
    await expect(read).rejects.toMatchObject({
      kind: "aborted",
      message: expect.stringMatching(/^asking as root@sys at 127\.0\.0\.1:\d+: cancelled by the caller$/),
    });
    await session.close();
  });
});

test("a session that is closed, even twice, leaves no connection open", async () => {
  const session = await openSession(sysLogin());
  expect(sandbox().openConnections).toBe(1);
  await session.close();
  await session.close();
  await expect.poll(() => sandbox().openConnections).toBe(0);
});

test("a session reports every query and statement once to its caller, and never the password", async () => {
  const told: string[] = [];
  const login = sysLogin();
  const session = await openSession(login, { debug: (text) => told.push(text) });
  const reads = [session.read("SELECT 1 FROM DUAL", "asking"), session.read("SELECT 1 FROM DUAL", "asking")];
  await Promise.all(reads);
  await session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling");
  session.close();
  // The two readers share one query.
  expect(told).toEqual([
    `asking as root@sys at 127.0.0.1:${sandbox().port}: SELECT 1 FROM DUAL`,
    `cancelling as root@sys at 127.0.0.1:${sandbox().port}: ALTER SYSTEM CANCEL BACKUP`,
  ]);
  expect(told.join()).not.toContain(login.password);
});

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
