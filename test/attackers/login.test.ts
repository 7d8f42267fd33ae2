import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";
import mysql from "mysql2/promise";
import { beforeAll, describe, expect, test } from "vitest";
import type { TlsSettings } from "../../provider/oceanbase/connection/login.ts";
import { createCertificate, type ServerCertificate } from "../../sdk/sandbox/certificates.ts";
import { authSwitch, passwordMatches } from "../../sdk/sandbox/wire/handshake.ts";
import { packet, type Rogue, type RogueOptions, SALT } from "./rogue.ts";
import {
  expectNoPassword,
  failureOf,
  LOGIN_BOUND_MS,
  PASSWORD,
  SHORT_BOUND_MS,
  SHORT_LOGIN,
  SHORT_REPLY,
  useRogues,
} from "./victim.ts";

/*
 * Without TLS the one login method that is accepted is mysql_native_password. All that it sends is SHA1(password) XOR
 * SHA1(salt + SHA1(SHA1(password))). A server whose certificate was checked may ask for caching_sha2_password too.
 */
const { rogue, session } = useRogues();
const HANDS_IT_OVER = ["caching_sha2_password", "sha256_password", "mysql_clear_password"] as const;
/** Taken from a server whose certificate was checked. */
const IN_TLS = "caching_sha2_password";
const NOBODY_KNOWS = [
  "mysql_old_password",
  "client_ed25519",
  "parsec",
  "dialog",
  "authentication_ldap_sasl_client",
  "authentication_kerberos_client",
  "authentication_oci_client",
  "authentication_webauthn_client",
  "__proto__",
  "constructor",
  "toString",
  "MYSQL_NATIVE_PASSWORD",
  "",
];

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyFile = publicKey.export({ type: "spki", format: "pem" });

/** Plays the server's side of every method that ends with the password, to that end. */
function thief(plugin: string, options: { asks: "in the greeting" | "by a switch" }): RogueOptions {
  return {
    ...(options.asks === "in the greeting" ? { greeting: { plugin } } : {}),
    onPacket: (victim, payload) => {
      if (victim.packets === 1 && options.asks === "by a switch") victim.send(authSwitch(SALT, plugin));
      // A request for the key is one byte; a hash is 32 and is answered by the wish for the whole password.
      else if (payload.length === 1) victim.send(packet.more(Buffer.from(keyFile)));
      else if (payload.length !== 256) victim.send(packet.more(Buffer.from([4])));
    },
  };
}

/** The password that a thief got; undefined when it got none. */
function stolenFrom({ payloads }: Rogue): string | undefined {
  for (const payload of payloads) {
    const text = payload.toString("latin1").replace(/\0$/, "");
    if (text === PASSWORD) return text;
    if (payload.length !== 256) continue;
    try {
      const padded = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING };
      const mixed = privateDecrypt(padded, payload);
      return Buffer.from(mixed.map((byte, i) => byte ^ (SALT[i % SALT.length] as number)))
        .toString()
        .replace(/\0$/, "");
    } catch {
      // Encrypted for somebody else.
    }
  }
  return undefined;
}

describe("the thieves are real: a driver with its defaults", () => {
  test.each(["caching_sha2_password", "sha256_password"])("loses the password to %s", async (plugin) => {
    const server = await rogue(thief(plugin, { asks: "by a switch" }));
    const connecting = mysql.createConnection({
      host: "localhost",
      port: server.port,
      user: "root@sys",
      password: PASSWORD,
      connectTimeout: 3000,
    });
    connecting.catch(() => {});
    await expect.poll(() => stolenFrom(server)).toBe(PASSWORD);
  });
});

test("inside TLS a server whose certificate was checked gets the password, and is not asked for a key", async () => {
  const certificate = createCertificate();
  const server = await rogue({ ...thief(IN_TLS, { asks: "by a switch" }), tls: certificate });
  await failureOf(session(server, { tls: { ca: certificate.ca, verifyHostName: true } }), LOGIN_BOUND_MS);
  const [, hash, password, ...others] = server.payloads;
  expect(hash).toHaveLength(32);
  expect(password?.toString()).toBe(`${PASSWORD}\0`);
  expect(others.filter((payload) => payload.equals(Buffer.from([2])))).toEqual([]);
});

