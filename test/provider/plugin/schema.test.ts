import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BACKUP_CLEANUP_POLICY } from "../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { BACKUP_CLEANUP_POLICY_PROPERTIES } from "../../../provider/resources/backupCleanupPolicy/outputs.ts";
import { CANCEL_BACKUP } from "../../../provider/resources/cancelBackup/inputs.ts";
import { CANCEL_BACKUP_PROPERTIES } from "../../../provider/resources/cancelBackup/outputs.ts";
import { CONFIGURABLE } from "../../../provider/resources/connectionSources.ts";
import { packageSchema, SCHEMA_FILE, schemaText } from "../../tools/schema/package.ts";

interface Property {
  type?: string;
  default?: unknown;
  secret?: true;
  description?: string;
  defaultInfo?: unknown;
}
interface Schema {
  config: { variables: Record<string, Property> };
  resources: Record<
    string,
    { properties: Record<string, Property>; inputProperties: Record<string, Property> }
  >;
  types: Record<string, { properties?: Record<string, Property>; enum?: { value: string }[] }>;
}

const text = schemaText();
const schema = packageSchema() as Schema;
const resource = (name: string) =>
  schema.resources[`oceanbase-backup:index:${name}`] as Schema["resources"][string];
const type = (name: string) => schema.types[`oceanbase-backup:index:${name}`]?.properties ?? {};

test("the schema is what the types and the texts of the SDK give (node test/tools/schema/main.ts writes it)", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(text);
});

describe.each([
  ["CancelBackup", CANCEL_BACKUP, CANCEL_BACKUP_PROPERTIES, ["startingClusterJobs"]],
  ["BackupCleanupPolicy", BACKUP_CLEANUP_POLICY, BACKUP_CLEANUP_POLICY_PROPERTIES, []],
] as const)("%s", (name, table, outputs, unsaid) => {
  test("has the inputs that are checked, with the secrets of the login inside the connection", () => {
    const beside = ["password", "tlsKey"];
    const checked = Object.keys(table).filter((input) => !beside.includes(input));
    expect(Object.keys(resource(name).inputProperties).sort()).toEqual(checked.sort());
  });

  test("has the inputs and outputs that are saved", () => {
    const saved = Object.keys(outputs).filter((output) => !(unsaid as readonly string[]).includes(output));
    expect(Object.keys(resource(name).properties).sort()).toEqual(saved.sort());
  });

  test("has the defaults that a change is told by", () => {
    for (const [input, { default: byDefault }] of Object.entries(resource(name).inputProperties)) {
      const rule = (table as unknown as Record<string, { byDefault?: unknown }>)[input];
      if (byDefault !== undefined)
        expect({ input, byDefault }).toEqual({ input, byDefault: rule?.byDefault });
    }
  });
});

test("everything of a connection can be configured, and nothing has a default that would come before", () => {
  expect(Object.keys(schema.config.variables).sort()).toEqual([...CONFIGURABLE].sort());
  const { tlsCaFile: _, ...fields } = schema.config.variables;
  expect(type("Connection")).toEqual(fields);
  for (const property of [...Object.values(fields), ...Object.values(type("Tls"))]) {
    expect(property).not.toHaveProperty("default");
    // The generated code would pass an environment variable on without the mark of a secret.
    expect(property).not.toHaveProperty("defaultInfo");
  }
});

test("secrets are marked, bounds and defaults are said, and ids are text", () => {
  expect(type("Connection").password).toMatchObject({ type: "string", secret: true });
  expect(schema.config.variables.password).toMatchObject({ secret: true });
  expect(type("Tls").key).toMatchObject({ secret: true });
  expect(type("Connection").port).toMatchObject({
    type: "integer",
    description: expect.stringMatching(/Default: `2881`\. From 1 to 65535\.$/),
  });
  expect(resource("CancelBackup").inputProperties.settleSeconds).toMatchObject({
    type: "number",
    default: 0,
    description: expect.stringMatching(/Default: `0`\. From 0 to 3600\.$/),
  });
  for (const id of ["jobId", "tenantId", "backupSetId"]) expect(type("BackupJob")[id]?.type).toBe("string");
  expect(schema.types["oceanbase-backup:index:OnTimeout"]?.enum).toEqual([
    { value: "fail" },
    { value: "warn" },
  ]);
  expect(text).not.toMatch(/\{@\w+/);
});
