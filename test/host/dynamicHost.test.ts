import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LoginCredentials } from "../../sdk/sandbox/sandbox.ts";
import { DynamicHost, type HostFailure } from "../tools/support/dynamicHost.ts";
import { connectionTo, useSandbox } from "../tools/support/sandbox.ts";

/*
 * The real provider host, spoken to the way the engine does, with the package as a user has installed it.
 */
const sandbox = useSandbox();
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
let host: DynamicHost;

beforeEach(async () => {
  host = await DynamicHost.start();
});
afterEach(() => host.stop());

/** Inputs as they arrive from the engine, the reference to the code among them. */
function inputs(changes: Record<string, unknown> = {}, login: LoginCredentials = sandbox().logins.sys) {
  return {
    __provider: 'exports.handler = () => require("pulumi-oceanbase-backup/provider").cancelBackup;',
    connection: connectionTo(sandbox(), login),
    tenants: ["mysql_tenant"],
    timeoutSeconds: 15,
    ...changes,
  };
}

const withPassword = (changes: Record<string, unknown> = {}) =>
  inputs({ password: sandbox().logins.sys.password, ...changes });

async function failureOf(work: Promise<unknown>): Promise<HostFailure> {
  try {
    await work;
  } catch (error) {
    return error as HostFailure;
  }
  throw new Error("it did not fail");
}

test("a resource goes through its life by the reference in its state", async () => {
  await host.configure({ "oceanbase-backup:password": sandbox().logins.sys.password });
  sandbox().startBackup("mysql_tenant");
  const checked = await host.check(inputs());
  expect(checked).toEqual({ inputs: inputs(), failures: [] });
  const created = await host.create(checked.inputs);
  expect(created.properties).toMatchObject({
    __provider: inputs().__provider,
    outcome: "stopped",
    jobs: [{ status: "CANCELED" }],
  });
  expect(await host.diff(created.id, created.properties, inputs())).toBe("none");
  expect(await host.diff(created.id, created.properties, inputs({ triggers: [1] }))).toBe("some");
  expect(await host.read(created.id, created.properties)).toEqual(created);
  const updated = await host.update(created.id, created.properties, inputs({ reason: "why" }));
  expect(updated).toEqual({ ...created.properties, reason: "why" });
  await host.delete(created.id, updated);
  expect(sandbox().log.cancels).toHaveLength(1);
});

test("the configuration is there for calls that do not wait for it", async () => {
  const { password } = sandbox().logins.sys;
  const deferred = inputs({ cancelOn: ["delete"] });
  const record = { ...deferred, jobs: [], server: { cluster: "obdemo", clusterId: "1001", tenant: "sys" } };
  await host.configure({ "oceanbase-backup:password": password });
  // As a destroy does it: the first calls of this process, all at once.
  await Promise.all(Array.from({ length: 5 }, (_, i) => host.delete(`id-${i}`, record)));
  expect(sandbox().log.cancels).toHaveLength(5);
});

test("configuration under its former keys is to be renamed, which check and a login say", async () => {
  await host.configure({ "oceanbase:host": "127.0.0.1", "oceanbase:password": "marker" });
  const { host: _, ...withoutHost } = connectionTo(sandbox(), sandbox().logins.sys);
  const { failures } = await host.check(inputs({ connection: withoutHost }));
  expect(failures).toEqual([
    { property: "", reason: expect.stringContaining("rename oceanbase:host to oceanbase-backup:host") },
  ]);
  const { message } = await failureOf(host.create(inputs()));
  expect(message).toMatch(/1045.*rename oceanbase:password to oceanbase-backup:password/);
  expect(message).not.toContain("marker");
});

test("a partial failure is saved whole, reference included, and taken up by the next update", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  await host.configure({});
  const { partial } = await failureOf(host.create(withPassword({ timeoutSeconds: 1 })));
  expect(partial?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(partial?.reasons).toEqual([
    expect.stringContaining("after 1 s not yet stopped: mysql_tenant job 1 CANCELING"),
  ]);
  expect(partial?.properties).toMatchObject({
    ...withPassword({ timeoutSeconds: 1 }),
    outcome: "unfinished",
    jobs: [{ status: "CANCELING" }],
  });
  sandbox().setStuck("mysql_tenant", false);
  const { id, properties } = partial as NonNullable<typeof partial>;
  expect(await host.diff(id, properties, withPassword())).toBe("some");
  expect(await host.update(id, properties, withPassword())).toMatchObject({ outcome: "stopped" });
  expect(sandbox().log.cancels).toHaveLength(1);
});

