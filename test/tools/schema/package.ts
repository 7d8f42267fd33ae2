import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/run.mjs";
import { PulumiTypes, plainText } from "./properties.ts";
import { readSdkTypes, type TypeSchema } from "./types.ts";

/** Where the schema stands that the plugin gives out, and from which the SDKs of other languages are made. */
export const SCHEMA_FILE = join(ROOT, "provider", "plugin", "schema.json");

/** The package in the tokens of all languages. */
const PACKAGE = "oceanbase-backup";

/** What is made by the plugin, and by which arguments. */
const RESOURCES = ["CancelBackup", "BackupCleanupPolicy"];

/** How each language calls the package. */
const LANGUAGES = {
  python: {
    packageName: "pulumi_oceanbase_backup",
    pyproject: { enabled: true },
    requires: { pulumi: ">=3.150.0,<4.0.0" },
    respectSchemaVersion: true,
  },
  go: {
    importBasePath: "pulumi-oceanbase-backup/sdk/go/oceanbasebackup",
    rootPackageName: "oceanbasebackup",
    respectSchemaVersion: true,
  },
  csharp: { respectSchemaVersion: true },
};

/** The schema of the package, read from the types and the texts of the SDK. */
export function packageSchema(): object {
  const arguments_ = RESOURCES.map((name) => `${name}Args`);
  const others = ["Provider", "ProviderArgs", "GetBackupJobsArgs", "ListedJob"];
  const { types, functionText } = readSdkTypes([...RESOURCES, ...arguments_, ...others]);
  const token = (name: string) => `${PACKAGE}:index:${name}`;
  const pulumiTypes = new PulumiTypes(types, token);
  const configuration = pulumiTypes.object("ProviderArgs").properties;
  const jobs = { type: "array", items: { $ref: `#/types/${token("ListedJob")}` } };
  const schema = {
    ...manifest(),
    config: { variables: configuration },
    provider: {
      description: text(types.Provider),
      inputProperties: configuration,
    },
    resources: Object.fromEntries(
      RESOURCES.map((name) => {
        const outputs = pulumiTypes.object(name);
        return [
          token(name),
          {
            description: text(types[name]),
            ...outputs,
            inputProperties: pulumiTypes.object(`${name}Args`, true).properties,
            ...stateInputs(pulumiTypes, name),
          },
        ];
      }),
    ),
    functions: {
      [token("getBackupJobs")]: {
        description: plainText(functionText("getBackupJobs")),
        inputs: { type: "object", ...pulumiTypes.object("GetBackupJobsArgs", true) },
        outputs: { type: "object", properties: { jobs }, required: ["jobs"] },
      },
    },
  };
  // It is a result alone, and refers to others that are.
  pulumiTypes.require("ListedJob");
  return { ...schema, types: pulumiTypes.specs };
}

/** What a program says beside the id of a resource that it only reads. */
function stateInputs(pulumiTypes: PulumiTypes, name: string): object {
  if (name !== "BackupCleanupPolicy") return {};
  const { connection } = pulumiTypes.object(`${name}Args`).properties ?? {};
  return { stateInputs: { type: "object", properties: { connection } } };
}

/** The schema as it stands in its file. */
export function schemaText(): string {
  return `${JSON.stringify(packageSchema(), undefined, 2)}\n`;
}

function manifest() {
  const { version, license, keywords, description } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return {
    name: PACKAGE,
    displayName: "OceanBase backups",
    version,
    description,
    keywords: keywords.filter((keyword: string) => keyword !== "dynamic-provider"),
    license,
    meta: { supportPack: true },
    language: LANGUAGES,
  };
}

function text(schema: TypeSchema | undefined): string {
  return plainText(schema?.description ?? "");
}
