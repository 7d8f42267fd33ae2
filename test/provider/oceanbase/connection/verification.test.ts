import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { MAX_CONNECTIONS } from "../../../../provider/oceanbase/connection/sharedLogin.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { closeAll, useSessions } from "../../../tools/support/sessions.ts";

const { sandbox, sessions } = useSessions();

test("the verification of a session that has ended does not apply to the next one", async () => {
  const [before] = await sessions(1);
  let checks = 0;
  before?.verifyNewConnections(async () => {
    checks += 1;
  });
  await before?.close();
  // Without a verification no further connection may be made.
  const all = await sessions(8);
  await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
  expect(sandbox().log.logins).toBe(1);
  expect(checks).toBe(0);
  await closeAll(all);
});

test("a server that refuses further connections is asked for them once", async () => {
  const all = await sessions(10);
  all[0]?.verifyNewConnections(async () => {});
  sandbox().faults.inject({ match: /^login/, times: 100, act: { kind: "error", errno: 1040 } });
  const rows = await Promise.all(all.map((session, i) => session.read(`SELECT ${i} AS N`, "asking")));
  expect(rows.map((row) => row[0]?.N)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
  // Three more were asked for and refused, once; after that the one there is has to do.
  expect(sandbox().log.logins).toBeLessThanOrEqual(1 + MAX_CONNECTIONS);
  await closeAll(all);
});

test("a further connection that the verification refuses is not used, and its error reaches no session", async () => {
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

test("the only connection that the verification refuses fails the read that waits for it", async () => {
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

test("a verification that the server does not answer ends at the reply timeout, and its error names the query", async () => {
  const [session] = await sessions(1, { replyTimeoutSeconds: 0.3 });
  session?.verifyNewConnections(async (server) => {
    await server.read("SELECT 'CHECK' AS C", "checking");
  });
  sandbox().cutConnections();
  // The client has to notice the cut first.
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
