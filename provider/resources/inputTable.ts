import { isDeepStrictEqual } from "node:util";
import { didYouMean } from "../text";
import { NO_SOURCE, type Source } from "./connectionSources";

/** Something that is wrong with an input. */
export interface InputProblem {
  /** The place, such as `connection.port` or `tenants[1]`. */
  path: string;
  /** What is wrong there and what would be right. Never repeats a secret. */
  reason: string;
}

/** All that is known of one input. */
export interface InputRule<Inputs, Value> {
  /**
   * What is wrong with its value, which may be of any type. Problems with a place of their own come as a list. A value
   * that is not known yet is not asked about. What is missing may be said by where it was looked up.
   */
  check(value: unknown, inputs: Inputs, source: Source): string | readonly InputProblem[] | undefined;
  /** Whether two values ask for the same. @default deep equality */
  same?(one: Value | undefined, other: Value | undefined): boolean;
  /** What it means when it is not given. @default nothing that could be said as well */
  byDefault?: Value;
  /** Where a person has given it. @default its own name */
  path?: string;
  /** Whether outputs repeat it, in a statement or in a line for people. @default false */
  isRepeated?: boolean;
}

/** Every input and no other, in the order in which messages name them. */
export type InputTable<Inputs> = {
  readonly [Name in keyof Required<Inputs>]: InputRule<Inputs, Required<Inputs>[Name]>;
};

/** Stands for a value that is not known yet, anywhere in the inputs of a preview. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is not known yet, or has a part that is not. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/**
 * Finds everything that is wrong at once, without asking a server. What is not known yet is passed over.
 *
 * @param source what the inputs were completed from
 * @param prefix the place of these inputs within others, such as `connection.`
 */
export function checkInputs<Inputs extends object>(
  table: InputTable<Inputs>,
  inputs: Inputs,
  source: Source = NO_SOURCE,
  prefix = "",
): InputProblem[] {
  const known = namesIn(table).flatMap((name) => {
    const {
      check,
      path = `${prefix}${name}`,
    }: Pick<InputRule<Inputs, never>, "check" | "path"> = table[name];
    const found = check(inputs[name], inputs, source) ?? [];
    if (typeof found !== "string") return found;
    return hasUnknown(inputs[name]) ? [] : [{ path, reason: found }];
  });
  // First: a name that was misspelled is also missing.
  return [...unknownInputs(inputs, namesIn(table), prefix), ...known];
}

/** The inputs that ask for something else; one that is left out asks for its default. */
export function changedInputs<Inputs extends object>(
  table: InputTable<Inputs>,
  olds: Inputs,
  news: Inputs,
): (keyof Inputs & string)[] {
  return namesIn(table).filter((name) => {
    const { same = isDeepStrictEqual, byDefault }: InputRule<Inputs, Inputs[typeof name]> = table[name];
    return !same(olds[name] ?? byDefault, news[name] ?? byDefault);
  });
}

/** The inputs in a state, without its outputs. */
export function inputsIn<Inputs extends object>(table: InputTable<Inputs>, state: Inputs): Inputs {
  const given = namesIn(table).filter((name) => state[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, state[name]])) as Inputs;
}

/** The inputs that a state stands for, those that ask for the same as before as they were given. */
export function inputsOf<Inputs extends object>(
  table: InputTable<Inputs>,
  state: Inputs,
  before?: Inputs,
): Inputs {
  if (before === undefined) return inputsIn(table, state);
  const changed = new Set(changedInputs(table, before, state));
  const kept = namesIn(table).filter((name) => !changed.has(name) && before[name] !== undefined);
  const others = namesIn(table).filter((name) => changed.has(name) && state[name] !== undefined);
  return Object.fromEntries([
    ...kept.map((name) => [name, before[name]]),
    ...others.map((name) => [name, state[name]]),
  ]) as Inputs;
}

/** Fields that no resource reads: a misspelling must not pass in silence. */
export function unknownInputs(given: object, known: readonly string[], prefix: string): InputProblem[] {
  const unknown = Object.keys(given).filter((name) => !known.includes(name) && name !== "__provider");
  return unknown.map((name) => {
    const advice = didYouMean(name, known) ?? `known are ${known.join(", ")}`;
    return { path: `${prefix}${name}`, reason: `there is no such input; ${advice}` };
  });
}

/** Everything that is wrong, in one line. */
export function problemsText(problems: readonly InputProblem[]): string {
  return problems.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
}

/** The inputs that outputs repeat: when one is a secret, so are they. */
export function repeatedInputs<Inputs>(table: InputTable<Inputs>): string[] {
  return namesIn(table).filter((name) => table[name].isRepeated === true);
}

function namesIn<Inputs>(table: InputTable<Inputs>): (keyof Inputs & string)[] {
  return Object.keys(table) as (keyof Inputs & string)[];
}
