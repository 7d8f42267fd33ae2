import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import { openSession, type Session } from "../../../../provider/oceanbase/connection/session.ts";
import { MAX_CONNECTIONS } from "../../../../provider/oceanbase/connection/sharedLogin.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { stopBackups } from "../../../../provider/oceanbase/stop/stopBackups.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { greeting, newSalt } from "../../../../sdk/sandbox/wire/handshake.ts";
import { PacketStream } from "../../../../sdk/sandbox/wire/packets.ts";
import { okPacket } from "../../../../sdk/sandbox/wire/resultPackets.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";

/*
 * What sessions of the same login share.
 */
const sandbox = useSandbox();

const sessions = (count: number, changes = {}) =>
  Promise.all(
    Array.from({ length: count }, () => openSession(loginOf(sandbox(), sandbox().logins.sys, changes))),
  );
const closeAll = (all: readonly Session[]) => Promise.all(all.map((session) => session.close()));

describe("sessions of one login", () => {
  test("share one connection as long as nobody knows which cluster it is", async () => {
    const all = await sessions(50);
    await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
    expect(sandbox().log.logins).toBe(1);
    expect(sandbox().log.entries).toHaveLength(50);
    await closeAll(all);
  });

  test("share a few connections once every new one is checked", async () => {
    const all = await sessions(50);
    let checks = 0;
    all[0]?.verifyNewConnections(async (server) => {
      checks += 1;
      await server.read("SELECT 'checked' AS C", "checking");
    });
    await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
    expect(sandbox().log.logins).toBe(MAX_CONNECTIONS);
    expect(checks).toBe(MAX_CONNECTIONS - 1);
    await closeAll(all);
  });

  test("ask once what they ask at the same time, and get an answer from after they asked", async () => {
    const all = await sessions(50);
    const count = () => sandbox().log.matching(/COUNT/).length;
    const rows = await Promise.all(
      all.map((session) => session.read("SELECT COUNT(*) AS N FROM oceanbase.DBA_OB_TENANTS", "asking")),
    );
    expect(new Set(rows.map((row) => row[0]?.N))).toEqual(new Set(["5"]));
    expect(count()).toBe(1);
    const [first, second] = all as [Session, Session];
    const sql = "SELECT COUNT(*) AS N FROM oceanbase.DBA_OB_TENANTS WHERE 1 = 1";
    let after: Promise<Row[]> | undefined;
    const happens = () => {
      sandbox().addTenant("newcomer");
      after = second.read(sql, "asking");
    };
    sandbox().faults.inject({ match: /COUNT/, act: { kind: "just before", happens } });
    // The second session asks when the first one's query was sent already, so that answer does not serve it.
    await first.read(sql, "asking");
    expect(await after).toEqual([{ N: "7" }]);
    expect(count()).toBe(3);
    await closeAll(all);
  });

  test("send every statement of their own, even when it is the same", async () => {
    const all = await sessions(20);
    await Promise.all(all.map((session) => session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling")));
    expect(sandbox().log.cancels).toHaveLength(20);
    await closeAll(all);
  });

  test("are all told when nobody can be reached, within the time of one login", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const startedAt = Date.now();
    const login = loginOf(sandbox(), sandbox().logins.sys, {
      endpoints: [{ host: "127.0.0.1", port }],
      connectTimeoutSeconds: 1,
    });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => openSession(login)));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(50);
    expect(Date.now() - startedAt).toBeLessThan(4000);
    silent.close();
  });

  test("with another password are others", async () => {
    const one = await openSession(loginOf(sandbox(), sandbox().logins.sys));
    await expect(
      openSession(loginOf(sandbox(), sandbox().logins.sys, { password: "wrong" })),
    ).rejects.toMatchObject({ errno: 1045 });
    await one.close();
  });
});

