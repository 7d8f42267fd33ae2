import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { copyOfExample, newProject } from "../tools/support/consumer.ts";
import { FRONTS, type Front, PACKAGES } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { type CommandResult, environmentFor, Stack } from "../tools/support/stack.ts";
import { policyRuntime } from "../tools/toolchain/policies.mjs";

/*
 * The policy pack of the examples, asked by the engine of the real CLI about a program of each front.
 */
const sandbox = useSandbox();
let pack: string;
let stack: Stack | undefined;
beforeAll(async () => {
  pack = await policyPack();
});
afterEach(() => stack?.remove());

/** A copy of the pack that the CLI at hand can start, or of its frame with a program of its own. */
async function policyPack(program?: string): Promise<string> {
  const copy = copyOfExample("policy");
  const project = join(copy, "PulumiPolicy.yaml");
  const runtime = await policyRuntime(process.env.TEST_PULUMI_DIRECTORY as string);
  writeFileSync(project, readFileSync(project, "utf8").replace(/^runtime: .*/m, `runtime: ${runtime}`));
  if (program !== undefined) writeFileSync(join(copy, "index.ts"), program);
  return copy;
}

/** What a preview says of these lines of a program, with the pack. */
async function previewed(
  front: Front,
  lines: string,
  { name = "prod-eu", options = [] as string[], asked = pack } = {},
): Promise<CommandResult> {
  const program = `const { BackupCleanupPolicy, CancelBackup } = require("${PACKAGES[front]}");\n${lines}`;
  stack = await Stack.create(
    newProject("policies", { "index.js": program }),
    environmentFor(sandbox()),
    name,
  );
  return await stack.pulumi(["preview", "--policy-pack", asked, ...options]);
}

const CLEANUP =
  'const cleanup = new BackupCleanupPolicy("cleanup", { tenant: "mysql_tenant", recoveryWindow: "7d" });\n';
const STOP = 'new CancelBackup("stop", { tenants: ["mysql_tenant"], reason: "migration" });';
const OBEYED = CLEANUP + STOP;

const ALL = 'name the tenants: `tenants: "all"` is not for the production stack prod-eu';
const REASON = "say why the backups are stopped, in `reason`: it is kept in the state";
const POLICY = (whose: string) =>
  `add a BackupCleanupPolicy${whose}: without one the data of a cancelled backup stays`;

/** The messages of the pack in an output. */
const violations = ({ output }: CommandResult) =>
  [ALL, REASON, POLICY(""), POLICY(" for mysql_tenant"), POLICY(" for oracle_tenant")].filter((message) =>
    output.includes(message),
  );

describe.each(FRONTS)("%s", (front) => {
  test("a stack that keeps to every policy passes", async () => {
    const { code, output } = await previewed(front, OBEYED);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining("oceanbase-backup@v"),
    });
    expect(output).not.toContain("can't run policy");
  });

  test.each([
    [
      "all tenants of production, no reason and no cleanup policy",
      'new CancelBackup("stop", { tenants: "all" });',
      [ALL, REASON, POLICY("")],
    ],
    [
      "an empty reason, and a tenant without a cleanup policy",
      OBEYED.replace('"migration"', '" "').replace('tenants: ["', 'tenants: ["oracle_tenant", "'),
      [REASON, POLICY(" for oracle_tenant")],
    ],
  ])("a preview fails for %s", async (_, lines, expected) => {
    const result = await previewed(front, lines);
    expect(violations(result)).toEqual(expected);
    expect(result.code).not.toBe(0);
  });
});

