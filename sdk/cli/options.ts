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

/** Reads the arguments of a command. Fails when one is not known, without repeating what may be a password. */
export function readOptions(args: readonly string[], own: OwnOptions): Options {
  const flags = Object.keys(own).filter((option) => own[option] === "flag");
  const options: Record<string, { type: "boolean" | "string" }> = Object.fromEntries([
    ...Object.keys(own).map((option) => [option, { type: flags.includes(option) ? "boolean" : "string" }]),
    // Node's own way to write them is not there before 22.4.
    ...flags.map((flag) => [`no-${flag}`, { type: "boolean" }]),
  ]);
  const config = { args: [...args], options };
  refuseUnknown(parseArgs({ ...config, strict: false, tokens: true }).tokens, options);
  const { values } = parseArgs({ ...config, strict: true });
  const set = Object.fromEntries(
    Object.keys(own).flatMap((option) => {
      const value = values[`no-${option}`] === true ? false : values[option];
      return value === undefined ? [] : [[option, value]];
    }),
  );
  const texts = Object.fromEntries(Object.entries(set).map(([option, value]) => [option, String(value)]));
  return { texts, has: (flag) => set[flag] === true };
}

/** Refuses a password among the arguments of the program. */
export function refusePassword(args: readonly string[]): void {
  if (!args.some((arg) => /^--?pass/i.test(arg))) return;
  throw new Error(
    "a password is not taken from the command line, where other users of this machine see it; set OCEANBASE_PASSWORD, or leave it out to be asked",
  );
}

type Tokens = NonNullable<ReturnType<typeof parseArgs>["tokens"]>;

/** Node's own words tell nothing of the options that are known, and repeat an argument that is none. */
function refuseUnknown(tokens: Tokens, options: object): void {
  const isUnknown = (name: string) => !Object.hasOwn(options, name);
  const known = Object.keys(options).map((option) => `--${option}`);
  for (const token of tokens) {
    if (token.kind === "positional")
      throw new Error("an argument stands alone, without an option; see --help");
    if (token.kind === "option" && isUnknown(token.name)) {
      const advice = didYouMean(token.rawName, known, "--".length) ?? "see --help";
      throw new Error(`there is no option ${token.rawName}; ${advice}`);
    }
  }
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
  [/\bthe password comes from connection\.password \(.*?\)/, "the password is the one that was typed"],
  [/\bset connection\.password, .*? oceanbase-backup:password\b/, "set OCEANBASE_PASSWORD"],
];

/** An error in the words of a command line: `connection.port` and `oceanbase-backup:port` are `--port` there. */
export function inCommandLineWords(text: string): string {
  const known = OTHER_WORDS.reduce((words, [pattern, other]) => words.replace(pattern, other), text);
  return known.replace(/\b(?:connection\.|oceanbase-backup:)([a-zA-Z]+)\b(?!\.)/g, (place, field: string) =>
    FIELDS.has(optionOf(field)) ? `--${optionOf(field)}` : place,
  );
}
