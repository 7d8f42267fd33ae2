/*
 * Values of a program as they are compared. The engine hands them to the calls of one command in different forms.
 */

/** The key by which Pulumi marks a value of a kind of its own. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The marks of an asset and of an archive. */
const FILES: ReadonlySet<unknown> = new Set([
  "c44067f5952c0a294b673a41bacd8c17",
  "0def7320c3a5731c473e5ecbe6d01bc7",
]);

/**
 * A value without what makes no difference: of an asset or an archive only its hash counts, because the engine leaves out
 * where its content comes from in one call and not in another; a field without a value was not given.
 */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const { [SIGNATURE]: mark, hash } = value as Record<string, unknown>;
  if (FILES.has(mark)) return { [SIGNATURE]: mark, hash };
  const given = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return Object.fromEntries(given.map(([name, part]) => [name, comparable(part)]));
}
