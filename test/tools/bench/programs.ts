/*
 * What is compared: programs with N resources each, one for every tenant. All get the connection from the environment.
 */

export type Variant = "null" | "hand-written" | "command" | "ours-no-wait" | "ours-wait";

const count = `const count = Number(new pulumi.Config().require("count"));`;

/** The engine's own floor: a dynamic provider in the ordinary closure form that does nothing. */
const nothing = `
const pulumi = require("@pulumi/pulumi");
${count}
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

/** What a user would write: the driver in a closure, one statement, no wait, no look at anything. */
const handWritten = `
const pulumi = require("@pulumi/pulumi");
${count}
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
const pulumi = require("@pulumi/pulumi");
const { local } = require("@pulumi/command");
${count}
const client = "mariadb -h$OCEANBASE_HOST -P$OCEANBASE_PORT -uroot@sys -p$OCEANBASE_PASSWORD";
for (let i = 0; i < count; i += 1) {
  new local.Command("stop-" + i, { create: client + " -e 'ALTER SYSTEM CANCEL BACKUP TENANT = tenant_" + i + "'" });
}
`;

const ours = (timeoutSeconds: number) => `
const pulumi = require("@pulumi/pulumi");
const { CancelBackup } = require("pulumi-oceanbase-backup");
${count}
for (let i = 0; i < count; i += 1) {
  new CancelBackup("stop-" + i, { tenants: ["tenant_" + i], timeoutSeconds: ${timeoutSeconds} });
}
`;

export const PROGRAMS: Record<Variant, string> = {
  null: nothing,
  "hand-written": handWritten,
  command,
  "ours-no-wait": ours(0),
  "ours-wait": ours(600),
};
