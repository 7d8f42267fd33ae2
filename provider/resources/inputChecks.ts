/*
 * What can be wrong with a single value, whatever input it belongs to.
 */

/** The words for what is wrong with a value; undefined is right. Every check lets undefined through: it means the default. */
export type Check = (value: unknown) => string | undefined;

/** A number of seconds. */
export function seconds(min: number, max: number): Check {
  return optional((value) => isNumber(value, min, max), `must be a number of seconds from ${min} to ${max}`);
}

/** A whole number that is not too small. */
export function wholeNumber(min: number): Check {
  return optional(
    (value) => Number.isSafeInteger(value) && (value as number) >= min,
    `must be a whole number, ${min} or more`,
  );
}

/** A number that is not 0 or below. */
export const numberAbove0: Check = optional(
  (value) => typeof value === "number" && value > 0,
  "must be a number above 0",
);

/** One of a few words. */
export function oneOf(...words: string[]): Check {
  return optional((value) => words.includes(value as string), `must be ${quoted(words).join(" or ")}`);
}

/** A list with some of a few words. */
export function listOf(...words: string[]): Check {
  return optional(
    (value) => Array.isArray(value) && value.length > 0 && value.every((word) => words.includes(word)),
    `must be a list with ${quoted(words).join(", ")} or both`,
  );
}

/** A list of anything. */
export const list: Check = optional(Array.isArray, "must be a list");

/** Text that is not too long. */
export function text(maxLength = Number.POSITIVE_INFINITY): Check {
  const isText = optional((value) => typeof value === "string", "must be text");
  const isShort = optional(
    (value) => (value as string).length <= maxLength,
    `must not be longer than ${maxLength} characters`,
  );
  return (value) => isText(value) ?? isShort(value);
}

/** True or false. */
export const flag: Check = optional((value) => typeof value === "boolean", "must be true or false");

/** A TCP port, which has to be there. */
export function portProblem(value: unknown): string | undefined {
  return isNumber(value, 1, 65535) && Number.isInteger(value)
    ? undefined
    : "must be a port number from 1 to 65535";
}

/** A wrong name in a message: cut short, and without what a terminal would obey. */
export function shown(name: unknown): string {
  const asJson = JSON.stringify(name) ?? String(name);
  const visible = asJson.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  return visible.length > 80 ? `${visible.slice(0, 80)}...` : visible;
}

function optional(isRight: (value: unknown) => boolean, reason: string): Check {
  return (value) => (value === undefined || isRight(value) ? undefined : reason);
}

function isNumber(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
}

function quoted(words: readonly string[]): string[] {
  return words.map((word) => `"${word}"`);
}
