import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LoginCredentials } from "../../sdk/sandbox/sandbox.ts";
import { FRONTS } from "../tools/support/fronts.ts";
import { ProviderHost } from "../tools/support/providerHost.ts";
import type { ProviderFailure } from "../tools/support/providerMessages.ts";
import { UNKNOWN } from "../tools/support/pulumiValues.ts";
import { connectionTo, useSandbox } from "../tools/support/sandbox.ts";

/*
 * What is true of both fronts: the real provider process, spoken to the way the engine does, with the package as a user has
 * installed it.
 */
const sandbox = useSandbox();
let host: ProviderHost;
afterEach(() => host.stop());

/** Inputs as they arrive from the engine. */
function inputs(changes: Record<string, unknown> = {}, login: LoginCredentials = sandbox().logins.sys) {
  return {
    connection: connectionTo(sandbox(), login),
    tenants: ["mysql_tenant"],
    timeoutSeconds: 15,
    ...changes,
  };
}

const withPassword = (changes: Record<string, unknown> = {}) =>
  inputs({ password: sandbox().logins.sys.password, ...changes });

async function failureOf(work: Promise<unknown>): Promise<ProviderFailure> {
  try {
    await work;
  } catch (error) {
    return error as ProviderFailure;
  }
  throw new Error("it did not fail");
}

