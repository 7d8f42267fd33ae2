// A small resource for an OceanBase tenant, enough for an environment that lives for an hour.
import * as pulumi from "@pulumi/pulumi";

/** Runs one statement in the sys tenant; the login comes from the environment. */
async function inSys(sql: string): Promise<void> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({
    host: process.env.OCEANBASE_HOST ?? "127.0.0.1",
    port: Number(process.env.OCEANBASE_PORT ?? 2881),
    user: "root@sys",
    password: process.env.OCEANBASE_PASSWORD ?? "",
  });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

const provider: pulumi.dynamic.ResourceProvider<{ name: string }, { name: string }> = {
  async create({ name }) {
    await inSys(
      `CREATE TENANT \`${name}\` RESOURCE_POOL_LIST = ('ephemeral') SET ob_tcp_invited_nodes = '%'`,
    );
    return { id: name, outs: { name } };
  },
  async delete(name) {
    await inSys(`DROP TENANT IF EXISTS \`${name}\` FORCE`);
  },
};

export class Tenant extends pulumi.dynamic.Resource {
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: { name: pulumi.Input<string> }, options?: pulumi.CustomResourceOptions) {
    super(provider, name, args, options, "oceanbase", "Tenant");
  }
}
