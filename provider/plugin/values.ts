import { isDeepStrictEqual } from "node:util";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isObject } from "../given";

/*
 * Property values as they travel: with the marks that say which of them are secrets. A value that is not known yet is a
 * text of its own there, which the checks of inputs know too.
 */

/** The key by which a value on the wire says what it is, and what it says when it is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that must not be shown. */
export class Secret {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Properties by name; anywhere in them may be a {@link Secret}. */
export type Properties = Record<string, unknown>;

/** What came over the wire, with its marks. */
export function readProperties(struct: Struct | undefined): Properties {
  return (struct === undefined ? {} : fromWire(struct.toJavaScript())) as Properties;
}

/** What goes over the wire. Properties without a value are left out. */
export function writeProperties(properties: object): Struct {
  return Struct.fromJavaScript(toWire(properties) as Record<string, JavaScriptValue>);
}

/** The same values without their marks. */
export function plain<T>(value: unknown): T {
  if (value instanceof Secret) return plain(value.value);
  return mapped(value, plain) as T;
}

/** Whether anything in a value is a secret. */
export function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasSecret);
}

/** A value with the marks of one that it was made from: where the two are alike, and on the whole where they are not. */
export function markedLike(value: unknown, original: unknown): unknown {
  if (value === undefined || value === UNKNOWN || !hasSecret(original)) return value;
  if (original instanceof Secret) return value instanceof Secret ? value : new Secret(value);
  if (isDeepStrictEqual(value, plain(original))) return original;
  if (!isProperties(value) || !isProperties(original)) return new Secret(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, markedLike(part, original[name])]),
  );
}

function fromWire(value: unknown): unknown {
  if (isProperties(value) && value[SIGNATURE] === SECRET) return new Secret(plain(fromWire(value.value)));
  return mapped(value, fromWire);
}

function toWire(value: unknown): unknown {
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: toWire(value.value) };
  return mapped(value, toWire);
}

/** The same list or object with other parts; parts without a value are left out of an object. */
function mapped(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (!isProperties(value)) return value;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([name, part]) => [name, change(part)]));
}

function isProperties(value: unknown): value is Properties {
  return isObject(value) && !(value instanceof Secret);
}
