import { createHash, randomBytes } from "node:crypto";
import { PayloadReader } from "./packets.ts";

/** Capability bits that the server side has to know. */
export const CAPABILITY = {
  connectWithDatabase: 0x8,
  tls: 0x800,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
  lengthEncodedAuth: 0x200000,
  /** Bit 27: an Oracle-mode tenant takes no session without it. MySQL 8 gave the same bit another name. */
  oracleMode: 0x8000000,
} as const;

/** What an observer offers: no bit 27 (a client would change its queries), no compression. */
const OFFERED = 0x009ff7ff & ~0x20 & ~0x80;

/** The method that every greeting names, and that accounts have unless they were made otherwise. */
export const AUTH_PLUGIN = "mysql_native_password";

/** What a server may say of itself that an observer does not. */
export interface UnusualGreeting {
  plugin?: string;
  /** Bits to offer besides. */
  capabilities?: number;
}

/** The first packet of a connection: who the server is, what it can, and the salt for the password. */
export function greeting(
  connectionId: number,
  version: string,
  salt: Buffer,
  tls: boolean,
  unusual: UnusualGreeting = {},
): Buffer {
  const capabilities = OFFERED | (tls ? CAPABILITY.tls : 0) | (unusual.capabilities ?? 0);
  const fixed = Buffer.alloc(4);
  fixed.writeUInt32LE(connectionId);
  const middle = Buffer.alloc(18);
  middle.writeUInt16LE(capabilities & 0xffff, 0);
  middle[2] = 45; // utf8mb4_general_ci
  middle.writeUInt16LE(2, 3); // autocommit
  middle.writeUInt16LE((capabilities >>> 16) & 0xffff, 5);
  middle[7] = 21; // length of the salt and its terminator
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    fixed,
    salt.subarray(0, 8),
    Buffer.from([0]),
    middle,
    salt.subarray(8),
    Buffer.from([0]),
    Buffer.from(`${unusual.plugin ?? AUTH_PLUGIN}\0`),
  ]);
}

/** Twenty random bytes for a client to mix its password with. */
export function newSalt(): Buffer {
  // A zero byte would end the salt early.
  return randomBytes(20).map((byte) => (byte % 127) + 1) as Buffer;
}

/** A client's first answer, taken apart. */
export interface LoginRequest {
  capabilities: number;
  user: string;
  authResponse: Buffer;
  database: string | undefined;
  plugin: string;
}

/** The client's answer; a short one only asks to switch to TLS first. */
export function parseLogin(payload: Buffer): LoginRequest | "switch to TLS" {
  const reader = new PayloadReader(payload);
  const capabilities = reader.integer(4);
  reader.bytes(4 + 1 + 23);
  if (payload.length <= 32) return "switch to TLS";
  const user = reader.zeroTerminated();
  let authResponse: Buffer;
  if (capabilities & CAPABILITY.lengthEncodedAuth) authResponse = reader.lengthEncodedBytes();
  else if (capabilities & CAPABILITY.secureConnection) authResponse = reader.bytes(reader.integer(1));
  else authResponse = Buffer.from(reader.zeroTerminated());
  const database = capabilities & CAPABILITY.connectWithDatabase ? reader.zeroTerminated() : "";
  const plugin = capabilities & CAPABILITY.pluginAuth ? reader.zeroTerminated() : AUTH_PLUGIN;
  return { capabilities, user, authResponse, database: database || undefined, plugin };
}

/** Asks the client to answer with this plugin. The salt ends without a zero. P: OMPKAuthSwitch::serialize. */
export function authSwitch(salt: Buffer, plugin: string = AUTH_PLUGIN): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), salt]);
}

/** Whether the client knows the password: its answer is SHA1(p) XOR SHA1(salt + SHA1(SHA1(p))). */
export function passwordMatches(password: string, salt: Buffer, answer: Buffer): boolean {
  if (password === "") return answer.length === 0;
  const sha1 = (...parts: Buffer[]) => createHash("sha1").update(Buffer.concat(parts)).digest();
  const once = sha1(Buffer.from(password));
  const mask = sha1(salt, sha1(once));
  return answer.equals(Buffer.from(once.map((byte, i) => byte ^ (mask[i] as number))));
}

/** The parts of a login name. */
export interface LoginName {
  user: string;
  tenant: string;
  cluster: string | undefined;
}

/** `user@tenant`, `user@tenant#cluster`, `cluster:tenant:user`; a bare user means the sys tenant. */
export function parseLoginName(name: string): LoginName {
  if (!name.includes("@") && !name.includes("#") && name.split(":").length === 3) {
    const [cluster, tenant, user] = name.split(":") as [string, string, string];
    return { user, tenant, cluster };
  }
  const at = name.indexOf("@");
  if (at < 0) return { user: name, tenant: "sys", cluster: undefined };
  const [tenant, cluster] = name.slice(at + 1).split("#") as [string, string | undefined];
  return { user: name.slice(0, at), tenant, cluster };
}