describe("one who gives up", () => {
  test("does not take the answer from the others", async () => {
    const controller = new AbortController();
    const login = loginOf(sandbox(), sandbox().logins.sys);
    const impatient = await openSession(login, { signal: controller.signal });
    const patient = await openSession(login);
    sandbox().faults.inject({
      match: /SLOW/,
      act: { kind: "just before", happens: () => controller.abort() },
    });
    // Both wait for the same query, queued behind another.
    const busy = patient.read("SELECT 'SLOW' AS S", "asking");
    const given = impatient.read("SELECT 2 AS TWO", "asking");
    const kept = patient.read("SELECT 2 AS TWO", "asking");
    await expect(given).rejects.toMatchObject({ kind: "aborted", outcomeUnknown: false });
    expect(await kept).toEqual([{ TWO: "2" }]);
    await busy;
    await closeAll([impatient, patient]);
  });

  test("on a statement that was never sent knows that it has done nothing", async () => {
    const controller = new AbortController();
    const login = loginOf(sandbox(), sandbox().logins.sys);
    const [one, two] = [await openSession(login), await openSession(login, { signal: controller.signal })];
    sandbox().faults.inject({ match: /SELECT 1/, act: { kind: "stall" } });
    const stalled = one
      .within(1000)
      .read("SELECT 1 AS ONE", "asking")
      .catch(() => {});
    const queued = two.send("ALTER SYSTEM CANCEL BACKUP", "cancelling");
    setTimeout(() => controller.abort(), 100);
    await expect(queued).rejects.toMatchObject({ kind: "aborted", outcomeUnknown: false });
    await stalled;
    // What was asked before comes first: now the statement would have gone out.
    await one.read("SELECT 2 AS TWO", "asking");
    expect(sandbox().log.cancels).toEqual([]);
    await closeAll([one, two]);
  });
});

test("whoever comes while a question gets no answer has a new connection once it is given up", async () => {
  const login = loginOf(sandbox(), sandbox().logins.sys, { connectTimeoutSeconds: 1 });
  const first = await openSession(login);
  sandbox().faults.inject({ match: /SELECT 1/, act: { kind: "stall" } });
  const stalled = first
    .within(3000)
    .read("SELECT 1 AS ONE", "asking")
    .catch(() => {});
  const second = await openSession(login);
  await stalled;
  expect(sandbox().log.logins).toBe(2);
  await Promise.all([first.close(), second.close()]);
});

