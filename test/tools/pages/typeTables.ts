import { boundsOf, plainText } from "../schema/properties.ts";
import { readSdkTypes, type TypeSchema } from "../schema/types.ts";
import { table } from "./markdown.ts";

/*
 * Tables of inputs, outputs and the types that they are made of, from the SDK's types and their doc comments.
 */

/** Inputs of what a program makes or calls, and the outputs that may repeat them. */
const INPUTS: Readonly<Record<string, string>> = {
  CancelBackupArgs: "CancelBackup",
  BackupCleanupPolicyArgs: "BackupCleanupPolicy",
};

/** Where another type is described. */
const PLACES: Readonly<Record<string, string>> = {
  ConnectionArgs: "connection.md#fields",
  ConnectionInputs: "connection.md#fields",
  TlsArgs: "connection.md#tls",
  TlsInputs: "connection.md#tls",
  BackupJob: "cancelBackup.md#a-job",
  Leftover: "cancelBackup.md#what-is-left-behind",
  ServerRecord: "cancelBackup.md#the-server",
  ExcludedTenant: "cancelBackup.md#tenants-left-alone",
  NotCancelledTenant: "cancelBackup.md#tenants-left-alone",
  HistoryArgs: "getBackupJobs.md#history",
  JobProgress: "getBackupJobs.md#progress",
};

/** Every type that a page may have a table of. */
export const TYPES = [
  "CancelBackup",
  "CancelBackupArgs",
  "BackupCleanupPolicy",
  "BackupCleanupPolicyArgs",
  "GetBackupJobsArgs",
  "ListedJob",
  "ConnectionArgs",
  "TlsArgs",
  "Provider",
  "ProviderArgs",
  "SandboxOptions",
];

type Types = Record<string, TypeSchema>;

let known: Types | undefined;

/** Reading them takes a few seconds, once. */
function typesOfSdk(): Types {
  known ??= readSdkTypes(TYPES).types;
  return known;
}

/** The table of all properties of a type. */
export function typeTable(name: string): string {
  const types = typesOfSdk();
  if (types[name] === undefined) throw new Error(`the SDK has no type ${name}`);
  const properties = Object.entries(types[name].properties ?? {}) as [string, TypeSchema][];
  const inputs = Object.keys(INPUTS).find((args) => INPUTS[args] === name);
  const isRepeated = ([property, schema]: [string, TypeSchema]) =>
    inputs !== undefined && property in (types[inputs]?.properties ?? {}) && isAsGiven(schema);
  const shown = properties.filter((property) => !isRepeated(property));
  const repeated = properties.filter(isRepeated).map(([property]) => `\`${property}\``);
  const hasDefaults = shown.some(([, schema]) => schema.default !== undefined);
  const kind = name.endsWith("Args") ? "input" : inputs === undefined ? "field" : "output";
  const rows = shown.map(([property, schema]) => [
    `\`${property}\``,
    typeText(schema, types),
    ...(hasDefaults ? [schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\``] : []),
    [plainText(schema.description ?? ""), ...boundsOf(schema)].join(" "),
  ]);
  const text = table([kind, "type", ...(hasDefaults ? ["default"] : []), "meaning"], rows);
  return repeated.length === 0
    ? text
    : `${text}\n\nAnd every other input as it was given: ${repeated.join(", ")}.`;
}

/** Whether an output says nothing but what was put in. */
function isAsGiven({ description = "" }: TypeSchema): boolean {
  return /\bas (it was|they were) given\b/.test(description.replace(/\s+/g, " "));
}

/** A type in words: `string[]` or `"all"`. */
function typeText(schema: TypeSchema, types: Types): string {
  const { $ref, anyOf, items, type, additionalProperties } = schema;
  if ($ref !== undefined) return named(decodeURIComponent($ref.replace("#/definitions/", "")), types);
  if (anyOf !== undefined) return anyOf.map((part) => typeText(part as TypeSchema, types)).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${JSON.stringify(word)}\``).join(" or ");
  if (type === "array") return `list of ${typeText(items as TypeSchema, types)}`;
  if (isNamed(additionalProperties)) return `by name: ${typeText(additionalProperties, types)}`;
  return type === undefined || type === "object"
    ? "any value"
    : `\`${type === "integer" ? "number" : type}\``;
}

/** Whether all properties of an object have a type that has a name. */
function isNamed(properties: TypeSchema["additionalProperties"]): properties is TypeSchema {
  return typeof properties === "object" && properties.$ref !== undefined;
}

function named(name: string, types: Types): string {
  const place = PLACES[name];
  if (place !== undefined) return `[${name}](${place})`;
  const schema = types[name];
  if (schema?.enum !== undefined || schema?.type !== "object") return typeText(schema as TypeSchema, types);
  throw new Error(`no page describes the type ${name}`);
}
