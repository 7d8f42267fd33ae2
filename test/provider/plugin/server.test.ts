import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createCertificate } from "../../../sdk/sandbox/certificates.ts";
import { startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { EngineServer } from "../../tools/support/engineServer.ts";
import { PluginInProcess } from "../../tools/support/pluginInProcess.ts";
import { type ProviderFailure, secret } from "../../tools/support/providerMessages.ts";
import { UNKNOWN } from "../../tools/support/pulumiValues.ts";
import { connectionTo, untilJobs, useSandbox } from "../../tools/support/sandbox.ts";

/*
 * What the plugin can do and the dynamic host cannot, and what it says of itself. What is true of both is in test/host.
 */
const sandbox = useSandbox();
const STATEMENT = "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`";
const POLICY = { kind: "BackupCleanupPolicy" } as const;
let plugin: PluginInProcess;
beforeEach(async () => {
  plugin = await PluginInProcess.start();
});
afterEach(async () => {
  await plugin.stop();
  vi.unstubAllEnvs();
});

/** Inputs as the engine has them after a check. */
const inputs = (changes: object = {}) => ({
  connection: connectionTo(sandbox(), sandbox().logins.sys),
  password: sandbox().logins.sys.password,
  tenants: ["mysql_tenant"],
  timeoutSeconds: 15,
  ...changes,
});

const policy = (changes: object = {}) => {
  const { connection, password } = inputs();
  return { connection, password, tenant: "mysql_tenant", recoveryWindow: "7d", ...changes };
};

async function failureOf(work: Promise<unknown>): Promise<ProviderFailure> {
  return await work.then(
    () => {
      throw new Error("it did not fail");
    },
    (failure: ProviderFailure) => failure,
  );
}

/** A stack's configuration that leads to the sandbox. */
const configuration = () => ({
  "oceanbase-backup:host": "127.0.0.1",
  "oceanbase-backup:port": String(sandbox().port),
  "oceanbase-backup:password": sandbox().logins.sys.password,
});

describe("a preview", () => {
  test("of a create has the statement, and what is not known is unknown", async () => {
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    const { id, properties } = await plugin.create(inputs(), { preview: true });
    expect(id).toBe("");
    expect(properties).toEqual(
      expect.objectContaining({ ...inputs(), statement: STATEMENT, jobs: UNKNOWN, summary: UNKNOWN }),
    );
    await expect.poll(() => plugin.lines(1)).toHaveLength(1);
    expect(plugin.lines(1)).toMatchObject([
      {
        message: expect.stringMatching(
          /^1 backup job runs now: mysql_tenant job 1 .*; would send ALTER SYSTEM/,
        ),
        ephemeral: false,
        urn: expect.stringContaining("CancelBackup::it"),
      },
    ]);
    expect(sandbox().log.cancels).toEqual([]);
  });

  test("of an update that sends nothing knows everything, and says so", async () => {
    const { id, properties } = await plugin.create(inputs());
    const news = inputs({ reason: "why" });
    expect(await plugin.update(id, properties, news, { preview: true })).toEqual({
      ...properties,
      reason: "why",
    });
    expect(await plugin.update(id, properties, inputs({ triggers: [1] }), { preview: true })).toMatchObject({
      statement: STATEMENT,
      outcome: UNKNOWN,
    });
    const lines = plugin.lines(1).filter(({ ephemeral }) => !ephemeral);
    expect(lines.map(({ message }) => message)).toEqual([
      "only the record changes: nothing would be sent",
      expect.stringContaining(`would send ${STATEMENT}`),
    ]);
    expect(sandbox().log.cancels).toHaveLength(1);
  });
});

test("a difference is told in detail, down to what was only recorded", async () => {
  const asked = inputs({ tenants: "all", triggers: [1, { a: 1 }] });
  const { id, properties } = await plugin.create(asked);
  const news = inputs({ tenants: ["mysql_tenant"], triggers: [1, { a: 2 }] });
  expect((await plugin.diff(id, properties, news)).detailed).toEqual({
    tenants: { kind: 4, inputdiff: true },
    "triggers[1].a": { kind: 4, inputdiff: true },
  });
  const drifted = { ...properties, outcome: "unfinished" };
  expect((await plugin.diff(id, drifted, asked, { oldInputs: asked })).detailed).toEqual({
    outcome: { kind: 4, inputdiff: false },
  });
});

describe("a time limit of the engine (customTimeouts)", () => {
  test("ends a wait, and what was done is saved", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const startedAt = Date.now();
    const { partial } = await failureOf(plugin.create(inputs(), { timeoutSeconds: 1 }));
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect(partial).toMatchObject({
      properties: { outcome: "unfinished", statement: STATEMENT },
      reasons: [expect.stringMatching(/after 1 s not yet stopped.*\n.*; customTimeouts gives it 1 s$/)],
    });
  });

  test("ends a statement without a reply, and says whose limit it was", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL BACKUP/, act: { kind: "stall" } });
    const { message, partial } = await failureOf(plugin.create(inputs(), { timeoutSeconds: 1 }));
    expect(message).toContain("customTimeouts gives it 1 s");
    expect(partial).toMatchObject({ properties: { outcome: "unfinished" }, inputs: inputs() });
  });
});

