import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import * as der from "./der.ts";

/** A certificate with its key, and the authority behind it; all as PEM. */
export interface ServerCertificate {
  /** The authority a client has to trust. */
  ca: string;
  cert: string;
  key: string;
}

/** What a certificate says; every option has a default. */
export interface CertificateOptions {
  /** Host names the certificate is good for; default `localhost`. */
  dnsNames?: readonly string[];
  /** Default: a week ago. */
  validFrom?: Date;
  /** Default: a day from now. */
  validUntil?: Date;
}

/** A name, and the pair of keys that it stands for. */
interface Party {
  name: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** What a certificate says about its subject. */
interface Contents {
  validFrom: Date;
  validUntil: Date;
  extensions: Buffer[];
}

const DAY_MS = 24 * 3600 * 1000;
const ECDSA_WITH_SHA256 = der.sequence(der.objectId("1.2.840.10045.4.3.2"));

/** A server certificate signed by an authority of its own, both made for this run. */
export function createCertificate(options: CertificateOptions = {}): ServerCertificate {
  const {
    dnsNames = ["localhost"],
    validFrom = new Date(Date.now() - 7 * DAY_MS),
    validUntil = new Date(Date.now() + DAY_MS),
  } = options;
  const authority = newParty("sandbox authority");
  const server = newParty(dnsNames[0] as string);
  return {
    ca: certified(authority, authority, {
      validFrom: new Date(Date.now() - 7 * DAY_MS),
      validUntil: new Date(Date.now() + 365 * DAY_MS),
      extensions: [basicConstraints(der.yes()), KEY_USAGE_SIGNS_CERTIFICATES],
    }),
    cert: certified(server, authority, {
      validFrom,
      validUntil,
      extensions: [basicConstraints(), USED_BY_SERVERS, alternativeNames(dnsNames)],
    }),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function newParty(name: string): Party {
  return { name, ...generateKeyPairSync("ec", { namedCurve: "prime256v1" }) };
}

/** The certificate of a party as PEM, by RFC 5280, signed by an issuer. */
function certified(subject: Party, issuer: Party, { validFrom, validUntil, extensions }: Contents): string {
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer),
    der.sequence(der.utcTime(validFrom), der.utcTime(validUntil)),
    distinguishedName(subject),
    subject.publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, issuer.privateKey);
  const lines = der.sequence(toBeSigned, ECDSA_WITH_SHA256, der.bitString(signature)).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${lines.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

/** Positive, and of the same length each time. */
function serialNumber(): Buffer {
  return Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
}

function distinguishedName({ name }: Party): Buffer {
  const commonName = der.objectId("2.5.4.3");
  return der.sequence(der.set(der.sequence(commonName, der.utf8String(name))));
}

function extension(id: string, content: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [der.yes()] : [];
  return der.sequence(der.objectId(id), ...critical, der.octetString(content));
}

/** Whether it is an authority's; a FALSE is left out. */
function basicConstraints(...isAuthority: Buffer[]): Buffer {
  return extension("2.5.29.19", der.sequence(...isAuthority), true);
}

/** The bits keyCertSign and cRLSign. */
const KEY_USAGE_SIGNS_CERTIFICATES = extension("2.5.29.15", der.bitString(Buffer.from([0x06]), 1), true);

const USED_BY_SERVERS = extension("2.5.29.37", der.sequence(der.objectId("1.3.6.1.5.5.7.3.1")), false);

function alternativeNames(dnsNames: readonly string[]): Buffer {
  const names = dnsNames.map((name) => der.implicit(2, Buffer.from(name)));
  return extension("2.5.29.17", der.sequence(...names), false);
}
