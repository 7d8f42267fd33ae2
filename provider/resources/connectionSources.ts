import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../given";
import type { ConnectionInputs } from "./connection";
import type { Context } from "./context";

/*
 * Where the fields of a connection come from that a resource does not give. Loaded by programs too.
 */

/** What the keys of the stack's configuration begin with. */
export const NAMESPACE = "oceanbase-backup";

/** What they began with before the first release; a bridge of the vendor's Terraform provider would read the same ones. */
const FORMER_NAMESPACE = "oceanbase";

/** What a connection can be completed from. */
export type Source = Pick<Context, "env" | "config" | "placeOf">;

/** Where nothing is to be found. */
export const NO_SOURCE: Source = { env: {}, config: () => undefined };

/** How one field is looked up: in the configuration by its own name, else in the environment. */
interface FieldSource {
  variable: string;
  /** What the text says. One that it cannot be goes on as it is: the check says what is wrong with it. */
  parse?(text: string): unknown;
  byDefault?: unknown;
}

/** Every field of a connection. */
const FIELDS: { readonly [Name in keyof Required<ConnectionInputs>]: FieldSource } = {
  host: { variable: "OCEANBASE_HOST" },
  port: { variable: "OCEANBASE_PORT", parse: asNumber, byDefault: 2881 },
  tenant: { variable: "OCEANBASE_TENANT", byDefault: "sys" },
  user: { variable: "OCEANBASE_USER", byDefault: "root" },
  cluster: { variable: "OCEANBASE_CLUSTER" },
  connectTimeoutSeconds: { variable: "OCEANBASE_CONNECT_TIMEOUT_SECONDS", parse: asNumber },
  endpoints: { variable: "OCEANBASE_ENDPOINTS", parse: asList },
  tls: { variable: "OCEANBASE_TLS", parse: (text) => withoutKey(asTls(text)) },
};

/** Outputs whose texts may say where a cluster is and who logs in: secrets when a field of the connection is one. */
export const OUTPUTS_WITH_CONNECTION: readonly string[] = ["warnings", "notCancelled"];

/** What is looked up and is no field, with its variable. */
const OTHERS = { tlsCaFile: "OCEANBASE_TLS_CA_FILE", password: "OCEANBASE_PASSWORD" } as const;

/** Everything of a connection that can be configured, by name. */
export const CONFIGURABLE: readonly string[] = [...Object.keys(FIELDS), ...Object.keys(OTHERS)];

/** The environment variable of what can be configured. */
export function variableOf(name: string): string {
  const { variable } = FIELDS[name as keyof ConnectionInputs] ?? { variable: undefined };
  return variable ?? OTHERS[name as keyof typeof OTHERS];
}

/** `oceanbase-backup:host`. */
function keyOf(name: string): string {
  return `${NAMESPACE}:${name}`;
}

/** What fills each field that was not given: its configuration, else its variable, else its default. */
export function connectionDefaults(source: Source): Record<keyof ConnectionInputs, unknown> {
  return Object.fromEntries(
    Object.entries(FIELDS).map(([name, { variable, parse = (text: string) => text, byDefault }]) => {
      // An empty variable or configuration value was not given.
      const text = source.config(keyOf(name)) || source.env[variable];
      return [name, text ? parse(text) : byDefault];
    }),
  ) as Record<keyof ConnectionInputs, unknown>;
}

/**
 * Where a field was found that has this value, in words: `the stack's configuration oceanbase-backup:port`. Undefined when the
 * resource gives it itself.
 */
export function placeFound(name: string, value: unknown, source: Source): string | undefined {
  if (!Object.hasOwn(FIELDS, name)) return undefined;
  const { variable, parse = (text: string) => text } = FIELDS[name as keyof ConnectionInputs];
  const configured = source.config(keyOf(name));
  const text = configured || source.env[variable];
  if (!text || !isDeepStrictEqual(parse(text), value)) return undefined;
  return configured ? placeOf(name, source) : `the environment variable ${variable}`;
}