test("a cancel aborts the wait at once, and the next update goes on without a second statement", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  const failure = failureOf(plugin.create(inputs()));
  await expect.poll(() => sandbox().log.cancels).toHaveLength(1);
  await expect.poll(() => plugin.lines(1)).toHaveLength(1);
  const startedAt = Date.now();
  await plugin.call("cancel", undefined);
  const { partial } = await failure;
  expect(Date.now() - startedAt).toBeLessThan(500);
  expect(partial).toMatchObject({
    inputs: inputs(),
    properties: { outcome: "unfinished", issuedAt: expect.any(String), jobs: [{ status: "CANCELING" }] },
    reasons: [expect.stringMatching(/cancelled by the caller.*\nThe next pulumi up goes on from here/)],
  });
  sandbox().setStuck("mysql_tenant", false);
  const { id, properties } = partial as NonNullable<typeof partial>;
  expect(await plugin.update(id, properties, inputs())).toMatchObject({ outcome: "stopped" });
  expect(sandbox().log.cancels).toHaveLength(1);
});

describe("an import", () => {
  test("of a policy needs its tenant and the configuration, and gives the inputs that leave it as it is", async () => {
    await plugin.configure(configuration());
    sandbox().setPolicy("mysql_tenant", "14d");
    const { id, properties, inputs: found } = await plugin.read("mysql_tenant", {}, POLICY);
    expect({ id, properties }).toMatchObject({
      id: "mysql_tenant",
      properties: { recoveryWindow: "14d", tenantId: "1002", adopted: true },
    });
    const { password: _, ...asked } = policy({ recoveryWindow: "14d" });
    const { connectTimeoutSeconds: __, ...connection } = asked.connection;
    expect(found).toEqual({ ...asked, connection });
    const unchanged = await plugin.diff(id, properties, found, { ...POLICY, oldInputs: found });
    expect(unchanged.changes).toBe("none");
    expect((await failureOf(plugin.read("oracle_tenant", {}, POLICY))).message).toContain(
      "no cleanup policy to read",
    );
  });

  test("of an action is refused in one line", async () => {
    const { message } = await failureOf(plugin.read("x", {}));
    expect(message).toBe("a CancelBackup is something that was done: there is none to be imported or read");
  });
});

test("a refresh gives inputs as they were given, unless they are other ones by now", async () => {
  const given = policy({ recoveryWindow: "168h" });
  const { id, properties } = await plugin.create(given, POLICY);
  const read = async () => (await plugin.read(id, properties, { ...POLICY, inputs: given })).inputs;
  expect(await read()).toEqual(given);
  sandbox().setPolicy("mysql_tenant", "1d");
  expect(await read()).toEqual(policy({ recoveryWindow: "1d" }));
});

