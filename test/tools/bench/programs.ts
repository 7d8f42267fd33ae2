import { join } from "node:path";

/*
 * What is compared: programs with N resources each, one for every tenant. All get the connection from the environment.
 */

export type Variant =
  | "null"
  | "nothing-plugin"
  | "hand-written"
  | "command"
  | "ours-no-wait"
  | "ours-wait"
  | "plugin-no-wait"
  | "plugin-wait"
  | "yaml-no-wait";

/** The files of a project with so many resources; what is not among them is that of a project in TypeScript. */
export type Files = Record<string, string>;

/** The engine's own floor: a dynamic provider in the ordinary closure form that does nothing. */
const nothing = `
const pulumi = require("@pulumi/pulumi");
const provider = {
  async create(inputs) {
    return { id: inputs.tenant, outs: inputs };
  },
};
class Nothing extends pulumi.dynamic.Resource {
  constructor(name, args) { super(provider, name, args); }
}
for (let i = 0; i < count; i += 1) new Nothing("stop-" + i, { tenant: "tenant_" + i });
`;

/** The same by a plugin. */
const nothingByPlugin = `
const pulumi = require("@pulumi/pulumi");
for (let i = 0; i < count; i += 1) {
  new pulumi.CustomResource("nothing:index:Nothing", "stop-" + i, { tenant: "tenant_" + i }, { version: "0.1.0" });
}
`;

const NOTHING = join(import.meta.dirname, "nothing");

/** What a user would write: the driver in a closure, one statement, no wait, no look at anything. */
const handWritten = `
const pulumi = require("@pulumi/pulumi");
const provider = {
  async create(inputs) {
    const mysql = require("mysql2/promise");
    const connection = await mysql.createConnection({
      host: inputs.host,
      port: inputs.port,
      user: "root@sys",
      password: process.env.OCEANBASE_PASSWORD,
    });
    try {
      await connection.query("ALTER SYSTEM CANCEL BACKUP TENANT = \`" + inputs.tenant.replace(/\`/g, "\`\`") + "\`");
    } finally {
      await connection.end();
    }
    return { id: inputs.tenant, outs: inputs };
  },
  async delete() {},
};
class CancelBackup extends pulumi.dynamic.Resource {
  constructor(name, args) { super(provider, name, args); }
}
const connection = { host: process.env.OCEANBASE_HOST, port: Number(process.env.OCEANBASE_PORT) };
for (let i = 0; i < count; i += 1) new CancelBackup("stop-" + i, { tenant: "tenant_" + i, ...connection });
`;

/** The MySQL client in a shell, by Pulumi's own command provider. */
const command = `
const { local } = require("@pulumi/command");
const client = "mariadb -h$OCEANBASE_HOST -P$OCEANBASE_PORT -uroot@sys -p$OCEANBASE_PASSWORD";
for (let i = 0; i < count; i += 1) {
  new local.Command("stop-" + i, { create: client + " -e 'ALTER SYSTEM CANCEL BACKUP TENANT = tenant_" + i + "'" });
}
`;

const ours = (timeoutSeconds: number, module = "pulumi-oceanbase-backup") => `
const { CancelBackup } = require("${module}");
for (let i = 0; i < count; i += 1) {
  new CancelBackup("stop-" + i, { tenants: ["tenant_" + i], timeoutSeconds: ${timeoutSeconds} });
}
`;

const byPlugin = (timeoutSeconds: number) => ours(timeoutSeconds, "pulumi-oceanbase-backup/native");

const project = (runtime: string, plugin: string, path: string) =>
  `name: bench\nruntime: ${runtime}\nplugins:\n  providers:\n    - { name: ${plugin}, path: ${path} }\n`;

function yaml(count: number): string {
  const resources = Array.from({ length: count }, (_, i) => [
    `  stop-${i}:`,
    "    type: oceanbase-backup:CancelBackup",
    `    properties: { tenants: [tenant_${i}], timeoutSeconds: 0 }`,
  ]);
  const head = project("yaml", "oceanbase-backup", "../../node_modules/.bin");
  return `${head}resources:\n${resources.flat().join("\n")}\n`;
}

const javaScript =
  (program: string, others: Files = {}) =>
  (count: number): Files => ({ "index.js": `const count = ${count};\n${program}`, ...others });

/** The project of each, with so many resources. */
export const PROGRAMS: Record<Variant, (count: number) => Files> = {
  null: javaScript(nothing),
  "nothing-plugin": javaScript(nothingByPlugin, { "Pulumi.yaml": project("nodejs", "nothing", NOTHING) }),
  "hand-written": javaScript(handWritten),
  command: javaScript(command),
  "ours-no-wait": javaScript(ours(0)),
  "ours-wait": javaScript(ours(600)),
  "plugin-no-wait": javaScript(byPlugin(0)),
  "plugin-wait": javaScript(byPlugin(600)),
  "yaml-no-wait": (count) => ({ "Pulumi.yaml": yaml(count) }),
};
