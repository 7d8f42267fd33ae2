import { afterEach, expect, test } from "vitest";
import { MAX_CONNECTIONS } from "../../provider/oceanbase/connection/sharedLogin.ts";
import { type Sandbox, startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { soak } from "../tools/support/soak.ts";
import { Stack } from "../tools/support/stack.ts";

/*
 * Large stacks with the real CLI: how many connections each cluster sees, and how many statements. How long they take
 * is a matter of the benchmark.
 */
const sandboxes: Sandbox[] = [];
let stack: Stack | undefined;
afterEach(async () => {
  stack?.remove();
  await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.stop()));
});

const PROGRAM = `
const { CancelBackup } = require("pulumi-oceanbase-backup");
const { readFileSync } = require("node:fs");
for (const { name, ...args } of JSON.parse(readFileSync("resources.json", "utf8"))) new CancelBackup(name, args);
`;

/** A cluster with these tenants, a backup running in each. */
async function clusterWith(tenants: readonly string[]): Promise<Sandbox> {
  const sandbox = await startSandbox({ speed: 30, timing: { backupSeconds: 1_000_000 } });
  sandboxes.push(sandbox);
  sandbox.cluster.tenants.setPassword("sys", "root", "load");
  for (const tenant of tenants) {
    sandbox.addTenant(tenant);
    sandbox.startBackup(tenant);
  }
  return sandbox;
}

/** Makes and destroys a stack of these resources, in both of which the statement goes out. */
async function upAndDestroy(resources: { name: string; tenants: string[]; port: number }[]) {
  const all = resources.map(({ name, tenants, port }) => ({
    name,
    tenants,
    cancelOn: ["create", "delete"],
    connection: { host: "127.0.0.1", port },
  }));
  const files = { "index.js": PROGRAM, "resources.json": JSON.stringify(all) };
  stack = await Stack.create(newProject("load", files), { OCEANBASE_PASSWORD: "load" });
  const run = async (command: "up" | "destroy") => {
    const startedAt = Date.now();
    await stack?.must(command, "--yes", "--skip-preview", "--parallel", "1000");
    return (Date.now() - startedAt) / 1000;
  };
  const upSeconds = await run("up");
  const made = (await stack.resources()).filter(({ type }) => type.endsWith(":CancelBackup"));
  expect(made).toHaveLength(resources.length);
  for (const { outputs } of made) {
    expect(outputs).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
  }
  return { upSeconds, destroySeconds: await run("destroy") };
}

/** What each cluster has seen, for people and for the assertions. */
function figures() {
  return sandboxes.map((sandbox) => ({
    connections: sandbox.mostConnections,
    statements: sandbox.log.cancels.length,
    left: sandbox.openConnections,
  }));
}

test("many resources for one cluster share its connections, and each sends its statement once", async () => {
  const tenants = Array.from({ length: soak(150, 500) }, (_, i) => `tenant_${i}`);
  const { port, log } = await clusterWith(tenants);
  const seconds = await upAndDestroy(tenants.map((name) => ({ name, tenants: [name], port })));
  const [seen] = figures();
  console.log(JSON.stringify({ resources: tenants.length, ...seen, ...seconds }));
  expect(seen?.connections).toBeLessThanOrEqual(MAX_CONNECTIONS);
  expect(seen?.left).toBe(0);
  // One for the create and one for the delete of each.
  const expected = tenants.map((name) => `ALTER SYSTEM CANCEL BACKUP TENANT = \`${name}\``);
  expect(log.cancels.toSorted()).toEqual([...expected, ...expected].toSorted());
});

test("50 clusters in one stack see the connections of one login each", async () => {
  const clusters = await Promise.all(Array.from({ length: 50 }, () => clusterWith(["one", "two"])));
  const seconds = await upAndDestroy(
    clusters.flatMap(({ port }, i) =>
      ["one", "two"].map((tenant) => ({ name: `${tenant}-of-${i}`, tenants: [tenant], port })),
    ),
  );
  const seen = figures();
  const most = Math.max(...seen.map(({ connections }) => connections));
  console.log(JSON.stringify({ clusters: seen.length, connections: most, ...seconds }));
  expect(most).toBeLessThanOrEqual(MAX_CONNECTIONS);
  expect(seen.filter(({ statements, left }) => statements !== 4 || left !== 0)).toEqual([]);
});