test("a reference to the code of the dynamic host stays in the state, so that the resource can go back there", async () => {
  const { id, properties } = await plugin.create(inputs());
  expect(properties).not.toHaveProperty("__provider");
  const moved = { ...properties, __provider: "code" };
  const call = async (method: string, message: string, fields: object) =>
    (await plugin.call(method, message, { id, ...fields })).getProperties().toJavaScript();
  const urn = "urn:pulumi:test::project::oceanbase-backup:index:CancelBackup::it";
  const updated = await call("update", "UpdateRequest", { urn, olds: moved, news: inputs({ reason: "x" }) });
  expect(updated).toMatchObject({ reason: "x", __provider: "code" });
  expect(await call("read", "ReadRequest", { urn, properties: updated })).toEqual(updated);
});

describe("secrets", () => {
  const raw = async (method: string, message: string, fields: object, part: string) =>
    (await plugin.call(method, message, fields))[`get${part}`]().toJavaScript();
  const urn = "urn:pulumi:test::project::oceanbase-backup:index:CancelBackup::it";

  test("are marked by a check, however they are given, and nothing else is", async () => {
    const { ca, cert, key } = createCertificate({ dnsNames: ["db"] });
    const tls = { ca, cert, key };
    const news = { tenants: ["a"], connection: { host: "db", password: "p", tls, user: secret("u") } };
    expect(await raw("check", "CheckRequest", { urn, news }, "Inputs")).toEqual({
      tenants: ["a"],
      connection: { host: "db", port: 2881, tenant: "sys", user: secret("u"), tls: { ca, cert } },
      password: secret("p"),
      tlsKey: secret(key),
    });
    const whole = { tenants: ["a"], connection: secret({ host: "db", password: "p" }) };
    expect(await raw("check", "CheckRequest", { urn, news: whole }, "Inputs")).toEqual({
      tenants: ["a"],
      connection: secret({ host: "db", port: 2881, tenant: "sys", user: "root" }),
      password: secret("p"),
    });
  });

  test("are kept as such, and what repeats one is one", async () => {
    const properties = {
      ...inputs({ tenants: [secret("mysql_tenant")] }),
      password: secret(inputs().password),
    };
    const state = await raw("create", "CreateRequest", { urn, properties }, "Properties");
    expect(state).toMatchObject({
      password: secret(inputs().password),
      tenants: [secret("mysql_tenant")],
      statement: secret(STATEMENT),
      summary: secret("no backup was running"),
      connection: inputs().connection,
    });
    const plainTenants = { ...properties, tenants: ["mysql_tenant"] };
    const other = await raw("create", "CreateRequest", { urn, properties: plainTenants }, "Properties");
    expect(other.statement).toBe(STATEMENT);
  });

  test("among the arguments of a function make its result one, those of the login do not", async () => {
    sandbox().startBackup("mysql_tenant");
    const tok = "oceanbase-backup:index:getBackupJobs";
    const connection = { ...inputs().connection, password: secret(inputs().password) };
    const call = (args: object) => raw("invoke", "InvokeRequest", { tok, args }, "Return");
    expect(await call({ tenants: "all", connection })).toEqual({
      jobs: [expect.objectContaining({ tenant: "mysql_tenant", jobId: "1" })],
    });
    expect(await call({ tenants: [secret("mysql_tenant")], connection })).toEqual({
      jobs: secret([expect.objectContaining({ tenant: "mysql_tenant" })]),
    });
  });

  test("of the configuration stay secrets, unless the resource gives the field itself", async () => {
    const { connection, password, tenants } = inputs();
    const { host, port, user } = connection;
    await plugin.configure({
      "oceanbase-backup:host": secret(host),
      "oceanbase-backup:port": String(port),
      "oceanbase-backup:user": secret("another"),
    });
    const news = { tenants, connection: { user, host: null, password: secret(password) } };
    const checked = await raw("check", "CheckRequest", { urn, news }, "Inputs");
    expect(checked.connection).toEqual({ host: secret(host), port, user, tenant: "sys" });
    const state = await raw("create", "CreateRequest", { urn, properties: checked }, "Properties");
    const texts = {
      warnings: secret([expect.stringContaining("no automatic")]),
      notCancelled: secret([]),
      statement: STATEMENT,
    };
    expect(state).toMatchObject({ connection: checked.connection, ...texts });
    const call = { tok: "oceanbase-backup:index:getBackupJobs", args: news };
    expect(await raw("invoke", "InvokeRequest", call, "Return")).toEqual({ jobs: secret([]) });
  });

  test("of the configuration are secrets of what is imported", async () => {
    await plugin.configure({ ...configuration(), "oceanbase-backup:host": secret("127.0.0.1") });
    sandbox().setPolicy("mysql_tenant", "14d");
    const imported = { urn: urn.replace("CancelBackup", POLICY.kind), id: "mysql_tenant" };
    const response = await plugin.call("read", "ReadRequest", imported);
    const hidden = { connection: { host: secret("127.0.0.1"), user: "root" } };
    expect(response.getInputs().toJavaScript()).toMatchObject(hidden);
    expect(response.getProperties().toJavaScript()).toMatchObject(hidden);
  });

  test("are in no line, at no level of detail, and every question and statement is", async () => {
    await plugin.create(inputs());
    const debug = () => plugin.lines(0).map(({ message }) => message);
    await expect.poll(() => debug().join("\n")).toContain(`: ${STATEMENT}`);
    const asked = sandbox().log.entries.map(({ sql }) => sql);
    for (const sql of new Set(asked)) {
      expect(debug().filter((line) => line.endsWith(sql))).toHaveLength(
        asked.filter((s) => s === sql).length,
      );
    }
    expect(plugin.lines(0).every((line) => line.urn === urn)).toBe(true);
    expect(JSON.stringify(plugin.engine.shown)).not.toContain(inputs().password);
  });
});

