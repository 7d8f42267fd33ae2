/** Something that must never happen, or that must come and has not. */
export class Violation extends Error {
  override readonly name = "Violation";
  /** The sentence of the list that it goes against. */
  readonly rule: string;

  constructor(rule: string, details: string) {
    super(`${rule}: ${details}`);
    this.rule = rule;
  }
}

/** Fails where something is not as it must be. */
export function must(isSo: boolean, rule: string, details: () => unknown): asserts isSo {
  if (isSo) return;
  const seen = details();
  throw new Violation(rule, typeof seen === "string" ? seen : JSON.stringify(seen));
}
