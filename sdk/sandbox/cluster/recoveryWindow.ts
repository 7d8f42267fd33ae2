const UNITS_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/**
 * A recovery window in microseconds, or undefined when the server does not read it: a number with a unit, or in seconds
 * without one. There are no weeks. A leading 0 makes it octal, 0x hexadecimal. SK: ObConfigTimeParser::get.
 */
export function windowUs(text: string): number | undefined {
  const [, digits, unit = "s"] = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)(us|ms|s|m|h|d)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const isOctal = /^0[0-7]/.test(digits);
  const count = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return count * (UNITS_US[unit.toLowerCase()] as number);
}