describe("a connection", () => {
  const checked = async (connection: object | undefined) =>
    (await plugin.check({ tenants: ["a"], ...(connection === undefined ? {} : { connection }) })).inputs
      .connection;

  test("is completed from the configuration, then the environment, then by default", async () => {
    vi.stubEnv("OCEANBASE_HOST", "environment");
    vi.stubEnv("OCEANBASE_USER", "someone");
    await plugin.configure({ "oceanbase-backup:host": "configured", "oceanbase-backup:port": "2883" });
    expect(await checked(undefined)).toEqual({
      host: "configured",
      port: 2883,
      user: "someone",
      tenant: "sys",
    });
    expect(await checked({ host: "given", port: 1 })).toMatchObject({ host: "given", port: 1 });
  });

  test("whose file of authorities cannot be read is a problem of the resource", async () => {
    await plugin.configure({ "oceanbase-backup:host": "h", "oceanbase-backup:tlsCaFile": "/no/such/file" });
    const { failures } = await plugin.check({ tenants: ["a"] });
    expect(failures).toEqual([
      { property: "", reason: expect.stringContaining("the file of oceanbase-backup:tlsCaFile") },
    ]);
  });

  test("of a provider that a program made has that provider's password", async () => {
    vi.stubEnv("OCEANBASE_PASSWORD", "another cluster's");
    const { password: _, ...others } = inputs();
    await plugin.configure(configuration(), "urn:pulumi:t::p::pulumi:providers:oceanbase-backup::mine");
    expect((await plugin.create(others)).properties.outcome).toBe("stopped");
    await plugin.configure(configuration(), "urn:pulumi:t::p::pulumi:providers:oceanbase-backup::default");
    expect((await failureOf(plugin.create(others))).message).toContain("1045");
  });

  test("has the client key of the provider's configuration, which stays out of the state", async () => {
    const certificate = createCertificate({ dnsNames: ["localhost"] });
    const secure = await startSandbox({ tls: certificate });
    try {
      const { ca, cert, key } = certificate;
      await plugin.configure({
        "oceanbase-backup:host": "localhost",
        "oceanbase-backup:port": String(secure.port),
        "oceanbase-backup:password": secure.logins.sys.password,
        "oceanbase-backup:tls": JSON.stringify({ ca, cert, key }),
      });
      const { inputs: complete, failures } = await plugin.check({ tenants: ["mysql_tenant"] });
      expect(failures).toEqual([]);
      const { properties } = await plugin.create(complete);
      expect(properties.outcome).toBe("stopped");
      expect(JSON.stringify([complete, properties])).not.toContain(key.split("\n")[1]);
    } finally {
      await secure.stop();
    }
  });
});

