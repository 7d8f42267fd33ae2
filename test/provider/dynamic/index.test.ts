import { beforeEach, describe, expect, test, vi } from "vitest";
import { backupCleanupPolicy, cancelBackup } from "../../../provider/dynamic/index.ts";
import { connectionTo, useSandbox } from "../../tools/support/sandbox.ts";

/*
 * The front as the host calls it. What the host itself adds is in test/host.
 */
const sandbox = useSandbox();

/** Without an engine the warnings go to the error output. */
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

type Inputs = Parameters<typeof cancelBackup.create>[0];
type State = Awaited<ReturnType<typeof cancelBackup.create>>["outs"];

const inputs = (changes: Partial<Inputs> = {}): Inputs => ({
  connection: connectionTo(sandbox(), sandbox().logins.sys),
  tenants: ["mysql_tenant"],
  timeoutSeconds: 15,
  ...changes,
});

/** Hands the stack's configuration over, as the host does before anything else. */
const configure = (values: Record<string, string>) =>
  cancelBackup.configure?.({
    config: { get: (key: string) => values[key], require: (key: string) => values[key] as string },
  });
const withPassword = () => configure({ "oceanbase-backup:password": sandbox().logins.sys.password });

test("a resource is created, read, updated and deleted with the password of the configuration", async () => {
  void withPassword();
  sandbox().startBackup("mysql_tenant");
  const { id, outs } = await cancelBackup.create(inputs());
  const state = outs as NonNullable<State>;
  expect(state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
  expect(JSON.stringify(state)).not.toContain(sandbox().logins.sys.password);
  expect(await cancelBackup.diff?.(id, state, inputs())).toEqual({ changes: false });
  // Left to the engine, which compares the inputs itself and heeds `replaceOnChanges`.
  expect(await cancelBackup.diff?.(id, state, inputs({ triggers: [1] }))).toEqual({});
  expect(await cancelBackup.read?.(id, state)).toEqual({ id, props: state });
  const updated = await cancelBackup.update?.(id, state, inputs({ reason: "why" }));
  expect(updated?.outs).toMatchObject({ outcome: "stopped", reason: "why" });
  await cancelBackup.delete?.(id, state);
  expect(sandbox().log.cancels).toHaveLength(1);
});

test("an interrupted action is thrown with its id and state, so that the host saves them", async () => {
  await withPassword();
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  await expect(cancelBackup.create(inputs({ timeoutSeconds: 1 }))).rejects.toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    properties: { outcome: "unfinished", jobs: [{ status: "CANCELING" }] },
    reasons: [expect.stringContaining("the next pulumi up goes on from here")],
    stack: "",
  });
});

test("a failure before the statement is thrown without a state to save", async () => {
  await configure({ "oceanbase-backup:password": "wrong" });
  const failure = await cancelBackup.create(inputs()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: "refused", errno: 1045 });
  expect(failure).not.toHaveProperty("properties");
});

describe("a check", () => {
  test("names no property, because the engine would print its value", async () => {
    const { failures } = (await cancelBackup.check?.(inputs(), inputs({ tenants: [] }))) ?? {};
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/^tenants: is empty/) }]);
  });

  test("drops a null like an input that was not given, but not among triggers", async () => {
    const connection = { ...inputs().connection, tls: { ca: null } };
    const given = { ...inputs(), reason: null, connection, triggers: [null] } as unknown as Inputs;
    const checked = await cancelBackup.check?.(given, given);
    expect(checked?.inputs).not.toHaveProperty("reason");
    expect(checked?.inputs).toMatchObject({ connection: { tls: {} }, triggers: [null] });
  });
});

test("a state that the plugin has made needs an update, or it could be neither refreshed nor deleted", async () => {
  await withPassword();
  const { id, outs } = await cancelBackup.create(inputs());
  const state = outs as NonNullable<State>;
  const news = { ...inputs(), __provider: "code" } as Inputs;
  expect(await cancelBackup.diff?.(id, state, news)).toEqual({ changes: true });
  expect(await cancelBackup.diff?.(id, { ...state, __provider: "code" } as typeof state, news)).toEqual({
    changes: false,
  });
  expect((await cancelBackup.update?.(id, state, news))?.outs).toHaveProperty("__provider", "code");
  expect(sandbox().log.cancels).toHaveLength(1);
});

test("a read of a policy that is gone returns an empty id", async () => {
  await withPassword();
  const policy = { connection: inputs().connection, tenant: "mysql_tenant", recoveryWindow: "7d" };
  const { id, outs } = await backupCleanupPolicy.create(policy);
  sandbox().setPolicy("mysql_tenant", undefined);
  expect(await backupCleanupPolicy.read?.(id, outs)).toEqual({ id: "" });
});
