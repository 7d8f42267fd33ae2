import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { justBefore } from "../../../tools/support/sandbox.ts";
import { closeAll, startStandIn, useSessions } from "../../../tools/support/sessions.ts";

const { sandbox, sysLogin } = useSessions();

describe("a caller that cancels", () => {
  test("does not take the answer from the other callers", async () => {
    const controller = new AbortController();
    const login = sysLogin();
    const impatient = await openSession(login, { signal: controller.signal });
    const patient = await openSession(login);
    justBefore(sandbox(), /SLOW/, () => controller.abort());
    // Both wait for the same query, queued behind another.
    const busy = patient.read("SELECT 'SLOW' AS S", "asking");
    const given = impatient.read("SELECT 2 AS TWO", "asking");
    const kept = patient.read("SELECT 2 AS TWO", "asking");
    await expect(given).rejects.toMatchObject({ kind: "aborted", outcomeUnknown: false });
    expect(await kept).toEqual([{ TWO: "2" }]);
    await busy;
    await closeAll([impatient, patient]);
  });

  test("before its statement was sent is told that it had no effect", async () => {
    const controller = new AbortController();
    const login = sysLogin();
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

  test("during a login cuts the attempt, and no further endpoint is tried", async () => {
    const silent = await startStandIn();
    const { endpoint } = silent;
    const login = sysLogin({ endpoints: [endpoint, endpoint, endpoint], connectTimeoutSeconds: 1 });
    const startedAt = Date.now();
    await expect(openSession(login, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      kind: "aborted",
    });
    expect(Date.now() - startedAt).toBeLessThan(900);
    await expect.poll(() => silent.open()).toBe(0);
    await pause(1500);
    expect(silent.accepted()).toBe(1);
    silent.stop();
  });

  test("during a login leaves the next caller a login of its own", async () => {
    const silentAtFirst = await startStandIn((client, count) => {
      if (count > 1) client.pipe(connect(sandbox().port, "127.0.0.1")).pipe(client);
    });
    const login = sysLogin({ endpoints: [silentAtFirst.endpoint] });
    const impatient = new AbortController();
    const first = openSession(login, { signal: impatient.signal }).catch((error) => error);
    await expect.poll(() => silentAtFirst.accepted()).toBe(1);
    impatient.abort();
    const session = await openSession(login);
    expect(await first).toMatchObject({ kind: "aborted" });
    expect(silentAtFirst.accepted()).toBe(2);
    await session.close();
    silentAtFirst.stop();
  });
});

test("a caller that comes during a query without a reply gets a new connection after the deadline of that query", async () => {
  const login = sysLogin({ connectTimeoutSeconds: 1 });
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