describe.each(["without TLS", "with TLS, from a server with a good certificate"])("%s", (how) => {
  let certificate: ServerCertificate;
  let tls: { tls?: TlsSettings } = {};
  beforeAll(async () => {
    if (how === "without TLS") return;
    certificate = createCertificate();
    tls = { tls: { ca: certificate.ca, verifyHostName: true } };
  });
  const start = (options: RogueOptions) =>
    rogue({ ...options, ...(certificate === undefined ? {} : { tls: certificate }) });

  /** The client has sent its login by the one method, and after it only such hashes. */
  function expectOnlyHashes(server: Rogue, hashes = 1): void {
    expect(server.login).toMatchObject({ user: "root@sys", plugin: "mysql_native_password" });
    const answers = [server.login?.authResponse ?? Buffer.alloc(0), ...server.payloads.slice(1)];
    expect(answers).toHaveLength(hashes);
    for (const answer of answers) expect(passwordMatches(PASSWORD, SALT, answer)).toBe(true);
    expect(stolenFrom(server)).toBeUndefined();
    expectNoPassword(server);
  }

  const refused = HANDS_IT_OVER.filter((plugin) => how === "without TLS" || plugin !== IN_TLS);
  describe.each(refused)("asking for %s", (plugin) => {
    test("by a switch: refused, and said", async () => {
      const server = await start(thief(plugin, { asks: "by a switch" }));
      const failure = await failureOf(session(server, tls), LOGIN_BOUND_MS);
      expect(failure.kind).toBe("refused");
      expect(failure.message).toContain(`the login method ${plugin}`);
      expect(failure.message).toContain("the password was not sent");
      expectOnlyHashes(server);
    });

    test("in the greeting: answered by the one method, and refused when it insists", async () => {
      const server = await start(thief(plugin, { asks: "in the greeting" }));
      await failureOf(session(server, tls), LOGIN_BOUND_MS);
      expectOnlyHashes(server);
    });

    test("after the one method was answered well", async () => {
      const server = await start({
        onPacket: (victim) => victim.send(authSwitch(SALT, victim.packets === 1 ? undefined : plugin)),
      });
      const failure = await failureOf(session(server, tls), LOGIN_BOUND_MS);
      expect(failure.message).toContain("the password was not sent");
      expectOnlyHashes(server, 2);
    });

    test("as a further factor", async () => {
      const MULTI_FACTOR = 0x1000_0000;
      const nextFactor = authSwitch(SALT, plugin);
      nextFactor[0] = 0x02;
      const server = await start({
        greeting: { capabilities: MULTI_FACTOR },
        onPacket: (victim) => victim.send(nextFactor),
      });
      const failure = await failureOf(session(server, tls), LOGIN_BOUND_MS);
      expect(failure.message).toContain("the password was not sent");
      expectOnlyHashes(server);
    });

    test("in one write with the OK of the login: the login is over", async () => {
      const server = await start({
        onPacket: (victim) => victim.send(packet.ok, authSwitch(SALT, plugin), authSwitch(SALT, plugin)),
      });
      await session(server, tls)
        .then((opened) => opened.send("ALTER SYSTEM CANCEL BACKUP", "cancelling"))
        .catch(() => {});
      expectNoPassword(server);
      expect(stolenFrom(server)).toBeUndefined();
    });

    test("as the answer to a statement", async () => {
      const server = await start({
        onPacket: (victim) => victim.send(victim.packets === 1 ? packet.ok : authSwitch(SALT, plugin)),
      });
      const opened = await session(server, { ...tls, ...SHORT_REPLY });
      await failureOf(opened.send("ALTER SYSTEM CANCEL BACKUP", "cancelling"), SHORT_BOUND_MS);
      expectNoPassword(server);
      expect(server.payloads).toHaveLength(2);
    });
  });

  test.each(NOBODY_KNOWS)("asking for the method %j is refused", async (plugin) => {
    const server = await start(thief(plugin, { asks: "by a switch" }));
    expect((await failureOf(session(server, tls), LOGIN_BOUND_MS)).kind).toBe("refused");
    expectOnlyHashes(server);
  });

  test.each<[string, Buffer]>([
    ["a switch without a method", Buffer.from([0xfe])],
    ["more of an exchange that was not begun", packet.more(Buffer.from([4]))],
    ["a key that nobody asked for", packet.more(Buffer.from(keyFile))],
    ["a wish for a file", packet.localFile("/etc/passwd")],
    ["an empty packet", Buffer.alloc(0)],
  ])("%s is refused", async (_, payload) => {
    const server = await start({ onPacket: (victim) => victim.send(payload) });
    await failureOf(session(server, tls), LOGIN_BOUND_MS);
    expectOnlyHashes(server);
  });

  test("asking for the one method without end is given up in time, and learns one hash", async () => {
    const server = await start({ onPacket: (victim) => victim.send(authSwitch(SALT)) });
    const failure = await failureOf(session(server, { ...tls, ...SHORT_LOGIN }), SHORT_BOUND_MS);
    expect(failure.kind).toBe("unreachable");
    expectOnlyHashes(server, server.payloads.length);
  });

  test("repeating the password in an error finds it struck out", async () => {
    const server = await start({
      onPacket: (victim) => victim.send(packet.error(1045, `no ${PASSWORD} here`)),
    });
    const failure = await failureOf(session(server, tls), LOGIN_BOUND_MS);
    expect(failure.message).toContain("no *** here");
  });
});
