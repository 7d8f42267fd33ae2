import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openSession } from "../../provider/oceanbase/connection/session.ts";
import { packet, type RogueOptions } from "./rogue.ts";
import {
  failureOf,
  LOGIN_BOUND_MS,
  loginTo,
  SHORT_BOUND_MS,
  SHORT_LOGIN,
  SHORT_REPLY,
  useRogues,
} from "./victim.ts";

/*
 * Servers that answer, but late, or to everything with an error. A client with one connection has to tell apart what the
 * server keeps back and what waits in its own queue.
 */
const { rogue, session } = useRogues();
const cancel = (tenant: string) => `ALTER SYSTEM CANCEL BACKUP TENANT = \`${tenant}\``;
const isPing = (payload: Buffer) => payload.length === 1 && payload[0] === 0x0e;

/** Lets the login through, and answers everything else after a time. */
const answeringAfter = (ms: number): RogueOptions => ({
  onPacket: async (victim, payload) => {
    if (victim.packets > 1 && !isPing(payload)) await pause(ms);
    victim.send(packet.ok);
  },
});

test("six statements in a row on one connection have each the whole time for their reply", async () => {
  const server = await rogue(answeringAfter(400));
  const one = await session(server, SHORT_REPLY);
  await Promise.all(["a", "b", "c", "d", "e", "f"].map((tenant) => one.send(cancel(tenant), "cancelling")));
  const sent = server.payloads.filter((payload) => payload.includes("CANCEL BACKUP"));
  expect(sent).toHaveLength(6);
});

test("whoever comes while the server is busy with a question waits for it", async () => {
  const server = await rogue(answeringAfter(1800));
  const one = await session(server, { ...SHORT_LOGIN, replyTimeoutSeconds: 20 });
  const slow = one.within(20_000).read("SELECT 1", "asking");
  const other = await session(server, { ...SHORT_LOGIN, replyTimeoutSeconds: 20 });
  await slow;
  await other.close();
  expect(server.payloads.filter(isPing)).toHaveLength(1);
});

test("a server that answers a ping with an error is there, and is not asked again", async () => {
  const server = await rogue({
    onPacket: (victim, payload) => victim.send(isPing(payload) ? packet.error(4012, "timeout") : packet.ok),
  });
  await session(server);
  await session(server);
  expect(server.payloads.filter(isPing)).toHaveLength(1);
});

test("a server that falls silent after the login is away for whoever comes then", async () => {
  const server = await rogue({ onPacket: (victim) => victim.packets === 1 && victim.send(packet.ok) });
  await session(server, SHORT_LOGIN);
  const failure = await failureOf(session(server, SHORT_LOGIN), SHORT_BOUND_MS);
  expect(failure.kind).toBe("unreachable");
  expect(failure.message).toContain("pinging root@sys at localhost");
  expect(failure.message).toContain("no answer within 1 s");
});

test("a server that ends every session at the first ping gets a new login, and no more", async () => {
  const server = await rogue({
    onPacket: (victim, payload) => {
      if (isPing(payload)) victim.socket.destroy();
      else victim.send(packet.ok);
    },
  });
  await session(server);
  await session(server);
  expect(server.payloads.filter(isPing)).toHaveLength(1);
  expect(server.payloads.filter((payload) => payload.includes("root@sys"))).toHaveLength(2);
});

test("what was given up before it began was not sent, and is known not to have been", async () => {
  const server = await rogue(answeringAfter(0));
  const giving = new AbortController();
  const one = await openSession(loginTo(server), { signal: giving.signal });
  giving.abort();
  const failure = await failureOf(one.send(cancel("a"), "cancelling"), 1000);
  expect(failure).toMatchObject({ kind: "aborted", outcomeUnknown: false });
  await expect(openSession(loginTo(server), { signal: giving.signal })).rejects.toMatchObject({
    kind: "aborted",
  });
  await one.close();
  expect(server.payloads.filter((payload) => payload.includes("CANCEL"))).toEqual([]);
});

test("nothing that a terminal acts on comes through with a server's words", async () => {
  const server = await rogue({
    onPacket: (victim) =>
      victim.send(
        packet.error(1045, "\u001b[2J\u001b]0;owned\u0007 one\r\ntwo \u202eeerht\u2029four\u009b31m"),
      ),
  });
  const { message } = await failureOf(openSession(loginTo(server)), LOGIN_BOUND_MS);
  expect(message).toContain('(error 1045); the server said " [2J ]0;owned one two eerht four 31m"; ');
  expect(message).not.toMatch(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u);
});

test("a password too short to be struck out of a text keeps the whole text back", async () => {
  const server = await rogue({ onPacket: (victim) => victim.send(packet.error(1045, "not abc, please")) });
  const { message } = await failureOf(openSession(loginTo(server, { password: "abc" })), LOGIN_BOUND_MS);
  expect(message).toContain('(error 1045); the server said "*** (not shown)"');
  const other = await failureOf(openSession(loginTo(server, { password: "xyz" })), LOGIN_BOUND_MS);
  expect(other.message).toContain('said "not abc, please"');
});