/** A pack that reports which properties of a `CancelBackup` it can read. */
const READER = `import { PolicyPack } from "@pulumi/policy";
const isKnown = (props: Record<string, unknown>) => (name: string) => {
  try {
    return props[name] !== undefined;
  } catch {
    return false;
  }
};
const read = (when: string, { type, props }: { type: string; props: Record<string, unknown> }) =>
  \`\${when} \${type}: \${Object.keys(props).filter(isKnown(props)).sort().join()};\`;
new PolicyPack("reader", {
  enforcementLevel: "advisory",
  policies: [
    {
      name: "before",
      description: "before",
      validateResource: (one, report) => {
        if (one.type.endsWith("CancelBackup")) report(read("before", one));
      },
    },
    {
      name: "last",
      description: "last",
      validateStack: ({ resources }, report) =>
        resources.filter(({ type }) => type.endsWith("CancelBackup")).forEach((one) => report(read("last", one), one.urn)),
    },
  ],
});`;

test.each([
  ["dynamic", "pulumi-nodejs:dynamic/oceanbase:CancelBackup", ""],
  ["plugin", "oceanbase-backup:index:CancelBackup", ",statement"],
] as const)("what a policy sees in a preview, as the page has it: %s", async (front, type, known) => {
  const { password } = sandbox().logins.sys;
  const lines = `new CancelBackup("stop", { tenants: ["mysql_tenant"], connection: { password: "${password}" } });`;
  const { code, output } = await previewed(front, lines, { asked: await policyPack(READER) });
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain(`before ${type}: connection,password,tenants;`);
  expect(output).toContain(`last ${type}: connection,password${known},tenants;`);
});

/** A pack that asks for the resources of each class. */
const TYPED = `import { PolicyPack, validateResourceOfType } from "@pulumi/policy";
import * as dynamic from "pulumi-oceanbase-backup";
import * as plugin from "pulumi-oceanbase-backup/native";
const policies = Object.entries({ dynamic, plugin }).flatMap(([front, classes]) =>
  (["CancelBackup", "BackupCleanupPolicy"] as const).map((name) => ({
    name: \`\${front}-\${name.toLowerCase()}\`,
    description: name,
    validateResource: validateResourceOfType(classes[name] as typeof dynamic.CancelBackup, (_, args, report) =>
      report(\`\${front} \${name} is \${args.name};\`),
    ),
  })),
);
new PolicyPack("typed", { enforcementLevel: "advisory", policies });`;

test.each(FRONTS)("the SDK's helpers know the classes of their own front: %s", async (front) => {
  const { code, output } = await previewed(front, OBEYED, { asked: await policyPack(TYPED) });
  expect({ code, output }).toMatchObject({ code: 0 });
  const found = [...output.matchAll(/(\S+ \S+ is \S+);/g)].map(([, said]) => said);
  expect(new Set(found)).toEqual(
    new Set([`${front} BackupCleanupPolicy is cleanup`, `${front} CancelBackup is stop`]),
  );
});

test("every tenant is for stacks that are not production, and what production is can be configured", async () => {
  const all = OBEYED.replace('["mysql_tenant"]', '"all"');
  expect(await previewed("dynamic", all, { name: "dev" })).toMatchObject({ code: 0 });
  stack?.remove();
  const config = join(pack, "config.json");
  writeFileSync(config, '{ "named-tenants": { "production": "^live-" } }');
  const options = ["--policy-pack-config", config];
  expect(await previewed("dynamic", all, { options })).toMatchObject({ code: 0 });
  stack?.remove();
  const { code, output } = await previewed("dynamic", all, { name: "live-eu", options });
  expect(output).toContain("is not for the production stack live-eu");
  expect(code).not.toBe(0);
});

test("an update is refused before anything is sent, for a value that the preview could not know, too", async () => {
  const later = `${CLEANUP}new CancelBackup("stop", { tenants: ["mysql_tenant"], reason: cleanup.summary.apply(() => "") });`;
  sandbox().startBackup("mysql_tenant");
  const { code, output } = await previewed("dynamic", later);
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining("can't run policy 'reason-given'"),
  });
  const update = await (stack as Stack).pulumi(["up", "--yes", "--skip-preview", "--policy-pack", pack]);
  expect(violations(update)).toEqual([REASON]);
  expect(update.code).not.toBe(0);
  expect(sandbox().log.cancels).toEqual([]);
});
