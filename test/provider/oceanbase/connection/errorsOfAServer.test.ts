import { describe, expect, test } from "vitest";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { greeting, newSalt } from "../../../../sdk/sandbox/wire/handshake.ts";
import { PacketStream } from "../../../../sdk/sandbox/wire/packets.ts";
import { okPacket } from "../../../../sdk/sandbox/wire/resultPackets.ts";
import { startStandIn, useSessions } from "../../../tools/support/sessions.ts";

const { sandbox, sysLogin, sessions } = useSessions();

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

  test("is shown without the password and cut short, whatever the server repeats", async () => {
    const { password } = sandbox().logins.sys;
    const act = {
      kind: "error",
      errno: 1045,
      message: `who says ${password}? ${password} ${"x".repeat(2000)}`,
    } as const;
    sandbox().faults.inject({ match: /^login/, act });
    const login = await openSession(sysLogin()).catch((error: Error) => error.message);
    const [session] = await sessions(1);
    sandbox().faults.inject({ match: /ONE/, act });
    const read = await session?.read("SELECT 1 AS ONE", "asking").catch((error: Error) => error.message);
    for (const message of [login, read]) {
      expect(message).toMatch(/\(error 1045\); the server said "who says \*\*\*\? \*\*\* x+"/);
      expect(message).not.toContain(password);
      expect(String(message).length).toBeLessThan(1000);
    }
    await session?.close();
  });

  test("is not shown at all when the password in it is too short to be struck out", async () => {
    const login = sysLogin({ password: "or" });
    const act = { kind: "error", errno: 1045, message: "error or not" } as const;
    sandbox().faults.inject({ match: /^login/, act });
    await expect(openSession(login)).rejects.toThrow(
      /\(error 1045\); the server said "\*\*\* \(not shown\)"/,
    );
    sandbox().faults.inject({ match: /^login/, act: { ...act, message: "said four" } });
    await expect(openSession({ ...login, password: "four" })).rejects.toThrow(/"said \*\*\*"/);
  });
});

describe("several endpoints", () => {
  const endpoints = (...ports: number[]) => ports.map((port) => ({ host: "127.0.0.1", port }));

  const opened = (ports: number[]) => openSession({ ...sysLogin(), endpoints: endpoints(...ports) as never });

  test("that are all away fail the login with the reason of each", async () => {
    await expect(opened([1, 2])).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(
        /^logging in as .*:1: nothing listens there.*; then logging in as .*:2: nothing/,
      ),
    });
  });

  test("of which one is busy fail the login with a transient error", async () => {
    sandbox().faults.inject({ match: /^login/, times: 1000, act: { kind: "error", errno: 1040 } });
    const login = sysLogin({ connectTimeoutSeconds: 1 });
    const failed = openSession({ ...login, endpoints: endpoints(1, sandbox().port) as never });
    await expect(failed).rejects.toMatchObject({
      kind: "transient",
      message: expect.stringMatching(/nothing listens there.*; then .*error 1040/),
    });
  });
});

test("a server that violates the protocol right after each login is asked for connections with pauses in between", async () => {
  const fickle = await startStandIn((client) => {
    const packets = new PacketStream(client);
    // A reply without a question is a protocol violation: the driver ends the connection.
    packets.onPacket = () => packets.send(okPacket(2), okPacket(2), okPacket(2));
    packets.send(greeting(1, "5.7.25-OceanBase-v4.2.5.1", newSalt(), false));
  });
  const login = sysLogin({ endpoints: [fickle.endpoint] });
  const asked = openSession(login).then(async (session) => {
    await session
      .within(1500)
      .read("SELECT 1 AS ONE", "asking")
      .finally(() => session.close());
  });
  await expect(asked).rejects.toMatchObject({ kind: "unreachable" });
  // Pauses that begin with up to 0.25 s leave room for a handful.
  expect(fickle.accepted()).toBeLessThan(15);
  fickle.stop();
});
