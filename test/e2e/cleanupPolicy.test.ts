import { afterEach, describe, expect, test } from "vitest";
import { newProject } from "../tools/support/consumer.ts";
import { FRONTS, programFor } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";

/*
 * A cleanup policy with the real CLI, the real language host and the real provider host. What reached the server is
 * read from the server's own log.
 */
const sandbox = useSandbox();
const sent = () => sandbox().log.matching(/^ALTER/);
const windows = () =>
  sandbox()
    .rows("SELECT * FROM oceanbase.__all_backup_delete_policy ORDER BY tenant_id")
    .map((row) => row.recovery_window);
const stacks: Stack[] = [];
afterEach(() => {
  for (const stack of stacks.splice(0)) stack.remove();
});

const add = (window: string, tenant = "mysql_tenant") =>
  `ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '${window}' TENANT = \`${tenant}\``;
const drop = (tenant = "mysql_tenant") =>
  `ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default' TENANT = \`${tenant}\``;

/** What a program declares: the policies by the names of their resources, or an existing one to read. */
interface Declared {
  policies?: Record<string, object>;
  get?: { id: string; connection?: object };
}

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { BackupCleanupPolicy } = require("pulumi-oceanbase-backup");
const { policies = {}, get } = new pulumi.Config().requireObject("declared");
const later = (text) => pulumi.output(new Promise((resolve) => setTimeout(resolve, 50, text)));
for (const [name, { later: isLater, ...args }] of Object.entries(policies)) {
  if (isLater) args.tenant = later(args.tenant);
  const policy = new BackupCleanupPolicy(name, args);
  exports[name] = policy.recoveryWindow;
  exports[name + "Adopted"] = policy.adopted;
}
if (get) {
  const policy = BackupCleanupPolicy.get("existing", get.id, { connection: get.connection });
  exports.existing = policy.recoveryWindow;
  exports.summary = policy.summary;
}
`;

async function declare(stack: Stack, declared: Declared): Promise<void> {
  await stack.config("declared", JSON.stringify(declared));
}

const policy = (changes: object = {}): Declared => ({
  policies: { policy: { tenant: "mysql_tenant", recoveryWindow: "7d", ...changes } },
});
const unchanged = { code: 0, output: expect.stringContaining("2 unchanged") };
const updated = { code: 0, output: expect.stringContaining("~ 1 updated") };

describe.each(FRONTS)("%s", (front) => {
  async function stackWith(declared: Declared): Promise<Stack> {
    const stack = await Stack.create(
      newProject("policy", { "index.js": programFor(front, PROGRAM) }),
      environmentFor(sandbox()),
    );
    stacks.push(stack);
    await declare(stack, declared);
    return stack;
  }

  test("from preview to destroy, one ADD and one DROP reach the server", async () => {
    const stack = await stackWith(policy());
    const preview = await stack.preview();
    expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("2 to create") });
    expect(preview.output).toContain(`would send ${add("7d")}`);
    expect(sandbox().log.logins).toBe(1);
    expect(sent()).toEqual([]);
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("+ 2 created") });
    expect(await stack.outputs()).toEqual({ policy: "7d", policyAdopted: false });
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({
      id: "mysql_tenant",
      outputs: { statement: add("7d"), tenantId: "1002", server: { cluster: "obdemo" }, warnings: [] },
    });
    expect(sent()).toEqual([add("7d")]);

    sandbox().log.clear();
    expect(await stack.up()).toMatchObject(unchanged);
    await declare(stack, policy({ recoveryWindow: "168h" }));
    expect(await stack.up()).toMatchObject(unchanged);
    expect(sandbox().log.logins).toBe(0);
    expect(await stack.refresh()).toMatchObject(unchanged);
    expect(sent()).toEqual([]);

    expect(await stack.destroy()).toMatchObject({ code: 0, output: expect.stringContaining("- 2 deleted") });
    expect(sent()).toEqual([drop()]);
    expect(windows()).toEqual([]);
  });

  test("a window that gets shorter is warned of in the preview", async () => {
    sandbox().setPolicy("mysql_tenant", "30d");
    const stack = await stackWith(policy({ overwrite: true }));
    const { code, output } = await stack.preview();
    expect(code).toBe(0);
    expect(output).toMatch(
      /warning: tenant mysql_tenant: the recovery window gets shorter, 7d instead of 30d\nOceanBase 4\.2\.5\.1 removes/,
    );
    expect(sent()).toEqual([]);
  });

  test("a change of what the policy says drops it and adds it anew; one of how it is reached sends nothing", async () => {
    const stack = await stackWith(policy());
    expect((await stack.up()).code).toBe(0);
    sandbox().log.clear();

    await declare(stack, policy({ recoveryWindow: "8d" }));
    expect(await stack.up()).toMatchObject(updated);
    expect(sent()).toEqual([drop(), add("8d")]);
    sandbox().log.clear();

    await declare(
      stack,
      policy({
        recoveryWindow: "8d",
        overwrite: true,
        onUnreachable: "skip",
        connection: { host: "localhost" },
      }),
    );
    expect(await stack.up()).toMatchObject(updated);
    sandbox().cluster.tenants.setPassword("sys", "root", "rotated-password");
    expect(await stack.up({ OCEANBASE_PASSWORD: "rotated-password" })).toMatchObject(unchanged);
    expect(sent()).toEqual([]);
  });

  test("another tenant is a replacement: the old tenant's policy goes, the new tenant gets one", async () => {
    const stack = await stackWith(policy());
    expect((await stack.up()).code).toBe(0);
    sandbox().log.clear();
    await declare(stack, policy({ tenant: "oracle_tenant" }));
    const preview = await stack.preview();
    expect(preview.output).toContain("1 to replace");
    expect(sent()).toEqual([]);
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("+-1 replaced") });
    expect(sent()).toEqual([drop(), add("7d", "oracle_tenant")]);
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({ id: "oracle_tenant" });
  });

  test("a new name keeps the policy: the deletion under the old name leaves it alone", async () => {
    const stack = await stackWith(policy());
    expect((await stack.up()).code).toBe(0);
    sandbox().log.clear();
    await declare(stack, { policies: { renamed: { tenant: "mysql_tenant", recoveryWindow: "7d" } } });
    expect(await stack.up()).toMatchObject({
      code: 0,
      output: expect.stringContaining(
        "was left as it is: the program declares it by another resource, or by this one anew",
      ),
    });
    expect(sent()).toEqual([]);
    expect(await stack.outputs()).toEqual({ renamed: "7d", renamedAdopted: true });
    // A replacement that is asked for hands it over to itself.
    expect((await stack.pulumi(["up", "--yes", "--skip-preview", "--replace", "**renamed"])).code).toBe(0);
    expect(sent()).toEqual([]);
  });

  test("what somebody else has changed is found by a refresh and repaired by the next up", async () => {
    const stack = await stackWith(policy());
    expect((await stack.up()).code).toBe(0);
    sandbox().log.clear();

    sandbox().setPolicy("mysql_tenant", "1d");
    expect(await stack.refresh()).toMatchObject(updated);
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({ outputs: { recoveryWindow: "1d" } });
    expect(await stack.preview()).toMatchObject({ code: 0, output: expect.stringContaining("1 to update") });
    expect(await stack.up()).toMatchObject(updated);
    expect(sent()).toEqual([drop(), add("7d")]);

    sandbox().setPolicy("mysql_tenant", undefined);
    expect(await stack.refresh()).toMatchObject({ code: 0, output: expect.stringContaining("- 1 deleted") });
    expect(await stack.resource("BackupCleanupPolicy")).toBeUndefined();
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("+ 1 created") });
    expect(windows()).toEqual(["7d"]);

    await sandbox().stop();
    const away = await stack.refresh();
    expect(away).toMatchObject({ code: 0, output: expect.stringContaining("the record was kept as it is") });
    expect(await stack.destroy()).not.toMatchObject({ code: 0 });
    await sandbox().start();
    sandbox().setPolicy("mysql_tenant", undefined);
    sandbox().log.clear();
    expect((await stack.destroy()).code).toBe(0);
    expect(sent()).toEqual([]);
  });

  test("a policy that is there already is taken over, or refused, or overwritten", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    const stack = await stackWith(policy());
    const refused = await stack.up();
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringMatching(
        /recovery window 3d instead of recovery window 7d\n\s*Set overwrite: true/,
      ),
    });
    expect(await stack.resource("BackupCleanupPolicy")).toBeUndefined();
    await declare(stack, policy({ recoveryWindow: "72h" }));
    expect((await stack.up()).code).toBe(0);
    expect(await stack.outputs()).toEqual({ policy: "3d", policyAdopted: true });
    expect(sent()).toEqual([]);
  });

  test("a change that leaves the tenant without a policy fails, and the next up goes on", async () => {
    const stack = await stackWith(policy());
    expect((await stack.up()).code).toBe(0);
    sandbox().log.clear();
    await declare(stack, policy({ recoveryWindow: "8d" }));
    sandbox().faults.inject({ match: /ADD DELETE/, times: 2, act: { kind: "error", errno: 1235 } });
    const failed = await stack.up();
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining("has no cleanup policy now") });
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({
      initErrors: [expect.stringContaining("the next pulumi up goes on from here")],
      outputs: { unfinished: "change" },
    });
    expect(sent()).toEqual([drop(), add("8d"), add("7d")]);
    expect((await stack.up()).code).toBe(0);
    expect(await stack.outputs()).toMatchObject({ policy: "8d" });
    expect(await stack.up()).toMatchObject(unchanged);
    expect(sent().slice(3)).toEqual([add("8d")]);
  });

  describe("an existing policy", () => {
    test("is read in every command, and never changed or dropped", async () => {
      sandbox().setPolicy("mysql_tenant", "9d");
      const stack = await stackWith({ get: { id: "mysql_tenant" } });
      expect((await stack.preview()).code).toBe(0);
      expect((await stack.up()).code).toBe(0);
      expect(await stack.outputs()).toEqual({
        existing: "9d",
        summary: "cleanup policy of mysql_tenant: recovery window 9d",
      });
      sandbox().setPolicy("mysql_tenant", "5d");
      expect((await stack.up()).code).toBe(0);
      expect(await stack.outputs()).toMatchObject({ existing: "5d" });
      expect((await stack.refresh()).code).toBe(0);
      expect((await stack.destroy()).code).toBe(0);
      expect(sent()).toEqual([]);
      expect(windows()).toEqual(["5d"]);
    });

    test("that is not there, or cannot be read like this, is a clear error", async () => {
      const stack = await stackWith({ get: { id: "mysql_tenant" } });
      const cases: [Declared["get"], string | RegExp][] = [
        [
          { id: "mysql_tenant" },
          /tenant mysql_tenant has no cleanup policy to read\n\s*Add one, or correct the id/,
        ],
        [{ id: "Mysql_tenant" }, "did you mean mysql_tenant"],
        [{ id: "mysql_tenant", connection: { port: 0 } }, "connection.port: must be a port number"],
      ];
      for (const [get, message] of cases) {
        await declare(stack, { get } as Declared);
        expect(await stack.preview()).toMatchObject({ code: 1, output: expect.stringMatching(message) });
      }
    });
  });

  describe("mistakes", () => {
    const both = { tenant: "mysql_tenant", recoveryWindow: "7d" };

    test.each<[string, object]>([
      ["", {}],
      [" that is known only later", { later: true }],
    ])("such as two policies for one tenant%s are refused in preview, with both names", async (_, change) => {
      const stack = await stackWith({ policies: { one: both, two: { ...both, ...change } } });
      const names =
        /BackupCleanupPolicy (one|two) and BackupCleanupPolicy (one|two) are both for tenant mysql_tenant/;
      for (const { code, output } of [await stack.preview(), await stack.up()]) {
        expect(code).not.toBe(0);
        expect(output).toMatch(names);
        expect(output).not.toMatch(/\n\s+at /);
      }
      // The first one may be made; the second one never is.
      expect(
        (await stack.resources()).filter(({ type }) => type.includes("BackupCleanup")).length,
      ).toBeLessThan(2);
      await declare(stack, { policies: { one: both, two: { ...both, tenant: "oracle_tenant" } } });
      expect((await stack.up()).code).toBe(0);
    });

    test("in the arguments are found in preview, all at once, and nobody is asked", async () => {
      const stack = await stackWith(
        policy({ tenant: "sys", recoveryWindow: "1w", redundancy: 0, policyName: "x" }),
      );
      const preview = await stack.preview();
      expect(preview.code).not.toBe(0);
      for (const path of ["tenant", "recoveryWindow", "redundancy", "policyName"]) {
        expect(preview.output).toContain(`has a problem: ${path}: `);
      }
      expect(sandbox().log.logins).toBe(0);
    });

    test.each<[string, object, string]>([
      ["no tenant from sys", { tenant: undefined }, "a login to the sys tenant has to name the tenant"],
      [
        "a tenant from a user tenant",
        { connection: { tenant: "mysql_tenant" } },
        "only the sys tenant can name a tenant",
      ],
      ["neither window nor redundancy", { recoveryWindow: undefined }, "recoveryWindow: is needed"],
    ])("such as %s are refused in preview", async (_, args, message) => {
      const stack = await stackWith(policy(args));
      expect(await stack.preview()).toMatchObject({ code: 1, output: expect.stringMatching(message) });
    });
  });
});
