import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { isSecret, secretValue, valueFrom } from "../../tools/support/pulumiValues.ts";

/*
 * A program under Pulumi's mocks, as the unit tests of its authors run it: no cluster is asked, and each run is one of its own.
 */
let sdk: typeof import("../../../sdk/nodejs/index.ts");
let native: typeof import("../../../sdk/nodejs/native/index.ts");
let calls: pulumi.runtime.MockCallArgs[] = [];
let registered: pulumi.runtime.MockResourceArgs[] = [];

/** Begins a run of a program, as `setMocks` in a test does. */
async function newRun({ preview = false } = {}) {
  calls = [];
  registered = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push(args);
        return { id: `${args.name}-id`, state: args.inputs };
      },
      call: (args) => {
        calls.push(args);
        return { jobs: [{ tenant: "mocked", status: "DOING" }] };
      },
    },
    "project",
    "stack",
    preview,
  );
}

beforeAll(async () => {
  await newRun();
  sdk = await import("../../../sdk/nodejs/index.ts");
  native = await import("../../../sdk/nodejs/native/index.ts");
});
beforeEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("OCEANBASE_")) vi.stubEnv(name, undefined);
  await newRun();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  pulumi.runtime.setAllConfig({});
});

const connection = { host: "db1", password: "MARKER" };
const policyNamed = (name: string, changes: object = {}) =>
  new sdk.BackupCleanupPolicy(name, { tenant: "t1", recoveryWindow: "7d", connection, ...changes });

describe("the policy of a tenant", () => {
  test("is claimed for one run of a program", async () => {
    policyNamed("one");
    expect(() => policyNamed("two")).toThrow(
      /two and BackupCleanupPolicy one are both for tenant t1 at db1:2881/,
    );
    await newRun();
    expect(() => policyNamed("two")).not.toThrow();
  });

  test("is not claimed where no host is given, which the check says", () => {
    policyNamed("one", { connection: undefined });
    expect(() => policyNamed("two", { connection: undefined })).not.toThrow();
  });
});

describe.each([false, true])("backup jobs with preview = %s", (preview) => {
  beforeEach(() => newRun({ preview }));

  test("are asked from the mocks and from no cluster", async () => {
    const jobs = [{ tenant: "mocked", status: "DOING" }];
    expect(await sdk.getBackupJobs({ tenants: ["t1"] })).toEqual(jobs);
    expect(await valueFrom(sdk.getBackupJobsOutput({ tenants: pulumi.output(["t1"]) }))).toEqual(jobs);
    expect(await native.getBackupJobs({ tenants: ["t1"] })).toEqual(jobs);
    expect(calls.map(({ token }) => token)).toEqual(Array(3).fill("oceanbase-backup:index:getBackupJobs"));
    expect(calls[0]?.inputs).toMatchObject({ tenants: ["t1"] });
  });
});

describe.each(["dynamic", "native"] as const)("the jobs' output by the %s form", (form) => {
  const sdkOf = () => (form === "dynamic" ? sdk : native);

  test("waits for what it depends on, within components, too", async () => {
    const order: string[] = [];
    const stop = new sdk.CancelBackup("stop", { tenants: ["t1"], connection });
    stop.id.apply(() => order.push("made"));
    class Group extends pulumi.ComponentResource {
      constructor() {
        super("test:index:Group", "group");
        new sdk.CancelBackup("inner", { tenants: ["t2"], connection }, { parent: this }).id.apply(() =>
          order.push("made"),
        );
        this.registerOutputs();
      }
    }
    const jobs = sdkOf().getBackupJobsOutput(
      { tenants: ["t1"], connection },
      { dependsOn: [stop, new Group()] },
    );
    jobs.apply(() => order.push("asked"));
    await valueFrom(jobs);
    expect(order).toEqual(["made", "made", "asked"]);
  });
});

