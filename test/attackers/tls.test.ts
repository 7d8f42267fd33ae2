import { beforeAll, describe, expect, test } from "vitest";
import type { TlsSettings } from "../../provider/oceanbase/connection/login.ts";
import { createCertificate, type ServerCertificate } from "../../sdk/sandbox/certificates.ts";
import { authSwitch } from "../../sdk/sandbox/wire/handshake.ts";
import { packet, type Rogue, type RogueOptions, SALT } from "./rogue.ts";
import { expectNoPassword, failureOf, LOGIN_BOUND_MS, SHORT_LOGIN, useRogues } from "./victim.ts";

/*
 * A server that cannot show who it is learns nothing of who wanted to log in: no user name, no tenant, no hash.
 */
const { rogue, session } = useRogues();
const DAY_MS = 24 * 3600 * 1000;

let good: ServerCertificate;
let another: ServerCertificate;
let misnamed: ServerCertificate;
let expired: ServerCertificate;
let early: ServerCertificate;
beforeAll(() => {
  good = createCertificate();
  another = createCertificate();
  misnamed = createCertificate({ dnsNames: ["elsewhere.example"] });
  expired = createCertificate({ validUntil: new Date(Date.now() - 3600_000) });
  early = createCertificate({
    validFrom: new Date(Date.now() + DAY_MS),
    validUntil: new Date(Date.now() + 2 * DAY_MS),
  });
});

/** All that the server may have got is the wish for TLS, which names nobody, and what TLS itself sends. */
function expectNobodyNamed(server: Rogue): void {
  expect(server.payloads).toEqual([]);
  const text = server.loot.toString("latin1");
  for (const word of ["root", "sys", "pulumi", "mysql_native_password"]) expect(text).not.toContain(word);
  expectNoPassword(server);
}

interface Case {
  server: () => RogueOptions;
  trust: () => TlsSettings;
  says: RegExp;
  /** It never answers. */
  isSilent?: boolean;
}
const trusting = (certificate: ServerCertificate): TlsSettings => ({
  ca: certificate.ca,
  verifyHostName: true,
});
const cases: Record<string, Case> = {
  "a certificate of an unknown authority": {
    server: () => ({ tls: another }),
    trust: () => trusting(good),
    says: /TLS failed.*the password was not sent/,
  },
  "a certificate that only the authorities of Node could vouch for": {
    server: () => ({ tls: good }),
    trust: () => ({ verifyHostName: true }),
    says: /TLS failed.*the password was not sent/,
  },
  "a certificate for another host name": {
    server: () => ({ tls: misnamed }),
    trust: () => trusting(misnamed),
    says: /TLS failed.*the password was not sent/,
  },
  "an expired certificate": {
    server: () => ({ tls: expired }),
    trust: () => trusting(expired),
    says: /TLS failed.*expired.*the password was not sent/,
  },
  "an expired certificate whose host name is not to be checked": {
    server: () => ({ tls: expired }),
    trust: () => ({ ca: expired.ca, verifyHostName: false }),
    says: /TLS failed.*expired.*the password was not sent/,
  },
  "a certificate that is not valid yet": {
    server: () => ({ tls: early }),
    trust: () => trusting(early),
    says: /TLS failed.*not yet valid.*the password was not sent/,
  },
  "TLS 1.1 at best": {
    server: () => ({
      tls: { ...good, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
    }),
    trust: () => trusting(good),
    says: /TLS failed.*the password was not sent/,
  },
  "no TLS": {
    server: () => ({}),
    trust: () => trusting(good),
    says: /offers no TLS; the password was not sent/,
  },
  "TLS only in words": {
    server: () => ({ pretendsTls: true }),
    trust: () => trusting(good),
    says: /no answer within/,
    isSilent: true,
  },
};

/** What a server, or somebody on the way, can slip in before TLS begins. */
const slipped: Record<string, () => Buffer[]> = {
  nothing: () => [],
  "an OK, as if the login were through": () => [packet.ok],
  "a switch to the one login method": () => [authSwitch(SALT)],
  "a switch to a method that hands the password over": () => [authSwitch(SALT, "mysql_clear_password")],
  "an error": () => [packet.error(1045, "Access denied")],
  "an OK, and a result": () => [packet.ok, packet.ok, packet.ok],
};

describe.each(Object.entries(cases))("a server with %s", (_, { server, trust, says, isSilent = false }) => {
  test.each(Object.entries(slipped))("that slips in %s learns nothing", async (slip, behindGreeting) => {
    const attacker = await rogue({ ...server(), behindGreeting: behindGreeting() });
    const opened = session(attacker, { tls: trust(), ...(isSilent ? SHORT_LOGIN : {}) }).then((trusted) =>
      trusted.send("ALTER SYSTEM CANCEL BACKUP TENANT = `a`", "cancelling"),
    );
    const failure = await failureOf(opened, 2 * LOGIN_BOUND_MS);
    if (slip === "nothing") {
      expect(failure.message).toMatch(says);
      if (!isSilent) expect(failure.kind).toBe("refused");
    }
    expectNobodyNamed(attacker);
  });
});

test("a server with a good certificate gets the login, and nothing of it in clear", async () => {
  const server = await rogue({ tls: good, onPacket: (victim) => victim.send(packet.ok) });
  await session(server, { tls: trusting(good) });
  expect(server.login?.user).toBe("root@sys");
  expect(Buffer.concat(server.wire).toString("latin1")).not.toContain("root");
});