/** A file with authorities asks for TLS where nothing is said, and serves where only TLS is asked for. */
export function withCaFile(tls: unknown, { env, config }: Source): unknown {
  const caFile = config(keyOf("tlsCaFile")) || env[OTHERS.tlsCaFile];
  return caFile && (tls === undefined || tls === true) ? { ca: textOf(caFile) } : tls;
}

/** Where a configured field comes from, in words. */
function placeOf(name: string, source: Source): string {
  const key = keyOf(name);
  return source.placeOf?.(key) ?? `the stack's configuration ${key}`;
}

/** What is not of the moment in a refresh and a destroy. */
const OF_LAST_UP = "(in a refresh and a destroy, as it was at the last up)";

/** Where a password is looked up: in the environment, else in the configuration, which is that of the last `up` there. */
function passwordPlaces(source: Source): { password: string | undefined; place: string }[] {
  return [
    { password: source.env[OTHERS.password], place: `the environment variable ${OTHERS.password}` },
    { password: source.config(keyOf("password")), place: `${placeOf("password", source)} ${OF_LAST_UP}` },
  ];
}

/** The password that is looked up; an empty one was not given. */
export function foundPassword(source: Source): string | undefined {
  return passwordPlaces(source).find(({ password }) => password)?.password;
}

/** Where the password of a refused login comes from, in words; the server tells neither that nor whether it was wrong. */
export function passwordOrigin(givenPassword: string | undefined, source: Source): string {
  if (givenPassword !== undefined) return `the password comes from connection.password ${OF_LAST_UP}`;
  const found = passwordPlaces(source).find(({ password }) => password);
  if (found !== undefined) return `the password comes from ${found.place}`;
  const configured = placeOf("password", source);
  return `the password is empty, or none was given: set connection.password, the environment variable ${OTHERS.password}, or ${configured}`;
}

/** The key of a client certificate in the configuration or the environment; it is looked up when it is needed, too. */
export function foundTlsKey({ env, config }: Source): string | undefined {
  const tls = asTls(config(keyOf("tls")) || env.OCEANBASE_TLS || "");
  return isObject(tls) && typeof tls.key === "string" ? tls.key : undefined;
}

/**
 * What to rename when a stack still has the former keys of fields that nothing else has given: `rename oceanbase:host to
 * oceanbase-backup:host`. Undefined when there is nothing to rename.
 */
export function renameAdvice(
  { connection, password }: { connection?: Partial<ConnectionInputs>; password?: string },
  source: Source,
): string | undefined {
  const fields = Object.keys(FIELDS) as (keyof ConnectionInputs)[];
  const missing: string[] = fields.filter((name) => {
    const value = connection?.[name];
    return value === undefined || value === "" || value === FIELDS[name].byDefault;
  });
  if (connection?.tls === undefined) missing.push("tlsCaFile");
  if (password === undefined && foundPassword(source) === undefined) missing.push("password");
  const renames = missing
    .map((name) => [`${FORMER_NAMESPACE}:${name}`, keyOf(name)] as const)
    .filter(([former, current]) => source.config(former) && !source.config(current))
    .map(([former, current]) => `${former} to ${current}`);
  return renames.length === 0 ? undefined : `rename ${renames.join(", ")} in the stack's configuration`;
}

function textOf(caFile: string): string {
  try {
    return readFileSync(caFile, "utf8");
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`the file of ${keyOf("tlsCaFile")} or ${OTHERS.tlsCaFile} cannot be read: ${why}`);
  }
}

function asNumber(text: string): unknown {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** `true`, `false`, or the fields as JSON: structured configuration, and that of a provider object, comes as such. */
function asTls(text: string): unknown {
  if (text.startsWith("{")) return asJson(text);
  return text === "true" ? true : text === "false" ? false : text;
}

function withoutKey(tls: unknown): unknown {
  if (!isObject(tls)) return tls;
  const { key: _, ...others } = tls;
  return others;
}

/** A list with commas, or as JSON. */
function asList(text: string): unknown {
  if (text.startsWith("[")) return asJson(text);
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
