import { generate } from "selfsigned";

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
  dnsNames?: string[];
  /** Default: a week ago. */
  validFrom?: Date;
  /** Default: a day from now. */
  validUntil?: Date;
}

/** A server certificate signed by an authority of its own, both made for this run. */
export async function createCertificate(options: CertificateOptions = {}): Promise<ServerCertificate> {
  const dnsNames = options.dnsNames ?? ["localhost"];
  const notBeforeDate = new Date(Date.now() - 7 * 24 * 3600 * 1000);
  const authority = await generate([{ name: "commonName", value: "sandbox authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: dnsNames[0] as string }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: options.validFrom ?? notBeforeDate,
    notAfterDate: options.validUntil ?? new Date(Date.now() + 24 * 3600 * 1000),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: dnsNames.map((value) => ({ type: 2, value })) },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
