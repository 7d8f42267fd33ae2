import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { stopBackups } from "../../../../provider/oceanbase/stop/stopBackups.ts";
import { justBefore } from "../../../tools/support/sandbox.ts";
import { closeAll, useSessions } from "../../../tools/support/sessions.ts";
import { stopRequest } from "../../../tools/support/stopRequest.ts";

const { sandbox, sysLogin, sessions } = useSessions();

describe("an idle connection", () => {
  test("serves the next session of the login, and is closed a moment later", async () => {
    await closeAll(await sessions(1));
    await closeAll(await sessions(1));
    expect(sandbox().log.logins).toBe(1);
    await expect.poll(() => sandbox().openConnections, { timeout: 2000 }).toBe(0);
  });

  test("that has died is made again, and a cluster that is away is unreachable", async () => {
    await closeAll(await sessions(1));
    sandbox().cutConnections();
    await closeAll(await sessions(1));
    expect(sandbox().log.logins).toBe(2);
    await sandbox().stop();
    await expect(openSession(sysLogin())).rejects.toMatchObject({
      kind: "unreachable",
    });
  });

  test("does not serve the next session with tenants from before", async () => {
    const stop = async () => {
      const session = await openSession(sysLogin());
      try {
        return await stopBackups(session, stopRequest({ selection: ["fresh"], timeoutSeconds: 5 }), {
          progress: () => {},
        });
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
  justBefore(sandbox(), /ONE/, happens);
  await session.read("SELECT 1 AS ONE", "asking");
  expect(held).toEqual([2]);
  expect(holdingConnections()).toBe(1);
  session.close();
});

test("a session that is closed twice takes no connection from another session", async () => {
  const [first, second] = await sessions(2);
  await first?.close();
  await first?.close();
  await pause(700);
  expect(sandbox().openConnections).toBe(1);
  await second?.close();
});
