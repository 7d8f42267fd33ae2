import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONSUMER, newProject, packedTarball } from "../tools/support/consumer.ts";
import { typeErrorsOf } from "../tools/support/typeCheck.ts";
import { TYPESCRIPTS } from "../tools/toolchain/packageManagers.mjs";
import { run } from "../tools/toolchain/run.mjs";

/*
 * Code and types are found under every way of resolving them that Pulumi programs use, for every entry point.
 */
const ENTRY_POINTS = {
  "pulumi-oceanbase-backup": "CancelBackup",
  "pulumi-oceanbase-backup/native": "Provider",
  "pulumi-oceanbase-backup/provider": "cancelBackup",
  "pulumi-oceanbase-backup/sandbox": "startSandbox",
};

const devRequire = createRequire(import.meta.url);

/** Runs a program of Node's in a folder, and gives its exit code and what it printed. */
const node = (args: string[], cwd = CONSUMER) => run(process.execPath, args, { cwd, onLine: () => {} });

/** A program that uses every entry point rightly, and each of them once wrongly. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { BackupCleanupPolicy, type BackupCleanupPolicyArgs, CancelBackup, type CancelBackupArgs, type ConnectionArgs, type BackupJob } from "pulumi-oceanbase-backup";
import * as native from "pulumi-oceanbase-backup/native";
import { cancelBackup } from "pulumi-oceanbase-backup/provider";
import { type Sandbox, startSandbox } from "pulumi-oceanbase-backup/sandbox";
const connection: ConnectionArgs = { host: pulumi.output("h"), password: pulumi.secret("x"), tls: { ca: "" } };
const args: CancelBackupArgs = { tenants: [pulumi.output("a"), "b"], connection, triggers: [1, { a: [true] }] };
const stop = new CancelBackup("stop", args, { dependsOn: [] });
const jobs: pulumi.Output<BackupJob[]> = stop.jobs;
const everyTenant = new CancelBackup("all", { tenants: "all", cancelOn: ["delete"], onTimeout: "warn" });
export const status: pulumi.Output<string[]> = jobs.apply((all) => all.map((job) => job.status));
export const warnings = everyTenant.warnings;
const policyArgs: BackupCleanupPolicyArgs = { tenant: pulumi.output("a"), recoveryWindow: "7d", connection };
const policy = new BackupCleanupPolicy("policy", policyArgs, { dependsOn: stop });
export const window: pulumi.Output<string | undefined> = policy.recoveryWindow;
export const existing = BackupCleanupPolicy.get("existing", "a", { connection }).adopted;
const east = new native.Provider("east", { host: "h", password: pulumi.secret("x") });
export const summary: pulumi.Output<string> = new native.CancelBackup("east", { tenants: "all" }, { provider: east }).summary;
export const call: pulumi.dynamic.ResourceProvider["delete"] = cancelBackup.delete;
export const sandbox: Promise<Sandbox> = startSandbox({ version: "4.6.0", tenants: { a: "MYSQL" } });
// @ts-expect-error there is no such version
startSandbox({ version: "3.1.5" });
// @ts-expect-error an existing policy says itself what it is
BackupCleanupPolicy.get("wrong", "a", { recoveryWindow: "7d" });
// @ts-expect-error tenants are names
new CancelBackup("wrong", { tenants: 5 });
// @ts-expect-error there is no such input
new CancelBackup("wrong", { tenant: "a" });
// @ts-expect-error tenants are names, on the plugin too
new native.CancelBackup("wrong", { tenants: 5 });
// @ts-expect-error there is no such call
cancelBackup.cancel();
`;

const STRICT = {
  strict: true,
  target: "es2022",
  noEmit: true,
  exactOptionalPropertyTypes: true,
  types: ["node"],
};

/** How TypeScript programs have it resolved: the kind of the package, and what the configuration says. */
const RESOLUTIONS = {
  "node10, as in Pulumi's template until 2026": [
    "commonjs",
    { module: "commonjs", moduleResolution: "node" },
  ],
  "node16, CommonJS": ["commonjs", { module: "node16" }],
  "node16, module": ["module", { module: "node16" }],
  "nodenext, CommonJS": ["commonjs", { module: "nodenext" }],
  "nodenext, module": ["module", { module: "nodenext" }],
  bundler: ["module", { module: "preserve", moduleResolution: "bundler" }],
  "none, CommonJS": ["commonjs", { module: "commonjs" }],
  "none, module": ["module", {}],
} as const;

type Resolution = keyof typeof RESOLUTIONS;

/** What an older TypeScript is asked. "none" for a module means that it finds no package at all. */
const OF_OLDER: readonly Resolution[] = [
  "node10, as in Pulumi's template until 2026",
  "nodenext, module",
  "bundler",
  "none, CommonJS",
];

/** What is wrong with the program, as a TypeScript reads it; without a folder the project's own. */
function errorsIn(resolution: Resolution, silence: object, typescript?: string): string[] {
  const [type, options] = RESOLUTIONS[resolution];
  const directory = newProject("types", {
    "package.json": JSON.stringify({ type }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...STRICT, ...silence, ...options },
      files: ["index.ts"],
    }),
    "index.ts": PROGRAM,
  });
  return typeErrorsOf(directory, typescript);
}

test.each(Object.keys(RESOLUTIONS) as Resolution[])(
  "a strict program compiles against its types with the resolution %s",
  (resolution) => {
    // TypeScript 6 warns of what it calls deprecated.
    expect(errorsIn(resolution, { ignoreDeprecations: "6.0" })).toEqual([]);
  },
);

describe.each([...TYPESCRIPTS])("by TypeScript %s", (_, folder) => {
  test.each(OF_OLDER)("a strict program compiles with the resolution %s", (resolution) => {
    expect(errorsIn(resolution, {}, folder)).toEqual([]);
  });
});

describe.each(Object.entries(ENTRY_POINTS))("%s", (name, value) => {
  test.each([
    ["commonjs", `console.log(typeof require("${name}").${value})`],
    ["module", `import { ${value} } from "${name}"; console.log(typeof ${value})`],
  ])("is loaded by a %s program", async (kind, code) => {
    const { output } = await node([`--input-type=${kind}`, "-e", code]);
    expect(output.trim()).toBe(value === "cancelBackup" ? "object" : "function");
  });
});

test("publint has nothing to say about the tarball", async () => {
  const publint = devRequire.resolve("publint").replace(/src[\\/].*/, join("src", "cli.js"));
  const { code, output } = await node([publint, "run", "--strict", packedTarball()]);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("All good!") });
});

test("@arethetypeswrong/cli finds no problem in the tarball", async () => {
  const attw = join(devRequire.resolve("@arethetypeswrong/cli/package.json"), "..", "dist", "index.js");
  const { code, output } = await node([attw, "--no-emoji", "--format", "ascii", packedTarball()]);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("No problems found") });
});
