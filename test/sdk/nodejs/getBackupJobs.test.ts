import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { valueFrom } from "../../tools/support/pulumiValues.ts";
import { connectionTo, useSandbox } from "../../tools/support/sandbox.ts";

const sandbox = useSandbox();
let sdk: typeof import("../../../sdk/nodejs/index.ts");

beforeAll(async () => {
  sdk = await import("../../../sdk/nodejs/index.ts");
});
afterEach(() => {
  vi.unstubAllEnvs();
  pulumi.runtime.setAllConfig({});
});

const sys = () => connectionTo(sandbox(), sandbox().logins.sys);
const isSecret = (output: pulumi.Output<unknown>) =>
  (output as unknown as { isSecret: Promise<boolean> }).isSecret;

test.each(["argument", "environment", "configuration"])("the login may come from the %s", async (way) => {
  sandbox().startBackup("mysql_tenant");
  const { password } = sandbox().logins.sys;
  if (way === "environment") {
    vi.stubEnv("OCEANBASE_HOST", "127.0.0.1");
    vi.stubEnv("OCEANBASE_PORT", String(sandbox().port));
    vi.stubEnv("OCEANBASE_PASSWORD", password);
  }
  if (way === "configuration") {
    pulumi.runtime.setAllConfig({
      "oceanbase-backup:host": "127.0.0.1",
      "oceanbase-backup:port": String(sandbox().port),
      "oceanbase-backup:password": password,
    });
  }
  const connection = way === "argument" ? { connection: { ...sys(), password } } : {};
  const jobs = await sdk.getBackupJobs({ tenants: ["mysql_tenant"], ...connection });
  expect(jobs).toMatchObject([{ tenant: "mysql_tenant", jobId: "1" }]);
});

test("an output waits for its arguments, and a password alone does not make it a secret", async () => {
  sandbox().startBackup("mysql_tenant");
  const { password } = sandbox().logins.sys;
  const jobs = sdk.getBackupJobsOutput({
    tenants: pulumi.output(["mysql_tenant"]),
    connection: { ...sys(), password: pulumi.secret(password) },
  });
  expect(await valueFrom(jobs)).toMatchObject([{ tenant: "mysql_tenant" }]);
  expect(await isSecret(jobs)).toBe(false);
  const hidden = sdk.getBackupJobsOutput({
    tenants: pulumi.secret(["mysql_tenant"]),
    connection: { ...sys(), password },
  });
  expect(await valueFrom(hidden)).toHaveLength(1);
  expect(await isSecret(hidden)).toBe(true);
});

test("wrong arguments fail with all that is wrong", async () => {
  vi.stubEnv("OCEANBASE_HOST", undefined);
  await expect(sdk.getBackupJobs({ tenants: [] })).rejects.toThrow(
    /^getBackupJobs: connection\.host: no host is given.*; tenants: is empty/,
  );
});
