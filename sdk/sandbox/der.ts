/*
 * ASN.1 values in DER, as far as a certificate needs them.
 */

/** One value: its tag, its length, its content. */
function value(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/** SEQUENCE */
export const sequence = (...parts: Buffer[]): Buffer => value(0x30, ...parts);

/** SET */
export const set = (...parts: Buffer[]): Buffer => value(0x31, ...parts);

/** BOOLEAN TRUE */
export const yes = (): Buffer => value(0x01, Buffer.from([0xff]));

/** A positive INTEGER; its first bit is not set. */
export const integer = (bytes: Buffer): Buffer => value(0x02, bytes);

/** BIT STRING, of whose last byte so many bits do not count. */
export const bitString = (content: Buffer, unusedBits = 0): Buffer =>
  value(0x03, Buffer.from([unusedBits]), content);

/** OCTET STRING */
export const octetString = (content: Buffer): Buffer => value(0x04, content);

/** UTF8String */
export const utf8String = (text: string): Buffer => value(0x0c, Buffer.from(text));

/** OBJECT IDENTIFIER, from its dotted form. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(inBase128)]));
}

/** Seven bits to a byte; all bytes but the last have the eighth set. */
function inBase128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let rest = number >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** A moment as certificates have it: UTCTime until 2049. */
export function utcTime(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/\.\d+|[-:T]/g, "");
  return value(0x17, Buffer.from(digits.slice(2)));
}

/** A value with a tag of its own around it. */
export const explicit = (number: number, inner: Buffer): Buffer => value(0xa0 | number, inner);

/** A value without parts that has a tag of its own instead of its type's. */
export const implicit = (number: number, content: Buffer): Buffer => value(0x80 | number, content);
