import { createHash } from "node:crypto";
import { afterEach, beforeAll, expect } from "vitest";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { openSession, type Session } from "../../provider/oceanbase/connection/session.ts";
import { OceanBaseError } from "../../provider/oceanbase/errors.ts";
import { Rogue, type RogueOptions } from "./rogue.ts";

/** What every attacker is after. */
export const PASSWORD = "marker-password";

/** Within these a login, and one reply, have to end: long enough for a good one on a slow machine. */
const CONNECT_SECONDS = 5;
const REPLY_SECONDS = 5;

/** For a server that will not answer the login, or a statement: nobody has to wait for it long. */
export const SHORT_LOGIN = { connectTimeoutSeconds: 1 };
export const SHORT_REPLY = { replyTimeoutSeconds: 1 };

/** How long a login or one reply may really take: the limit, and time for a slow machine. */
export const LOGIN_BOUND_MS = CONNECT_SECONDS * 1000 + 5000;
export const REPLY_BOUND_MS = REPLY_SECONDS * 1000 + 5000;
export const SHORT_BOUND_MS = 1000 + 5000;

export function loginTo(rogue: Rogue, changes: Partial<Login> = {}): Login {
  return {
    endpoints: [{ host: "localhost", port: rogue.port }],
    user: "root",
    tenant: "sys",
    password: PASSWORD,
    connectTimeoutSeconds: CONNECT_SECONDS,
    replyTimeoutSeconds: REPLY_SECONDS,
    ...changes,
  };
}

/** Rogue servers and sessions that end with the test that began them. */
export function useRogues(): {
  rogue(options?: RogueOptions): Promise<Rogue>;
  session(rogue: Rogue, changes?: Partial<Login>): Promise<Session>;
} {
  const rogues: Rogue[] = [];
  const sessions: Session[] = [];
  // The package loads its driver with the first login, which is not to be paid out of that login's time.
  beforeAll(() => import("mysql2"));
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    for (const rogue of rogues.splice(0)) rogue.stop();
  });
  return {
    rogue: async (options = {}) => {
      const rogue = await new Rogue(options).start();
      rogues.push(rogue);
      return rogue;
    },
    session: async (rogue, changes = {}) => {
      const session = await openSession(loginTo(rogue, changes));
      sessions.push(session);
      return session;
    },
  };
}

/** The error of ours that this ends with, within a bound. */
export async function failureOf(attempt: Promise<unknown>, boundMs: number): Promise<OceanBaseError> {
  const startedAt = performance.now();
  const failure = await attempt.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (!(failure instanceof OceanBaseError)) throw failure;
  expect(performance.now() - startedAt).toBeLessThan(boundMs);
  expect(failure.message).not.toContain("\n");
  expect(failure.message).not.toContain(PASSWORD);
  return failure;
}

/** Nothing that a rogue server got is the password, or as good as the password. */
export function expectNoPassword(rogue: Rogue, password = PASSWORD): void {
  expect(formsOf(password).filter(([, bytes]) => rogue.loot.includes(bytes))).toEqual([]);
}

/** The password in the forms it could be sent in, and what stands for it at a server that never changes its salt. */
function formsOf(password: string): [string, Buffer][] {
  const plain = Buffer.from(password);
  const hash = (algorithm: string, data: Buffer) => createHash(algorithm).update(data).digest();
  const hashes = ["md5", "sha1", "sha256"].flatMap((algorithm): [string, Buffer][] => {
    const once = hash(algorithm, plain);
    return [
      [algorithm, once],
      [`${algorithm} twice`, hash(algorithm, once)],
    ];
  });
  const binary: [string, Buffer][] = [
    ["in clear", plain],
    ["in UTF-16", Buffer.from(password, "utf16le")],
    ["backwards", Buffer.from(plain).reverse()],
    ...hashes,
  ];
  const texts = binary.flatMap(([form, bytes]): [string, Buffer][] => [
    [`${form}, in hexadecimal`, Buffer.from(bytes.toString("hex"))],
    [`${form}, in base64`, Buffer.from(bytes.toString("base64").replace(/=+$/, ""))],
  ]);
  return [...binary, ...texts];
}
