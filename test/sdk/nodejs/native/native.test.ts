import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../../../tools/toolchain/run.mjs";

interface Registered {
  type: string;
  name: string;
  id: string | undefined;
  inputs: Record<string, unknown>;
}

let registered: Registered[] = [];
let called: { token: string; inputs: unknown }[] = [];
let native: typeof import("../../../../sdk/nodejs/native/index.ts");

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, id, inputs }) => {
        registered.push({ type, name, id, inputs });
        return { id: id || "id", state: { ...inputs, summary: "done" } };
      },
      call: ({ token, inputs }) => {
        called.push({ token, inputs });
        return { jobs: [{ jobId: "1" }] };
      },
    },
    "project",
    "stack",
  );
  native = await import("../../../../sdk/nodejs/native/index.ts");
});

beforeEach(() => {
  registered = [];
  called = [];
});

const read = <T>(output: pulumi.Output<T>) => new Promise<unknown>((resolve) => output.apply(resolve));
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** What Pulumi was asked to register. */
async function inputsOf(resource: pulumi.Resource): Promise<Registered["inputs"]> {
  await read(resource.urn);
  return registered[0]?.inputs ?? {};
}

describe("a resource of the plugin", () => {
  test("has a type token that every state of the future relies on", async () => {
    await read(new native.CancelBackup("stop", { tenants: "all" }).urn);
    await read(new native.BackupCleanupPolicy("policy", { tenant: "t1", recoveryWindow: "7d" }).urn);
    expect(registered.map(({ type, name }) => [type, name])).toEqual([
      ["oceanbase-backup:index:CancelBackup", "stop"],
      ["oceanbase-backup:index:BackupCleanupPolicy", "policy"],
    ]);
  });

  test("registers what was given and nothing else: the rest is for the plugin to find", async () => {
    const args = { tenants: ["t1"], previewJobs: false, connection: { host: "db" } };
    expect(await inputsOf(new native.CancelBackup("stop", args))).toEqual(args);
    registered = [];
    expect(await inputsOf(new native.CancelBackup("stop"))).toEqual({});
  });

  test("marks the secrets of its connection", async () => {
    const connection = { host: "db", password: "p", tls: { cert: "c", key: "k" } };
    // Pulumi's mocks show a mark inside an object as one of the whole.
    expect(await inputsOf(new native.CancelBackup("stop", { tenants: ["t1"], connection }))).toEqual({
      tenants: ["t1"],
      connection: secret(connection),
    });
    registered = [];
    const keyOnly = { host: "db", tls: { key: "k" } };
    expect(await inputsOf(new native.CancelBackup("stop", { connection: keyOnly }))).toEqual({
      connection: secret(keyOnly),
    });
    registered = [];
    const authorityOnly = { host: "db", tls: { ca: "c" } };
    expect(await inputsOf(new native.CancelBackup("authority", { connection: authorityOnly }))).toEqual({
      connection: authorityOnly,
    });
    registered = [];
    const plain = { host: "db", tls: true };
    expect(await inputsOf(new native.CancelBackup("stop", { connection: plain }))).toEqual({
      connection: plain,
    });
    registered = [];
    const later = pulumi.output({ host: "db" });
    expect(await inputsOf(new native.CancelBackup("stop", { connection: later }))).toEqual({
      connection: { host: "db" },
    });
  });

  test("has the same outputs as the one by the dynamic host", async () => {
    const stop = new native.CancelBackup("stop", { tenants: ["t1"] });
    expect(await read(stop.summary)).toBe("done");
    expect(await read(stop.stoppedAt)).toBeUndefined();
  });

  test("that only is read has the name of its tenant as id", async () => {
    const policy = native.BackupCleanupPolicy.get("existing", "t1", { connection: { host: "db" } });
    expect(await read(policy.id)).toBe("t1");
    expect(registered[0]).toMatchObject({ id: "t1", inputs: { connection: { host: "db" } } });
  });
});

test("a provider's fields are text, and JSON where they are none; its secrets are marked", async () => {
  const tls = { cert: "c", key: pulumi.secret("k") };
  const args = { host: "db", port: 2883, endpoints: ["a:1"], tls, password: "p", tlsCaFile: undefined };
  expect(await inputsOf(new native.Provider("east", args as never))).toEqual({
    host: "db",
    port: "2883",
    endpoints: '["a:1"]',
    tls: secret('{"cert":"c","key":"k"}'),
    password: secret("p"),
  });
  expect(registered[0]?.type).toBe("pulumi:providers:oceanbase-backup");
});

test("a provider without a password leaves it to the environment of the plugin", async () => {
  expect(await inputsOf(new native.Provider("west", { host: "db" }))).toEqual({ host: "db" });
});

test("backup jobs are asked for by the plugin, with arguments that are known or will be", async () => {
  const token = "oceanbase-backup:index:getBackupJobs";
  expect(await native.getBackupJobs({ tenants: "all" })).toEqual([{ jobId: "1" }]);
  const later = pulumi.output(Promise.resolve(["t1"]));
  expect(await read(native.getBackupJobsOutput({ tenants: later }))).toEqual([{ jobId: "1" }]);
  expect(await native.getBackupJobs()).toEqual([{ jobId: "1" }]);
  expect(await read(native.getBackupJobsOutput())).toEqual([{ jobId: "1" }]);
  expect(called).toEqual([
    { token, inputs: { tenants: "all" } },
    { token, inputs: { tenants: ["t1"] } },
    { token, inputs: {} },
    { token, inputs: {} },
  ]);
});

test("the version that is asked for is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { VERSION } = await import("../../../../sdk/nodejs/native/reach.ts");
  expect(VERSION).toBe(version);
});
