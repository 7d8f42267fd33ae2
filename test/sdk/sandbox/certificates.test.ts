import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { createCertificate } from "../../../sdk/sandbox/certificates.ts";

/*
 * What a certificate says, read back by OpenSSL. That clients trust it, or do not, is tested by test/attackers/tls.test.ts.
 */
test("a certificate is the authority's, for its hosts and its time", () => {
  const validFrom = new Date("2030-01-02T03:04:05Z");
  const validUntil = new Date("2031-02-03T04:05:06Z");
  const dnsNames = ["db.example", `${"long-".repeat(40)}.example`];
  const made = createCertificate({ dnsNames, validFrom, validUntil });
  const [authority, server] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
  expect(authority.ca).toBe(true);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect(server).toMatchObject({
    ca: false,
    subject: "CN=db.example",
    issuer: "CN=sandbox authority",
    subjectAltName: dnsNames.map((name) => `DNS:${name}`).join(", "),
    keyUsage: ["1.3.6.1.5.5.7.3.1"],
  });
  expect([server.validFromDate, server.validToDate]).toEqual([validFrom, validUntil]);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
});

test("each has a key of its own", () => {
  const [one, other] = [createCertificate(), createCertificate()];
  expect(new X509Certificate(one.cert).publicKey.equals(new X509Certificate(other.cert).publicKey)).toBe(
    false,
  );
});
