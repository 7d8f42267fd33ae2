import { constants, createHash, generateKeyPairSync, privateDecrypt } from "node:crypto";

/** What the server says after a first answer that is right, when it knows the password already. */
export const FAST_AUTH_SUCCESS = Buffer.from([0x01, 0x03]);
/** What it says otherwise: the password is needed in full. */
export const FULL_AUTH_NEEDED = Buffer.from([0x01, 0x04]);

/** With this single byte a client without TLS asks for the server's public key. */
export const PUBLIC_KEY_REQUEST = 0x02;

/** Whether a first answer is right: SHA256(p) XOR SHA256(SHA256(SHA256(p)) + salt), 32 bytes. */
export function fastAnswerMatches(password: string, salt: Buffer, answer: Buffer): boolean {
  const sha256 = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const once = sha256(Buffer.from(password));
  return answer.equals(xor(once, sha256(sha256(once), salt)));
}

/** The packet that offers the server's public key. */
export function publicKeyPacket(): Buffer {
  return Buffer.concat([Buffer.from([0x01]), Buffer.from(keys().publicKey)]);
}

/** The password that a client has encrypted for that key; undefined when it is not one. */
export function decryptedPassword(encrypted: Buffer, salt: Buffer): string | undefined {
  try {
    const key = { key: keys().privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING };
    return zeroTerminated(xor(privateDecrypt(key, encrypted), salt));
  } catch {
    return undefined;
  }
}

/** The text before the first zero byte. */
export function zeroTerminated(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

function xor(bytes: Buffer, mask: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, i) => byte ^ (mask[i % mask.length] as number)));
}

let made: { publicKey: string; privateKey: string } | undefined;

/** Made when a client first asks: it takes a while. */
function keys(): { publicKey: string; privateKey: string } {
  made ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return made;
}