test("giving up a login cuts what was being tried, and tries no other server", async () => {
  const tried: number[] = [];
  const silent = createServer((socket) => {
    tried.push(1);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const endpoint = { host: "127.0.0.1", port: (silent.address() as { port: number }).port };
  const login = loginOf(sandbox(), sandbox().logins.sys, {
    endpoints: [endpoint, endpoint, endpoint],
    connectTimeoutSeconds: 1,
  });
  const startedAt = Date.now();
  await expect(openSession(login, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
    kind: "aborted",
  });
  expect(Date.now() - startedAt).toBeLessThan(900);
  const open = () => new Promise((resolve) => silent.getConnections((_, count) => resolve(count)));
  await expect.poll(open).toBe(0);
  await pause(1500);
  expect(tried).toHaveLength(1);
  silent.close();
});

test("who comes when a login is given up gets a login of its own", async () => {
  let accepted = 0;
  const silentAtFirst = createServer((client) => {
    client.on("error", () => {});
    accepted += 1;
    if (accepted === 1) return;
    const server = connect(sandbox().port, "127.0.0.1");
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => silentAtFirst.listen(0, "127.0.0.1", resolve));
  const { port } = silentAtFirst.address() as { port: number };
  const login = loginOf(sandbox(), sandbox().logins.sys, { endpoints: [{ host: "127.0.0.1", port }] });
  const impatient = new AbortController();
  const first = openSession(login, { signal: impatient.signal }).catch((error) => error);
  await expect.poll(() => accepted).toBe(1);
  impatient.abort();
  const session = await openSession(login);
  expect(await first).toMatchObject({ kind: "aborted" });
  expect(accepted).toBe(2);
  await session.close();
  silentAtFirst.close();
});

test("a server that ends each connection right after the login is not asked for one after the other", async () => {
  let accepted = 0;
  const fickle = createServer((client) => {
    client.on("error", () => {});
    accepted += 1;
    const packets = new PacketStream(client);
    // What nobody has asked for makes the driver give the connection up.
    packets.onPacket = () => packets.send(okPacket(2), okPacket(2), okPacket(2));
    packets.send(greeting(1, "5.7.25-OceanBase-v4.2.5.1", newSalt(), false));
  });
  await new Promise<void>((resolve) => fickle.listen(0, "127.0.0.1", resolve));
  const { port } = fickle.address() as { port: number };
  const login = loginOf(sandbox(), sandbox().logins.sys, { endpoints: [{ host: "127.0.0.1", port }] });
  const asked = openSession(login).then(async (session) => {
    await session
      .within(1500)
      .read("SELECT 1 AS ONE", "asking")
      .finally(() => session.close());
  });
  await expect(asked).rejects.toMatchObject({ kind: "unreachable" });
  // Pauses that begin with up to 0.25 s leave room for a handful.
  expect(accepted).toBeLessThan(15);
  fickle.close();
});

describe("a connection that was left over", () => {
  test("serves the next session of the login, and is gone a moment later", async () => {
    await closeAll(await sessions(1));
    await closeAll(await sessions(1));
    expect(sandbox().log.logins).toBe(1);
    await expect.poll(() => sandbox().openConnections, { timeout: 2000 }).toBe(0);
  });

  test("is not trusted: one that died is made again, and a cluster that is away is unreachable", async () => {
    await closeAll(await sessions(1));
    sandbox().cutConnections();
    await closeAll(await sessions(1));
    expect(sandbox().log.logins).toBe(2);
    await sandbox().stop();
    await expect(openSession(loginOf(sandbox(), sandbox().logins.sys))).rejects.toMatchObject({
      kind: "unreachable",
    });
  });

  test("does not keep what was known of a cluster that has changed since", async () => {
    const stop = async () => {
      const session = await openSession(loginOf(sandbox(), sandbox().logins.sys));
      try {
        const request = { selection: ["fresh"], loginTenant: "sys", ignoreMissing: false, timeoutSeconds: 5 };
        return await stopBackups(session, request, { progress: () => {} });
      } finally {
        await session.close();
      }
    };
    await expect(stop()).rejects.toThrow(/fresh does not exist/);
    sandbox().addTenant("fresh");
    sandbox().startBackup("fresh");
    expect((await stop()).jobs).toMatchObject([{ tenant: "fresh", status: "CANCELED" }]);
  });
});

/** Connections of this process that keep it alive; those of the sandbox are among them. */
const holdingConnections = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length;

test("a connection keeps the process alive while it is used, and no longer", async () => {
  await expect.poll(holdingConnections).toBe(0);
  const [session] = await sessions(1);
  if (session === undefined) throw new Error("a session");
  // The sandbox's end of it stays.
  expect(holdingConnections()).toBe(1);
  const held: number[] = [];
  const happens = () => void held.push(holdingConnections());
  sandbox().faults.inject({ match: /ONE/, act: { kind: "just before", happens } });
  await session.read("SELECT 1 AS ONE", "asking");
  expect(held).toEqual([2]);
  expect(holdingConnections()).toBe(1);
  session.close();
});

test("closing a session twice takes no connection from another one", async () => {
  const [first, second] = await sessions(2);
  await first?.close();
  await first?.close();
  await pause(700);
  expect(sandbox().openConnections).toBe(1);
  await second?.close();
});

test("what a session that has ended knew of its cluster is no check for the next one", async () => {
  const [before] = await sessions(1);
  let checks = 0;
  before?.verifyNewConnections(async () => {
    checks += 1;
  });
  await before?.close();
  // Until somebody knows again which cluster it has to be, the connection there is has to do.
  const all = await sessions(8);
  await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
  expect(sandbox().log.logins).toBe(1);
  expect(checks).toBe(0);
  await closeAll(all);
});

describe("an answer of a moment ago", () => {
  const ASK = "SELECT 7 AS SEVEN";
  const asked = () => sandbox().log.matching(/SEVEN/).length;

  test("serves whoever says that it is good enough, for as long as it is", async () => {
    const [one, two] = await sessions(2);
    for (const session of [one, two, one]) await session?.read(ASK, "asking", { maxAgeMs: 60_000 });
    expect(asked()).toBe(1);
    await pause(20);
    await two?.read(ASK, "asking", { maxAgeMs: 5 });
    expect(asked()).toBe(2);
    await one?.read(ASK, "asking");
    expect(asked()).toBe(3);
    await closeAll([one, two].filter((session) => session !== undefined));
  });

  test("is forgotten when the server was lost: it may have come back another one", async () => {
    const [session] = await sessions(1);
    await session?.read(ASK, "asking", { maxAgeMs: 60_000 });
    sandbox().cutConnections();
    await session?.read("SELECT 1 AS ONE", "asking");
    await session?.read(ASK, "asking", { maxAgeMs: 60_000 });
    expect(asked()).toBe(2);
    await session?.close();
  });

  test("that was a failure is none", async () => {
    const [session] = await sessions(1);
    sandbox().faults.inject({ match: /SEVEN/, act: { kind: "error", errno: 1142 } });
    await expect(session?.read(ASK, "asking", { maxAgeMs: 60_000 })).rejects.toMatchObject({ errno: 1142 });
    expect(await session?.read(ASK, "asking", { maxAgeMs: 60_000 })).toEqual([{ SEVEN: "7" }]);
    await session?.close();
  });
});

test("a server with few connection to spare gets no more than it takes", async () => {
  const all = await sessions(10);
  all[0]?.verifyNewConnections(async () => {});
  sandbox().faults.inject({ match: /^login/, times: 100, act: { kind: "error", errno: 1040 } });
  const rows = await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
  expect(rows.map((row) => row[0]?.N)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
  // Three more were asked for and refused, once; after that the one there is has to do.
  expect(sandbox().log.logins).toBeLessThanOrEqual(1 + MAX_CONNECTIONS);
  await closeAll(all);
});

test("a further connection that the check refuses is not used, and the reason reaches nobody who has one", async () => {
  const all = await sessions(6);
  all[0]?.verifyNewConnections(async () => {
    throw new OceanBaseError("otherCluster", "another cluster answers");
  });
  const rows = await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
  expect(rows.map((row) => row[0]?.N)).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect(new Set(sandbox().log.entries.map(({ connectionId }) => connectionId)).size).toBe(1);
  await expect.poll(() => sandbox().openConnections).toBe(1);
  await closeAll(all);
});

test("the only connection that the check refuses fails whoever waits for it", async () => {
  const [session] = await sessions(1);
  session?.verifyNewConnections(async () => {
    throw new OceanBaseError("otherCluster", "another cluster answers");
  });
  sandbox().cutConnections();
  await expect(session?.read("SELECT 1 AS ONE", "asking")).rejects.toMatchObject({
    kind: "otherCluster",
  });
  expect(sandbox().log.matching(/ONE/)).toEqual([]);
  await session?.close();
});

test("a check that the server does not answer is bounded, and its failure says what was asked", async () => {
  const [session] = await sessions(1, { replyTimeoutSeconds: 0.3 });
  session?.verifyNewConnections(async (server) => {
    await server.read("SELECT 'CHECK' AS C", "checking");
  });
  sandbox().cutConnections();
  // Until this end has noticed, too.
  await pause(200);
  sandbox().faults.inject({ match: /CHECK/, act: { kind: "stall" }, times: 100 });
  await expect(session?.send("ALTER SYSTEM CANCEL BACKUP", "cancelling")).rejects.toMatchObject({
    kind: "unreachable",
    message: expect.stringMatching(/^checking as root@sys at 127\.0\.0\.1:\d+: no reply within 1 s$/),
  });
  expect(sandbox().log.cancels).toEqual([]);
  sandbox().faults.clear();
  sandbox().faults.inject({ match: /CHECK/, act: { kind: "error", errno: 1142 } });
  await expect(session?.read("SELECT 1 AS ONE", "asking")).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/^checking as root@sys at .*error 1142/),
  });
  await session?.close();
});

describe("a server's error", () => {
  const connectionsUsed = async (errno: number) => {
    const [session] = await sessions(1);
    sandbox().faults.inject({ match: /ONE/, act: { kind: "error", errno } });
    // A statement is not repeated, whatever it ends with.
    await session?.send("SELECT 1 AS ONE", "asking").catch(() => {});
    await session?.read("SELECT 2 AS TWO", "asking");
    await session?.close();
    return new Set(sandbox().log.entries.map(({ connectionId }) => connectionId)).size;
  };

  test.each([4064, 5066, 8000, 8001, 8999])(
    "%i ends the session on the server, so the connection is replaced",
    async (errno) => {
      expect(await connectionsUsed(errno)).toBe(2);
    },
  );

  test.each([1142, 4012, 7999, 9000, 9036])("%i leaves the connection as it was", async (errno) => {
    expect(await connectionsUsed(errno)).toBe(1);
  });

  test("shows no password and no book, whatever the server repeats", async () => {
    const { password } = sandbox().logins.sys;
    const act = {
      kind: "error",
      errno: 1045,
      message: `who says ${password}? ${password} ${"x".repeat(2000)}`,
    } as const;
    sandbox().faults.inject({ match: /^login/, act });
    const login = await openSession(loginOf(sandbox(), sandbox().logins.sys)).catch(
      (error: Error) => error.message,
    );
    const [session] = await sessions(1);
    sandbox().faults.inject({ match: /ONE/, act });
    const read = await session?.read("SELECT 1 AS ONE", "asking").catch((error: Error) => error.message);
    for (const message of [login, read]) {
      expect(message).toMatch(/who says \*\*\*\? \*\*\* x+" \(error 1045\)/);
      expect(message).not.toContain(password);
      expect(String(message).length).toBeLessThan(1000);
    }
    await session?.close();
  });

  test("is not shown at all when it holds a password too short to be struck out", async () => {
    const login = loginOf(sandbox(), sandbox().logins.sys, { password: "or" });
    const act = { kind: "error", errno: 1045, message: "error or not" } as const;
    sandbox().faults.inject({ match: /^login/, act });
    await expect(openSession(login)).rejects.toThrow(/"\*\*\* \(not shown\)" \(error 1045\)/);
    sandbox().faults.inject({ match: /^login/, act: { ...act, message: "said four" } });
    await expect(openSession({ ...login, password: "four" })).rejects.toThrow(/"said \*\*\*"/);
  });
});

describe("several endpoints", () => {
  const endpoints = (...ports: number[]) => ports.map((port) => ({ host: "127.0.0.1", port }));
  const opened = (ports: number[]) =>
    openSession({ ...loginOf(sandbox(), sandbox().logins.sys), endpoints: endpoints(...ports) as never });

  test("that are all away are unreachable, each with its reason", async () => {
    await expect(opened([1, 2])).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(
        /^logging in as .*:1: nothing listens there.*; then logging in as .*:2: nothing/,
      ),
    });
  });

  test("of which one is busy may be worth another try", async () => {
    sandbox().faults.inject({ match: /^login/, times: 1000, act: { kind: "error", errno: 1040 } });
    const login = loginOf(sandbox(), sandbox().logins.sys, { connectTimeoutSeconds: 1 });
    const failed = openSession({ ...login, endpoints: endpoints(1, sandbox().port) as never });
    await expect(failed).rejects.toMatchObject({
      kind: "transient",
      message: expect.stringMatching(/nothing listens there.*; then .*error 1040/),
    });
  });
});

test("two clusters share nothing", async () => {
  const other = await startSandbox();
  try {
    const [one, two] = [
      await openSession(loginOf(sandbox(), sandbox().logins.sys)),
      await openSession(loginOf(other, other.logins.sys)),
    ];
    await Promise.all([one, two].map((session) => session.read("SELECT 1 AS ONE", "asking")));
    await pause(10);
    expect([sandbox().log.logins, other.log.logins]).toEqual([1, 1]);
    await closeAll([one, two]);
  } finally {
    await other.stop();
  }
});