test("a policy that was left half changed keeps the reference, too", async () => {
  await host.configure({});
  const { provider, ...others } = {
    provider: 'exports.handler = () => require("pulumi-oceanbase-backup/provider").backupCleanupPolicy;',
    connection: connectionTo(sandbox(), sandbox().logins.sys),
    password: sandbox().logins.sys.password,
    tenant: "mysql_tenant",
  };
  const policy = (recoveryWindow: string) => ({ __provider: provider, ...others, recoveryWindow });
  const { id, properties } = await host.create(policy("7d"));
  sandbox().faults.inject({ match: /ADD DELETE/, times: 2, act: { kind: "error", errno: 1235 } });
  const { partial } = await failureOf(host.update(id, properties, policy("14d")));
  expect(partial?.properties).toMatchObject({ __provider: provider, unfinished: "change" });
});

describe("check", () => {
  beforeEach(() => host.configure({}));

  test("passes over what is not known yet", async () => {
    const news = inputs({
      tenants: [UNKNOWN],
      connection: { ...connectionTo(sandbox(), sandbox().logins.sys), host: UNKNOWN },
      triggers: [{ deep: [UNKNOWN] }],
    });
    expect(await host.check(news)).toEqual({ inputs: news, failures: [] });
    expect((await host.check(inputs({ connection: UNKNOWN }))).failures).toEqual([]);
  });

  test("names no property, so that the engine prints no value", async () => {
    const { failures } = await host.check(withPassword({ tenants: [], timeoutSeconds: -1, password: 5 }));
    expect(failures).toEqual([
      { property: "", reason: expect.stringMatching(/^connection\.password: must be text/) },
      { property: "", reason: expect.stringMatching(/^tenants: is empty/) },
      { property: "", reason: expect.stringMatching(/^timeoutSeconds: must be/) },
    ]);
    expect(sandbox().log.logins).toBe(0);
  });

  test("takes a null for an input that was not given", async () => {
    const sys = { ...connectionTo(sandbox(), sandbox().logins.sys), host: "localhost" };
    const connection = { ...sys, cluster: null, tls: { verifyHostName: null } };
    const given = inputs({ password: null, reason: null, triggers: [null, { a: null }], connection });
    const { inputs: checked, failures } = await host.check(given);
    expect(failures).toEqual([]);
    expect(checked).not.toHaveProperty("password");
    expect(checked.connection).toEqual({ ...sys, tls: {} });
    expect(checked.triggers).toEqual([null, { a: null }]);
  });
});

describe("a secret", () => {
  test("given as an input is printed by no failure", async () => {
    await host.configure({ "oceanbase-backup:password": "marker-from-configuration" });
    const wrong = inputs({ password: "marker-password" });
    const messages = [
      await failureOf(host.create(wrong)),
      await failureOf(host.create(withPassword({ tenants: ["nowhere"] }))),
      await failureOf(host.create(inputs())),
      await failureOf(host.delete("id", { ...wrong, cancelOn: ["delete"], jobs: [], server: {} })),
    ];
    expect(messages.map((failure) => failure.message)).toEqual([
      expect.stringContaining("1045"),
      expect.stringContaining("nowhere does not exist"),
      expect.stringContaining("1045"),
      expect.stringContaining("1045"),
    ]);
    const printed = JSON.stringify([messages, host.output, host.logs]);
    expect(printed).not.toContain("marker-password");
    expect(printed).not.toContain("marker-from-configuration");
    expect(printed).not.toContain(sandbox().logins.sys.password);
  });
});

test("an error is one line, without a stack", async () => {
  await host.configure({});
  const record = { ...inputs({ cancelOn: ["delete"] }), jobs: [], server: {} };
  const { message } = await failureOf(host.delete("id", { ...record, password: "wrong-one" }));
  expect(message).not.toContain("\n");
  expect(host.output).not.toMatch(/\n\s+at /);
});

test("a wait shows status lines that leave no trace, and warnings that do", async () => {
  await host.configure({});
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  const created = host.create(withPassword());
  await expect.poll(() => host.logs).toHaveLength(1);
  sandbox().setStuck("mysql_tenant", false);
  await created;
  expect(host.logs).toEqual([
    expect.objectContaining({
      ephemeral: true,
      message: expect.stringContaining("waiting for mysql_tenant job 1"),
    }),
    expect.objectContaining({
      ephemeral: false,
      severity: 2,
      message: expect.stringContaining("cleanup policy"),
    }),
  ]);
  expect(host.output).toBe("");
});
