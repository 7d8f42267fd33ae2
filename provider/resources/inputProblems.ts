import { nearestNames } from "../oceanbase/cluster/scope";
import type { InputProblem } from "./context";

/*
 * What can be wrong with a single value, whatever input it belongs to. Each gives the words for it, or undefined.
 */

/** Fields that nothing here reads: a slip of the pen that must not pass in silence. */
export function unknownFieldProblems(
  given: object,
  known: readonly string[],
  prefix: string,
): InputProblem[] {
  const strangers = Object.keys(given).filter((field) => !known.includes(field) && field !== "__provider");
  return strangers.map((field) => {
    const near = nearestNames(field, known);
    const advice = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `known are ${known.join(", ")}`;
    return { path: `${prefix}${field}`, reason: `there is no such input; ${advice}` };
  });
}

/** What is wrong with a number of seconds; undefined is right, it means the default. */
export function secondsProblem(value: unknown, min: number, max: number): string | undefined {
  return value === undefined ? undefined : numberProblem(value, "a number of seconds", min, max);
}

/** What is wrong with a number that has to be there. */
export function numberProblem(value: unknown, what: string, min: number, max: number): string | undefined {
  if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) {
    if (what !== "a port number" || Number.isInteger(value)) return undefined;
  }
  return `must be ${what} from ${min} to ${max}`;
}

/** What is wrong with one of a few words; undefined is right, it means the default. */
export function choiceProblem(value: unknown, choices: readonly string[]): string | undefined {
  if (value === undefined || choices.includes(value as string)) return undefined;
  return `must be ${choices.map((choice) => `"${choice}"`).join(" or ")}`;
}

/** What is wrong with a text; undefined is right. */
export function textProblem(value: unknown, maxLength = Number.POSITIVE_INFINITY): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") return "must be text";
  return value.length > maxLength ? `must not be longer than ${maxLength} characters` : undefined;
}

/** What is wrong with a switch; undefined is right, it means the default. */
export function switchProblem(value: unknown): string | undefined {
  return value === undefined || typeof value === "boolean" ? undefined : "must be true or false";
}

/** A wrong name in a message: cut short, and without what a terminal would obey. */
export function shown(name: unknown): string {
  const text = JSON.stringify(name) ?? String(name);
  const visible = text.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  return visible.length > 80 ? `${visible.slice(0, 80)}...` : visible;
}

/** Everything that is wrong, in one line. */
export function problemsText(problems: readonly InputProblem[]): string {
  return problems.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
}
