import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { BackupCleanupPolicyArgs } from "../../../sdk/nodejs/index.ts";
import { isSecret, valueFrom } from "../../tools/support/pulumiValues.ts";

interface Registered {
  type: string;
  name: string;
  id: string | undefined;
  inputs: Record<string, unknown>;
}

let registered: Registered[] = [];
let sdk: typeof import("../../../sdk/nodejs/index.ts");

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, id, inputs }) => {
        registered.push({ type, name, id, inputs });
        const outputs = { adopted: false, tenantId: "1002", summary: "done", warnings: [] };
        return { id: id || "mysql_tenant", state: { ...inputs, ...outputs } };
      },
      call: ({ inputs }) => inputs,
    },
    "project",
    "stack",
  );
  sdk = await import("../../../sdk/nodejs/index.ts");
});

let hosts = 0;
/** A cluster that no other test has a policy on. */
const newHost = () => `host-${++hosts}`;

beforeEach(() => {
  registered = [];
  for (const name of Object.keys(process.env)) if (name.startsWith("OCEANBASE_")) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

/** What Pulumi was asked to register for these arguments. */
async function register(args: BackupCleanupPolicyArgs): Promise<Registered["inputs"]> {
  await valueFrom(new sdk.BackupCleanupPolicy("policy", args).urn);
  return registered[0]?.inputs ?? {};
}

test("the type token and the reference to the code are what every state of the future relies on", async () => {
  const inputs = await register({ tenant: "t1", recoveryWindow: "7d", connection: { host: newHost() } });
  expect(registered[0]).toMatchObject({
    type: "pulumi-nodejs:dynamic/oceanbase:BackupCleanupPolicy",
    name: "policy",
  });
  expect(inputs.__provider).toBe(
    'exports.handler=()=>{try{var f=require.resolve("pulumi-oceanbase-backup/provider")}catch{let e=Error("install pulumi-oceanbase-backup in "+process.cwd()+": destroy runs its code from there");e.stack="";throw e}return require(f).backupCleanupPolicy}',
  );
});

test("only what was given is registered, with a complete connection beside its secrets", async () => {
  const host = newHost();
  const inputs = await register({
    tenant: "t1",
    recoveryWindow: "7d",
    redundancy: 2,
    connection: { host, password: "MARKER" },
  });
  expect(isSecret(inputs.password)).toBe(true);
  expect(inputs).toEqual({
    __provider: expect.any(String),
    tenant: "t1",
    recoveryWindow: "7d",
    redundancy: 2,
    password: inputs.password,
    connection: expect.objectContaining({ host, port: 2881, tenant: "sys", user: "root" }),
  });
});

test("with a login to a user tenant no tenant is registered", async () => {
  const inputs = await register({ recoveryWindow: "7d", connection: { host: newHost(), tenant: "t1" } });
  expect(inputs).not.toHaveProperty("tenant");
});

test("a tenant does not become a secret with the connection", async () => {
  const connection = pulumi.secret({ host: newHost(), port: 2881 });
  expect((await register({ tenant: "t1", recoveryWindow: "7d", connection })).tenant).toBe("t1");
});

test("a tenant that is a secret stays one", async () => {
  const connection = { host: newHost() };
  const inputs = await register({ tenant: pulumi.secret("t1"), recoveryWindow: "7d", connection });
  expect(isSecret(inputs.tenant)).toBe(true);
});

test("what the resource reports can be read as outputs", async () => {
  const policy = new sdk.BackupCleanupPolicy("policy", {
    tenant: "t1",
    recoveryWindow: "7d",
    connection: { host: newHost() },
  });
  expect(await valueFrom(policy.recoveryWindow)).toBe("7d");
  expect(await valueFrom(policy.adopted)).toBe(false);
  expect(await valueFrom(policy.summary)).toBe("done");
  expect(await valueFrom(policy.statement)).toBeUndefined();
});

test("an existing policy can be read several times by the name of its tenant", async () => {
  const connection = { host: newHost(), tenant: "t1", password: "MARKER" };
  const policies = ["a", "b"].map((name) => sdk.BackupCleanupPolicy.get(name, "t1", { connection }));
  for (const policy of policies) expect(await valueFrom(policy.id)).toBe("t1");
  // A read claims nothing: a managed policy may stand beside it.
  await valueFrom(new sdk.BackupCleanupPolicy("c", { recoveryWindow: "7d", connection }).urn);
  expect(registered.map(({ name, id }) => [name, id])).toEqual(
    [
      ["a", "t1"],
      ["b", "t1"],
      ["c", undefined],
    ].map(([name, id]) => [name, id ?? expect.toSatisfy((given) => !given)]),
  );
  expect(isSecret(registered[0]?.inputs.password)).toBe(true);
});

describe("a tenant's policy", () => {
  test("is claimed by a resource as soon as its place is known, from sys or from within", async () => {
    const later = (text: string) => pulumi.output(Promise.resolve(text));
    const host = newHost();
    const fromSys = { host: later(host), port: 2881 };
    await valueFrom(new sdk.BackupCleanupPolicy("first", { tenant: later("t1"), connection: fromSys }).urn);
    expect(() => new sdk.BackupCleanupPolicy("second", { tenant: "t1", connection: { host } })).toThrow(
      `BackupCleanupPolicy second and BackupCleanupPolicy first are both for tenant t1 at ${host}:2881`,
    );
    const own = pulumi.output({ host, tenant: "t2" });
    await valueFrom(new sdk.BackupCleanupPolicy("third", { recoveryWindow: "7d", connection: own }).urn);
    expect(() => new sdk.BackupCleanupPolicy("fourth", { tenant: "t2", connection: { host } })).toThrow(
      /third/,
    );
  });
});
