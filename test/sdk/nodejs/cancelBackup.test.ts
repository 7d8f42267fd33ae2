import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { CancelBackupArgs } from "../../../sdk/nodejs/index.ts";
import { isSecret, secretValue, valueFrom } from "../../tools/support/pulumiValues.ts";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

let registered: Registered[] = [];
let sdk: typeof import("../../../sdk/nodejs/index.ts");

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        return { id: "id", state: { ...inputs, jobs: [{ status: "CANCELED" }], summary: "done" } };
      },
      call: ({ inputs }) => inputs,
    },
    "project",
    "stack",
  );
  sdk = await import("../../../sdk/nodejs/index.ts");
});

beforeEach(() => {
  registered = [];
  for (const name of Object.keys(process.env)) if (name.startsWith("OCEANBASE_")) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  pulumi.runtime.setAllConfig({});
});

/** What Pulumi was asked to register for these arguments. */
async function register(args: CancelBackupArgs = {}): Promise<Registered["inputs"]> {
  const resource = new sdk.CancelBackup("stop", args);
  await valueFrom(resource.urn);
  return registered[0]?.inputs ?? {};
}

test("the type token and the reference to the code are what every state of the future relies on", async () => {
  const inputs = await register({ tenants: ["t1"] });
  expect(registered[0]).toMatchObject({ type: "pulumi-nodejs:dynamic/oceanbase:CancelBackup", name: "stop" });
  expect(inputs.__provider).toBe(
    'exports.handler=()=>{try{var f=require.resolve("pulumi-oceanbase-backup/provider")}catch{let e=Error("install pulumi-oceanbase-backup in "+process.cwd()+": destroy runs its code from there");e.stack="";throw e}return require(f).cancelBackup}',
  );
});

test("what the resource reports can be read as outputs", async () => {
  const resource = new sdk.CancelBackup("stop", { tenants: ["t1"] });
  expect(await valueFrom(resource.jobs)).toEqual([{ status: "CANCELED" }]);
  expect(await valueFrom(resource.summary)).toBe("done");
  expect(await valueFrom(resource.stoppedAt)).toBeUndefined();
});

test("only what was given is registered", async () => {
  const inputs = await register({ tenants: ["t1"], connection: { host: "db" } });
  expect(inputs).toEqual({
    __provider: expect.any(String),
    tenants: ["t1"],
    connection: { host: "db", port: 2881, tenant: "sys", user: "root" },
  });
});

test("a misspelled argument is passed on for the check to find", async () => {
  expect(await register({ timeout: 5 } as CancelBackupArgs)).toMatchObject({ timeout: 5 });
});

describe("a connection field", () => {
  const fields = {
    host: ["OCEANBASE_HOST", "h", "h"],
    port: ["OCEANBASE_PORT", "2883", 2883],
    tenant: ["OCEANBASE_TENANT", "t", "t"],
    user: ["OCEANBASE_USER", "u", "u"],
    cluster: ["OCEANBASE_CLUSTER", "c", "c"],
    connectTimeoutSeconds: ["OCEANBASE_CONNECT_TIMEOUT_SECONDS", "5", 5],
    endpoints: ["OCEANBASE_ENDPOINTS", "a:1, b:2", ["a:1", "b:2"]],
    tls: ["OCEANBASE_TLS", "true", true],
  } as const;

  test.each(Object.entries(fields))(
    "%s comes from the environment",
    async (field, [variable, text, value]) => {
      vi.stubEnv(variable, text);
      expect((await register()).connection).toMatchObject({ [field]: value });
    },
  );

  test.each(Object.entries(fields))(
    "%s comes from the configuration before the environment",
    async (field, [variable, text, value]) => {
      vi.stubEnv(variable, "wrong");
      pulumi.runtime.setAllConfig({ [`oceanbase-backup:${field}`]: text });
      expect((await register()).connection).toMatchObject({ [field]: value });
    },
  );

  test("that was given comes before everything else", async () => {
    vi.stubEnv("OCEANBASE_HOST", "from-environment");
    vi.stubEnv("OCEANBASE_TLS", "true");
    pulumi.runtime.setAllConfig({ "oceanbase-backup:host": "from-configuration" });
    const { connection } = await register({ connection: { host: "given", tls: false } });
    expect(connection).toMatchObject({ host: "given", tls: false });
  });

  test("that is no number is passed on for the check to find", async () => {
    vi.stubEnv("OCEANBASE_PORT", "28 81");
    expect((await register()).connection).toMatchObject({ port: "28 81" });
  });

  test("may be an output, alone or the whole connection", async () => {
    const host = pulumi.output(Promise.resolve("later"));
    expect((await register({ connection: { host } })).connection).toMatchObject({
      host: "later",
      port: 2881,
    });
    registered = [];
    const connection = pulumi.output({ host: "all-later", port: 5 });
    expect((await register({ connection })).connection).toMatchObject({
      host: "all-later",
      port: 5,
      user: "root",
    });
  });

  test("that turns out to be undefined later counts as not given", async () => {
    vi.stubEnv("OCEANBASE_HOST", "from-environment");
    const later = pulumi.output(Promise.resolve(undefined)) as unknown as pulumi.Output<string>;
    const { connection } = await register({ connection: { host: later, user: later } });
    expect(connection).toMatchObject({ host: "from-environment", user: "root" });
  });

  test("of endpoints may end with a comma", async () => {
    vi.stubEnv("OCEANBASE_ENDPOINTS", "a:1, ");
    expect((await register()).connection).toMatchObject({ endpoints: ["a:1"] });
  });

  test("that names a missing file fails with the name of its variable", () => {
    vi.stubEnv("OCEANBASE_TLS_CA_FILE", "/no/such/file");
    expect(() => new sdk.CancelBackup("stop", {})).toThrow(/OCEANBASE_TLS_CA_FILE.*cannot be read/);
  });

  test("of tls takes the authorities of the environment's file unless it has its own, and a wrong word is left to the check", async () => {
    vi.stubEnv("OCEANBASE_TLS_CA_FILE", new URL(import.meta.url).pathname);
    expect((await register({ connection: { tls: true } })).connection).toMatchObject({
      tls: { ca: expect.any(String) },
    });
    registered = [];
    expect((await register({ connection: { tls: { ca: "own" } } })).connection).toMatchObject({
      tls: { ca: "own" },
    });
    registered = [];
    vi.stubEnv("OCEANBASE_TLS", "yes");
    expect((await register()).connection).toMatchObject({ tls: "yes" });
    registered = [];
    vi.stubEnv("OCEANBASE_TLS", "false");
    expect((await register()).connection).toMatchObject({ tls: false });
  });

  test("of tls takes the authorities from a file that the environment names", async () => {
    vi.stubEnv("OCEANBASE_TLS_CA_FILE", new URL(import.meta.url).pathname);
    const { connection } = await register();
    expect((connection as { tls: { ca: string } }).tls.ca).toContain("import * as pulumi");
  });
});