describe("the provider itself", () => {
  test("says what is wrong with its configuration, and that no change of it replaces anything", async () => {
    const urn = "urn:pulumi:t::p::pulumi:providers:oceanbase-backup::default";
    const check = await plugin.call("checkConfig", "CheckRequest", {
      urn,
      news: { hots: "x", password: "p" },
    });
    expect(check.getFailuresList().map((failure: { toObject(): object }) => failure.toObject())).toEqual([
      { property: "", reason: "oceanbase-backup:hots: there is no such input; did you mean host?" },
    ]);
    expect(check.getInputs().toJavaScript()).toEqual({ hots: "x", password: secret("p") });
    const diff = await plugin.call("diffConfig", "DiffRequest", {
      urn,
      oldInputs: { host: "a" },
      news: { host: "b" },
    });
    expect(diff.getReplacesList()).toEqual([]);
    expect(diff.getDiffsList()).toEqual(["host"]);
  });

  test("tells the engine what it can do, by a handshake and, for older ones, when it is configured", async () => {
    const handshake = await plugin.call("handshake", "ProviderHandshakeRequest");
    expect(handshake.toObject()).toMatchObject({
      acceptSecrets: true,
      acceptResources: false,
      acceptOutputs: false,
    });
    const configured = await plugin.call("configure", "ConfigureRequest", { args: {} });
    expect(configured.toObject()).toMatchObject({ acceptsecrets: true, supportspreview: true });
    expect((await plugin.call("getPluginInfo", undefined)).getVersion()).toBe("1.2.3");
    expect((await plugin.call("getSchema", "GetSchemaRequest")).getSchema()).toBe(
      '{"name":"oceanbase-backup"}',
    );
  });

  test("knows no other resource and no other function", async () => {
    const urn = "urn:pulumi:t::p::oceanbase-backup:index:Other::x";
    const unknown = (method: string, message: string, fields: object) =>
      failureOf(plugin.call(method, message, fields));
    expect((await unknown("check", "CheckRequest", { urn, news: {} })).message).toBe(
      "oceanbase-backup:index:Other is no resource of oceanbase-backup",
    );
    expect((await unknown("invoke", "InvokeRequest", { tok: "a:b:c" })).message).toBe(
      "there is no function a:b:c",
    );
    expect((await unknown("call", "CallRequest", { tok: "a:b:c" })).message).toMatch(/not implement/i);
  });

  test("shows its lines to an engine that attaches", async () => {
    const other = await EngineServer.start();
    try {
      await plugin.call("attach", "PluginAttach", { address: other.address });
      await plugin.create(inputs());
      await expect.poll(() => other.shown.length).toBeGreaterThan(0);
      expect(plugin.engine.shown).toEqual([]);
    } finally {
      other.stop();
    }
  });

  test("a child of a component is the same resource", async () => {
    const urn = "urn:pulumi:t::p::my:index:Team$oceanbase-backup:index:CancelBackup::x";
    const news = { tenants: ["a"], connection: { host: "h" } };
    const check = await plugin.call("check", "CheckRequest", { urn, news });
    expect(check.getFailuresList()).toEqual([]);
  });
});
