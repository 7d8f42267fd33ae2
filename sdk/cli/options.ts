import { parseArgs } from "node:util";
import { completeLogin } from "../../provider/resources/completeLogin";
import type { LoginInputs } from "../../provider/resources/connection";
import { CONFIGURABLE, NAMESPACE, type Source } from "../../provider/resources/connectionSources";

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

/** Options of every command, beside those of a login; a text option has what stands for its value in the usage. */
export type OwnOptions = Readonly<Record<string, "flag" | `<${string}>`>>;

/** What a command line says. */
export interface Options {
  /** The login, completed from the environment. */
  login: LoginInputs;
  /** Texts of the command's own options. */
  texts: Readonly<Record<string, string | undefined>>;
  /** Whether a flag of the command's own is set. */
  has(flag: string): boolean;
}

/** Reads the arguments of a command. Fails when one is not known. */
export function readOptions(args: readonly string[], own: OwnOptions, env: Source["env"]): Options {
  if (args.some((arg) => /^--password\b/.test(arg))) {
    throw new Error(
      "a password is not taken from the command line, where other users of this machine see it; set OCEANBASE_PASSWORD, or leave it out to be asked",
    );
  }
  const types = Object.fromEntries([
    ...[...FIELDS.keys()].map((option) => [option, { type: option === "tls" ? "boolean" : "string" }]),
    ...Object.entries(own).map(([option, kind]) => [
      option,
      { type: kind === "flag" ? "boolean" : "string" },
    ]),
  ]);
  const { values } = parseArgs({ args: [...args], options: types, strict: true, allowNegative: true });
  const given = new Map(
    Object.entries(values).map(([option, value]) => [FIELDS.get(option) ?? option, value]),
  );
  const source: Source = {
    env,
    // What the stack's configuration is to a program, the command line is here.
    config: (key) => textOf(given.get(key.slice(NAMESPACE.length + 1))),
  };
  return {
    login: completeLogin({}, source) as LoginInputs,
    texts: Object.fromEntries(Object.keys(own).map((option) => [option, textOf(given.get(option))])),
    has: (flag) => given.get(flag) === true,
  };
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The options of a login: `--host <host>`, `--tls` and so on. */
export function loginUsage(): string {
  return [...FIELDS.keys()]
    .map((option) => (option === "tls" ? "--tls" : `--${option} <${option.split("-").at(-1)}>`))
    .join("  ");
}

/** `[--tenants <all | name,name>] [--json]` */
export function usageOf(own: OwnOptions): string {
  return Object.entries(own)
    .map(([option, kind]) => (kind === "flag" ? `[--${option}]` : `[--${option} ${kind}]`))
    .join(" ");
}

/** An error in the words of a command line: `connection.port` and `oceanbase-backup:port` are `--port` there. */
export function inCommandLineWords(text: string): string {
  return text.replace(/\b(?:connection\.|oceanbase-backup:)([a-zA-Z]+)\b(?!\.)/g, (place, field: string) =>
    FIELDS.has(optionOf(field)) ? `--${optionOf(field)}` : place,
  );
}
