import { parseArgs } from "node:util";
import { completeLogin } from "../../provider/resources/completeLogin";
import type { LoginInputs } from "../../provider/resources/connection";
import { CONFIGURABLE, NAMESPACE, type Source } from "../../provider/resources/connectionSources";
import { didYouMean } from "../../provider/text";

/*
 * The options of a login: every field of a connection, under its own name, but the password.
 */

/** What a field is called on a command line: `--connect-timeout-seconds`. */
function optionOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The fields by their options. */
const FIELDS: ReadonlyMap<string, string> = new Map(
  CONFIGURABLE.filter((name) => name !== "password").map((name) => [optionOf(name), name]),
);

/** Options of a command; a text option has what stands for its value in the usage. */
export type OwnOptions = Readonly<Record<string, "flag" | `<${string}>`>>;

/** The options of a login, for a command that logs in. */
export const LOGIN: OwnOptions = Object.fromEntries(
  [...FIELDS.keys()].map((option) => [option, option === "tls" ? "flag" : `<${option.split("-").at(-1)}>`]),
);

/** What a command line says. */
export interface Options {
  /** What each option was given, as text; a flag is `true` or `false`. */
  texts: Readonly<Record<string, string | undefined>>;
  /** Whether a flag is set. */
  has(flag: string): boolean;
}

/** Reads the arguments of a command. Fails when one is not known. */
export function readOptions(args: readonly string[], own: OwnOptions): Options {
  if (args.some((arg) => /^--password\b/.test(arg))) {
    throw new Error(
      "a password is not taken from the command line, where other users of this machine see it; set OCEANBASE_PASSWORD, or leave it out to be asked",
    );
  }
  const types = Object.fromEntries(
    Object.entries(own).map(([option, kind]) => [
      option,
      { type: kind === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const config = { args: [...args], options: types, allowNegative: true };
  refuseUnknown(parseArgs({ ...config, strict: false, tokens: true }).tokens, own);
  const { values } = parseArgs({ ...config, strict: true });
  const texts = Object.fromEntries(Object.entries(values).map(([option, value]) => [option, String(value)]));
  return { texts, has: (flag) => values[flag] === true };
}

/** Node's own words for an option that is not known tell nothing of those that are. */
function refuseUnknown(tokens: NonNullable<ReturnType<typeof parseArgs>["tokens"]>, own: OwnOptions): void {
  const unknown = tokens.find((token) => token.kind === "option" && !Object.hasOwn(own, token.name));
  if (unknown?.kind !== "option") return;
  const { rawName } = unknown;
  const known = Object.keys(own).map((option) => `--${option}`);
  throw new Error(`there is no option ${rawName}; ${didYouMean(rawName, known) ?? "see --help"}`);
}

/** The login that a command line asks for, completed from the environment. */
export function loginOf({ texts }: Options, env: Source["env"]): LoginInputs {
  const source: Source = {
    env,
    // What the stack's configuration is to a program, the command line is here.
    config: (key) => texts[optionOf(key.slice(NAMESPACE.length + 1))],
  };
  return completeLogin({}, source) as LoginInputs;
}

/** The names in a text option that lists some. */
export function namesIn(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim());
}

/** The options of a login: `--host <host>  --port <port>` and so on. */
export function loginUsage(): string {
  return usagesOf(LOGIN).join("  ");
}

/** What a command has besides those: `[--tenants <all | name,name>] [--json]` */
export function usageOf(own: OwnOptions): string {
  const ofLogin = logsIn(own) ? Object.keys(LOGIN) : [];
  const others = Object.entries(own).filter(([option]) => !ofLogin.includes(option));
  return usagesOf(Object.fromEntries(others))
    .map((usage) => `[${usage}]`)
    .join(" ");
}

function usagesOf(options: OwnOptions): string[] {
  return Object.entries(options).map(([option, kind]) =>
    kind === "flag" ? `--${option}` : `--${option} ${kind}`,
  );
}

/** Whether a command logs in, by these options. */
export function logsIn(own: OwnOptions): boolean {
  return Object.keys(LOGIN).every((option) => option in own);
}

/** What a command line calls otherwise than a program does. */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bthe one of connection\.password\b/, "the one that was typed"],
  [/\bset connection\.password, .*? oceanbase-backup:password\b/, "set OCEANBASE_PASSWORD"],
];

/** An error in the words of a command line: `connection.port` and `oceanbase-backup:port` are `--port` there. */
export function inCommandLineWords(text: string): string {
  const known = OTHER_WORDS.reduce((words, [pattern, other]) => words.replace(pattern, other), text);
  return known.replace(/\b(?:connection\.|oceanbase-backup:)([a-zA-Z]+)\b(?!\.)/g, (place, field: string) =>
    FIELDS.has(optionOf(field)) ? `--${optionOf(field)}` : place,
  );
}