describe("a password", () => {
  test("is a secret input of its own, beside a readable connection", async () => {
    const inputs = await register({ connection: { host: "db", password: "MARKER" } });
    expect(isSecret(inputs.password)).toBe(true);
    expect(secretValue(inputs.password)).toBe("MARKER");
    expect(inputs.connection).toMatchObject({ host: "db" });
    expect(JSON.stringify(inputs.connection)).not.toContain("MARKER");
  });

  test("that is a secret output leaves the connection readable", async () => {
    const inputs = await register({ connection: { host: "db", password: pulumi.secret("MARKER") } });
    expect(secretValue(inputs.password)).toBe("MARKER");
    expect(inputs.connection).toMatchObject({ host: "db" });
  });

  test("inside a connection that is only known later stays secret", async () => {
    const connection = pulumi.output({
      host: "db",
      password: pulumi.secret("MARKER"),
      tls: { key: "KEY-MARKER" },
    });
    const inputs = await register({ connection });
    expect(secretValue(inputs.password)).toBe("MARKER");
    expect(secretValue(inputs.tlsKey)).toBe("KEY-MARKER");
    expect(JSON.stringify(inputs.connection)).not.toContain("MARKER");
  });

  test("of the environment or the configuration is not an input at all", async () => {
    vi.stubEnv("OCEANBASE_PASSWORD", "MARKER");
    pulumi.runtime.setAllConfig({ "oceanbase-backup:password": "MARKER" }, ["oceanbase-backup:password"]);
    expect(JSON.stringify(await register())).not.toContain("MARKER");
  });

  test("put beside the connection by a JavaScript program is a secret as well", async () => {
    const inputs = await register({ password: "MARKER", tlsKey: "MARKER" } as CancelBackupArgs);
    expect(isSecret(inputs.password)).toBe(true);
    expect(isSecret(inputs.tlsKey)).toBe(true);
  });

  test.each(["an output", "a promise"])(
    "beside a client key in a tls that is %s leaves no key there",
    async (kind) => {
      const tls = { ca: "CA", cert: "CERT", key: "MARKER" };
      const later = kind === "an output" ? pulumi.output(tls) : Promise.resolve(tls);
      const inputs = await register({ connection: { host: "db", tls: later } });
      expect(JSON.stringify(inputs.connection)).not.toContain("MARKER");
      expect(inputs.connection).toMatchObject({ tls: { ca: "CA", cert: "CERT" } });
      expect(secretValue(inputs.tlsKey)).toBe("MARKER");
    },
  );

  test("is taken out of the connection together with the key of a client certificate", async () => {
    const tls = { ca: "CA", cert: "CERT", key: "MARKER" };
    const inputs = await register({ connection: { host: "db", tls } });
    expect(inputs.connection).toMatchObject({ tls: { ca: "CA", cert: "CERT" } });
    expect(isSecret(inputs.tlsKey)).toBe(true);
    expect(JSON.stringify(inputs.connection)).not.toContain("MARKER");
  });
});
