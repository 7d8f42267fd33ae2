/*
 * Lengths of time as OceanBase writes them: a whole number and a unit. There are no weeks. Fact: window-syntax
 */

/** Microseconds of each unit. */
const UNITS: Readonly<Record<string, bigint>> = {
  us: 1n,
  ms: 1_000n,
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
};

/** OceanBase counts microseconds in 64 bits, with a sign. */
const LONGEST_MICROSECONDS = 2n ** 63n - 1n;

/**
 * What keeps this text from being a recovery window; undefined when nothing does. Narrower than the server, which reads
 * a leading 0 as octal, and a number without a unit as seconds, where OceanBase's documentation asks for a unit.
 */
export function recoveryWindowProblem(text: string): string | undefined {
  if (!/^[1-9]\d*(us|ms|s|m|h|d)$/i.test(text)) {
    return 'must be a whole number without a leading 0, directly followed by us, ms, s, m, h or d, such as "7d" (OceanBase has no weeks)';
  }
  return windowMicroseconds(text) === undefined
    ? `must not be longer than ${LONGEST_MICROSECONDS / (UNITS.d as bigint)}d`
    : undefined;
}

/** The length of a window in microseconds, read as the server reads it; undefined when there is none in it. */
export function windowMicroseconds(text = ""): bigint | undefined {
  const match = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)(us|ms|s|m|h|d)?$/i.exec(text);
  if (match === null) return undefined;
  const digits = match[1] as string;
  const unit = match[2] ?? "s";
  const number = /^0[0-7]/.test(digits) ? BigInt(`0o${digits}`) : BigInt(digits);
  const length = number * (UNITS[unit.toLowerCase()] as bigint);
  return length > LONGEST_MICROSECONDS ? undefined : length;
}

/** Whether two windows are equally long, however they are written. Undefined is a policy without a window. */
export function isSameWindow(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  const length = windowMicroseconds(one);
  return length !== undefined && length === windowMicroseconds(other);
}

/** Whether a window is shorter than another one. One that cannot be read, or is not there, is not. */
export function isShorterWindow(one: string | undefined, other: string | undefined): boolean {
  return (windowMicroseconds(one) ?? LONGEST_MICROSECONDS) < (windowMicroseconds(other) ?? 0n);
}