describe.each(FRONTS)("%s", (front) => {
  /** How the engine is told of changed inputs: a dynamic host leaves it to compare them itself. */
  const changed = front === "dynamic" ? "unknown" : "some";

  beforeEach(async () => {
    host = await ProviderHost.start(front);
  });

  test("a resource goes through its life", async () => {
    await host.configure({ "oceanbase-backup:password": sandbox().logins.sys.password });
    sandbox().startBackup("mysql_tenant");
    const checked = await host.check(inputs());
    expect(checked).toEqual({ inputs: inputs(), failures: [] });
    const created = await host.create(checked.inputs);
    expect(created.properties).toMatchObject({
      ...inputs(),
      outcome: "stopped",
      jobs: [{ status: "CANCELED" }],
    });
    expect(created.properties).not.toHaveProperty("password");
    const changesFor = async (news: object) =>
      (await host.diff(created.id, created.properties, { ...inputs(), ...news })).changes;
    expect(await changesFor({})).toBe("none");
    expect(await changesFor({ triggers: [1] })).toBe(changed);
    expect(await host.read(created.id, created.properties)).toMatchObject(created);
    const updated = await host.update(created.id, created.properties, inputs({ reason: "why" }));
    expect(updated).toEqual({ ...created.properties, reason: "why" });
    await host.delete(created.id, updated);
    expect(sandbox().log.cancels).toHaveLength(1);
  });

  test("the configuration is there for calls that do not wait for it", async () => {
    const { password } = sandbox().logins.sys;
    const deferred = inputs({ cancelOn: ["delete"] });
    const server = { cluster: "obdemo", clusterId: "1001", tenant: "sys" };
    const record = { ...deferred, jobs: [], summary: "", server };
    await host.configure({ "oceanbase-backup:password": password });
    // As a destroy does it: the first calls of this process, all at once.
    await Promise.all(Array.from({ length: 5 }, (_, i) => host.delete(`id-${i}`, record)));
    expect(sandbox().log.cancels).toHaveLength(5);
  });

  test("a partial failure is saved whole, and taken up by the next update", async () => {
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
    expect((await host.diff(id, properties, withPassword())).changes).toBe(changed);
    expect(await host.update(id, properties, withPassword())).toMatchObject({ outcome: "stopped" });
    expect(sandbox().log.cancels).toHaveLength(1);
  });

  test("a policy that was left half changed is saved as that", async () => {
    await host.configure({});
    const policy = (recoveryWindow: string) => ({
      connection: connectionTo(sandbox(), sandbox().logins.sys),
      password: sandbox().logins.sys.password,
      tenant: "mysql_tenant",
      recoveryWindow,
    });
    const kind = { kind: "BackupCleanupPolicy" } as const;
    const { id, properties } = await host.create(policy("7d"), kind);
    sandbox().faults.inject({ match: /ADD DELETE/, times: 2, act: { kind: "error", errno: 1235 } });
    const { partial } = await failureOf(host.update(id, properties, policy("14d"), kind));
    expect(partial?.properties).toMatchObject({ unfinished: "change" });
  });

  test("a policy of another tenant is a replacement, and one that is gone has no id", async () => {
    await host.configure({ "oceanbase-backup:password": sandbox().logins.sys.password });
    const connection = connectionTo(sandbox(), sandbox().logins.sys);
    const policy = { connection, tenant: "mysql_tenant", recoveryWindow: "7d" };
    const kind = { kind: "BackupCleanupPolicy" } as const;
    const { id, properties } = await host.create(policy, kind);
    const other = { ...policy, tenant: "oracle_tenant" };
    expect(await host.diff(id, properties, other, kind)).toMatchObject({
      changes: changed,
      replaces: ["tenant"],
    });
    sandbox().setPolicy("mysql_tenant", undefined);
    expect((await host.read(id, properties, kind)).id).toBe("");
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

  test("a secret given as an input is printed by no failure", async () => {
    await host.configure({ "oceanbase-backup:password": "marker-from-configuration" });
    const wrong = inputs({ password: "marker-password" });
    const record = { ...wrong, cancelOn: ["delete"], jobs: [], summary: "", server: {} };
    const messages = [
      await failureOf(host.create(wrong)),
      await failureOf(host.create(withPassword({ tenants: ["nowhere"] }))),
      await failureOf(host.create(inputs())),
      await failureOf(host.delete("id", record)),
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

  test("an error is a line with what came of it and one with what to do, without a stack", async () => {
    await host.configure({});
    const record = { ...inputs({ cancelOn: ["delete"] }), jobs: [], summary: "", server: {} };
    const { message } = await failureOf(host.delete("id", { ...record, password: "wrong-one" }));
    expect(message).toContain("1045");
    expect(message.split("\n")).toEqual([
      expect.stringMatching(/^logging in as \S+ at \S+: [^;]+ \(error 1045\)$/),
      expect.stringMatching(/^The server said ".*"; .*; check /),
    ]);
    expect(host.output).not.toMatch(/\n\s+at /);
  });

  test("a wait shows status lines that leave no trace, and warnings that do", async () => {
    await host.configure({});
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const created = host.create(withPassword());
    await expect.poll(() => host.shown).toHaveLength(1);
    sandbox().setStuck("mysql_tenant", false);
    await created;
    // A dynamic provider is not told its resource's name.
    const row = front === "plugin" ? { urn: expect.stringContaining("::it") } : { urn: "" };
    expect(host.shown).toEqual([
      expect.objectContaining({
        ...row,
        ephemeral: true,
        message: expect.stringContaining("waiting for mysql_tenant job 1"),
      }),
      expect.objectContaining({
        ...row,
        ephemeral: false,
        severity: 2,
        message: expect.stringContaining("cleanup policy"),
      }),
    ]);
    expect(host.output).toBe("");
  });

  test("its process ends with an engine that was killed, and sends nothing more", async () => {
    await host.configure({});
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const interrupted = failureOf(host.create(withPassword()));
    // The first line says that the engine is connected, and that the statement is out.
    await expect.poll(() => host.shown).toHaveLength(1);
    host.killEngine();
    await interrupted;
    await expect.poll(() => host.hasEnded).toBe(true);
    expect(sandbox().log.cancels).toHaveLength(1);
  });
});

describe("plugin", () => {
  test("its process ends with an engine that was killed before it called", async () => {
    host = await ProviderHost.start("plugin");
    host.killEngine();
    await expect.poll(() => host.hasEnded, { timeout: 15_000 }).toBe(true);
  });
});

describe("dynamic", () => {
  test("configuration under its former keys is to be renamed, which check and a login say", async () => {
    host = await ProviderHost.start("dynamic");
    await host.configure({ "oceanbase:host": "127.0.0.1", "oceanbase:password": "marker" });
    const { host: _, ...withoutHost } = connectionTo(sandbox(), sandbox().logins.sys);
    const { failures } = await host.check(inputs({ connection: withoutHost }));
    expect(failures).toEqual([
      { property: "", reason: expect.stringContaining("rename oceanbase:host to oceanbase-backup:host") },
    ]);
    const { message } = await failureOf(host.create(inputs()));
    expect(message).toMatch(/1045.*\n.*rename oceanbase:password to oceanbase-backup:password/);
    expect(message).not.toContain("marker");
  });
});
