import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import { openSession, type Session } from "../../../../provider/oceanbase/connection/session.ts";
import { MAX_CONNECTIONS } from "../../../../provider/oceanbase/connection/sharedLogin.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { justBefore, loginOf } from "../../../tools/support/sandbox.ts";
import { closeAll, startStandIn, useSessions } from "../../../tools/support/sessions.ts";

const { sandbox, sysLogin, sessions } = useSessions();

describe("sessions of one login", () => {
  test("share one connection as long as none of them verifies new ones", async () => {
    const all = await sessions(50);
    await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
    expect(sandbox().log.logins).toBe(1);
    expect(sandbox().log.entries).toHaveLength(50);
    await closeAll(all);
  });

  test("share a few connections once every new one is verified", async () => {
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

  test("share one answer to a query that they ask at the same time, and none from before they asked", async () => {
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
    justBefore(sandbox(), /COUNT/, happens);
    // The second session asks when the first one's query was sent already, so that answer does not serve it.
    await first.read(sql, "asking");
    expect(await after).toEqual([{ N: "7" }]);
    expect(count()).toBe(3);
    await closeAll(all);
  });

  test("do not share a statement, even when it is the same", async () => {
    const all = await sessions(20);
    await Promise.all(all.map((session) => session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling")));
    expect(sandbox().log.cancels).toHaveLength(20);
    await closeAll(all);
  });

  test("all fail within the time of one login when the server does not answer", async () => {
    const silent = await startStandIn();
    const startedAt = Date.now();
    const login = sysLogin({
      endpoints: [silent.endpoint],
      connectTimeoutSeconds: 1,
    });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => openSession(login)));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(50);
    expect(Date.now() - startedAt).toBeLessThan(4000);
    silent.stop();
  });

  test("do not share a connection with a login by another password", async () => {
    const one = await openSession(sysLogin());
    await expect(openSession(sysLogin({ password: "wrong" }))).rejects.toMatchObject({ errno: 1045 });
    await one.close();
  });
});

test("logins to two clusters share no connection", async () => {
  const other = await startSandbox();
  try {
    const [one, two] = [await openSession(sysLogin()), await openSession(loginOf(other, other.logins.sys))];
    await Promise.all([one, two].map((session) => session.read("SELECT 1 AS ONE", "asking")));
    await pause(10);
    expect([sandbox().log.logins, other.log.logins]).toEqual([1, 1]);
    await closeAll([one, two]);
  } finally {
    await other.stop();
  }
});

describe("an answer from a moment ago", () => {
  const ASK = "SELECT 7 AS SEVEN";

  const asked = () => sandbox().log.matching(/SEVEN/).length;

  test("serves a session that accepts its age, and no other", async () => {
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

  test("is forgotten when the connection is lost, because another server may answer then", async () => {
    const [session] = await sessions(1);
    await session?.read(ASK, "asking", { maxAgeMs: 60_000 });
    sandbox().cutConnections();
    await session?.read("SELECT 1 AS ONE", "asking");
    await session?.read(ASK, "asking", { maxAgeMs: 60_000 });
    expect(asked()).toBe(2);
    await session?.close();
  });

  test("is not kept when it was a failure", async () => {
    const [session] = await sessions(1);
    sandbox().faults.inject({ match: /SEVEN/, act: { kind: "error", errno: 1142 } });
    await expect(session?.read(ASK, "asking", { maxAgeMs: 60_000 })).rejects.toMatchObject({ errno: 1142 });
    expect(await session?.read(ASK, "asking", { maxAgeMs: 60_000 })).toEqual([{ SEVEN: "7" }]);
    await session?.close();
  });
});