test("every input can be read as an output, and one that was not given is undefined", async () => {
  const stop = new sdk.CancelBackup("stop", { tenants: ["t1"], reason: "why", connection });
  expect(await valueFrom(stop.tenants)).toEqual(["t1"]);
  expect(await valueFrom(stop.reason)).toBe("why");
  expect(await valueFrom(stop.connection.host)).toBe("db1");
  expect(await valueFrom(stop.triggers)).toBeUndefined();
  const policy = policyNamed("policy");
  expect(await valueFrom(policy.tenant)).toBe("t1");
  expect(await valueFrom(policy.backupCopies)).toBeUndefined();
  const byPlugin = new native.BackupCleanupPolicy("byPlugin", {
    tenant: "t1",
    recoveryWindow: "7d",
    connection,
  });
  expect(await valueFrom(byPlugin.tenant)).toBe("t1");
});

describe("the option", () => {
  test("import is refused in one line, with what to do instead", () => {
    const options = { import: "t1" };
    expect(() => new sdk.CancelBackup("stop", { tenants: ["t1"], connection }, options)).toThrow(
      /^stop: the option import cannot work here: .* leave the option out$/,
    );
    const policy = () =>
      new sdk.BackupCleanupPolicy("policy", { tenant: "t1", recoveryWindow: "7d", connection }, options);
    expect(policy).toThrow(pulumi.RunError);
    expect(policy).toThrow(/^policy: .* is adopted, or take the class of pulumi-oceanbase-backup\/native$/);
    expect(registered).toEqual([]);
  });

  test("customTimeouts warns once that it has no effect, and names timeoutSeconds", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockImplementation(() => Promise.resolve());
    const options = { customTimeouts: { create: "1h" } };
    const stop = new sdk.CancelBackup("stop", { tenants: ["t1"], connection }, options);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/customTimeouts has no effect.*set timeoutSeconds$/), stop],
    ]);
    new native.CancelBackup("byPlugin", { tenants: ["t1"], connection }, options);
    new sdk.CancelBackup("another", { tenants: ["t1"], connection });
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

test("a run without a stack and without a monitor has claims of its own", async () => {
  const { onePerRun } = await import("../../../sdk/nodejs/programRun.ts");
  const monitor = vi.spyOn(pulumi.runtime, "getMonitor");
  const perRun = onePerRun(() => ({}));
  const mocked = perRun();
  expect(perRun()).toBe(mocked);
  monitor.mockReturnValue(undefined);
  const bare = perRun();
  expect(bare).not.toBe(mocked);
  expect(perRun()).toBe(bare);
});

test("outputs that are to be secrets are so beside what the configuration makes one", async () => {
  const options = { additionalSecretOutputs: ["summary"] };
  const stop = new sdk.CancelBackup("stop", { tenants: ["t1"], connection }, options);
  expect(await valueFrom(stop.tenants)).toEqual(["t1"]);
});

describe("a field that is a secret in the configuration", () => {
  const inputsOf = async (resource: pulumi.CustomResource) => {
    await valueFrom(resource.urn);
    return registered.find(({ name }) => name === "configured")?.inputs.connection as Record<string, unknown>;
  };

  test.each(["host", "cluster", "user"])("stays one: %s", async (field) => {
    pulumi.runtime.setAllConfig({ "oceanbase-backup:host": "db1", [`oceanbase-backup:${field}`]: "MARKER" }, [
      `oceanbase-backup:${field}`,
    ]);
    const given = await inputsOf(new sdk.CancelBackup("configured", { tenants: ["t1"] }));
    // As always, all of an object with a secret in it is one.
    expect(isSecret(given)).toBe(true);
    expect(secretValue(given)).toMatchObject({ [field]: "MARKER", port: 2881 });
  });

  test("is none where the resource gives the field itself", async () => {
    pulumi.runtime.setAllConfig({ "oceanbase-backup:host": "MARKER" }, ["oceanbase-backup:host"]);
    const given = await inputsOf(
      new sdk.CancelBackup("configured", { tenants: ["t1"], connection: { host: "db2" } }),
    );
    expect(given.host).toBe("db2");
  });
});
