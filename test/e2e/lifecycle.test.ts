import { afterEach, describe, expect, test } from "vitest";
import type { FlavorName } from "../../sdk/sandbox/cluster/flavors.ts";
import { type Sandbox, startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { FRONTS } from "../tools/support/fronts.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, type Stack } from "../tools/support/stack.ts";
import { programStack, setArgs } from "./program.ts";

/*
 * The real CLI, the real language host and the real provider host, with the package installed from its tarball.
 * What reached the server is read from the server's own log.
 */
const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;
const stacks: Stack[] = [];
afterEach(() => {
  for (const stack of stacks.splice(0)) stack.remove();
});

describe.each(FRONTS)("%s", (front) => {
  async function stackWith(args: object): Promise<Stack> {
    const stack = await programStack(environmentFor(sandbox()), args, front);
    stacks.push(stack);
    return stack;
  }

  test("from preview to destroy, one statement reaches the server", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const stack = await stackWith({ tenants: ["mysql_tenant"] });

    const preview = await stack.preview();
    expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("2 to create") });
    expect(cancels()).toEqual([]);

    const up = await stack.up();
    expect(up).toMatchObject({ code: 0, output: expect.stringContaining("+ 2 created") });
    expect(await stack.outputs()).toMatchObject({
      outcome: "stopped",
      summary: "1 backup job: mysql_tenant job 1 CANCELED",
      jobs: [
        {
          tenant: "mysql_tenant",
          status: "CANCELED",
          result: -4072,
          endedAt: expect.stringMatching(/^\d{4}-/),
        },
      ],
    });
    expect(sandbox().rows("SELECT tenant_id FROM oceanbase.__all_backup_job_history")).toEqual([
      { tenant_id: 1002 },
    ]);
    expect(sandbox().rows("SELECT tenant_id, status FROM oceanbase.__all_backup_job")).toEqual([
      { tenant_id: 1004, status: "DOING" },
    ]);
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    // The state says where the program made it, and keeps no frame of Node's or of this package.
    const made = (await stack.resources()).find(({ type }) => type.endsWith("CancelBackup"));
    expect(made?.sourcePosition).toMatch(/^project:\/\/\/index\.js#\d+,\d+$/);
    expect(made?.stackTrace).toEqual([{ sourcePosition: made?.sourcePosition }]);

    sandbox().log.clear();
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("2 unchanged") });
    expect(sandbox().log.logins).toBe(0);
    // A refresh looks after what the job has left behind; nothing has changed there.
    expect(await stack.refresh()).toMatchObject({ code: 0, output: expect.stringContaining("2 unchanged") });
    expect(sandbox().log.logins).toBe(1);
    expect(cancels()).toEqual([]);
    sandbox().log.clear();
    expect(await stack.destroy()).toMatchObject({ code: 0, output: expect.stringContaining("- 2 deleted") });
    expect(sandbox().log.logins).toBe(0);
  });

  test("new triggers and other tenants send the statement again; a note, a timeout and a new password do not", async () => {
    const stack = await stackWith({ tenants: ["mysql_tenant"] });
    expect((await stack.up()).code).toBe(0);
    expect(cancels()).toHaveLength(1);

    await setArgs(stack, { tenants: ["mysql_tenant"], reason: "maintenance", timeoutSeconds: 60 });
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });
    expect(cancels()).toHaveLength(1);

    sandbox().cluster.tenants.setPassword("sys", "root", "rotated-password");
    const rotated = await stack.up({ OCEANBASE_PASSWORD: "rotated-password" });
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining("2 unchanged") });
    expect(cancels()).toHaveLength(1);

    await setArgs(stack, { tenants: ["mysql_tenant"], triggers: ["again"] });
    expect((await stack.up({ OCEANBASE_PASSWORD: "rotated-password" })).code).toBe(0);
    expect(cancels()).toHaveLength(2);

    await setArgs(stack, { tenants: ["oracle_tenant"], triggers: ["again"] });
    expect((await stack.up({ OCEANBASE_PASSWORD: "rotated-password" })).code).toBe(0);
    expect(cancels().at(-1)).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`");
    expect(cancels()).toHaveLength(3);
  });

  test("an update that was interrupted is saved as far as it came, and the next one goes on without a statement", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stack = await stackWith({ tenants: ["mysql_tenant"], timeoutSeconds: 1 });
    const interrupted = await stack.up();
    expect(interrupted.code).not.toBe(0);
    expect(interrupted.output).toContain("after 1 s not yet stopped: mysql_tenant job 1 CANCELING");
    expect(await stack.resource("CancelBackup")).toMatchObject({
      initErrors: [expect.stringContaining("not yet stopped")],
      outputs: { outcome: "unfinished", jobs: [{ status: "CANCELING" }] },
    });

    // A refresh clears the engine's own mark; the record remembers.
    expect((await stack.refresh()).code).toBe(0);
    expect(await stack.resource("CancelBackup")).not.toHaveProperty("initErrors");

    sandbox().setStuck("mysql_tenant", false);
    expect((await stack.up()).code).toBe(0);
    expect(await stack.outputs()).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
    expect(cancels()).toHaveLength(1);
    expect(await stack.up()).toMatchObject({ output: expect.stringContaining("2 unchanged") });
  });

  test("a refresh brings the record up to date, and one without the cluster keeps it", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const stack = await stackWith({ tenants: ["mysql_tenant"], timeoutSeconds: 0 });
    expect((await stack.up()).code).toBe(0);
    expect(await stack.outputs()).toMatchObject({ outcome: "issued", jobs: [{ status: "CANCELING" }] });

    await sandbox().stop();
    const away = await stack.refresh();
    expect(away).toMatchObject({ code: 0, output: expect.stringContaining("the record was kept as it is") });
    await sandbox().start();

    sandbox().setStuck("mysql_tenant", false);
    await untilJobs(sandbox());
    expect((await stack.refresh()).code).toBe(0);
    expect(await stack.resource("CancelBackup")).toMatchObject({
      outputs: { outcome: "stopped", jobs: [{ status: "CANCELED", endedAt: expect.any(String) }] },
    });
    expect(cancels()).toHaveLength(1);
  });

  describe("mistakes", () => {
    test("in the arguments are found in preview, all at once, and nobody is asked", async () => {
      const stack = await stackWith({
        tenants: ["sys", " ", "META$1002", "x".repeat(65)],
        timeoutSeconds: -1,
      });
      const preview = await stack.preview();
      expect(preview.code).not.toBe(0);
      for (const problem of ["tenants[0]", "tenants[1]", "tenants[2]", "tenants[3]", "timeoutSeconds"]) {
        expect(preview.output).toContain(`has a problem: ${problem}`);
      }
      expect(sandbox().log.logins).toBe(0);
    });

    test.each<[string, object, string]>([
      ["no tenants from sys", {}, 'has to name tenants, or to say "all"'],
      ["an empty list", { tenants: [] }, "is empty"],
      [
        "tenants from a user tenant",
        { tenants: ["mysql_tenant"], connection: { tenant: "mysql_tenant" } },
        "only the sys tenant",
      ],
    ])("such as %s are refused in preview", async (_, args, message) => {
      const stack = await stackWith(args);
      expect(await stack.preview()).toMatchObject({ code: 1, output: expect.stringContaining(message) });
    });

    test("with control characters in a name are shown so that they can be read", async () => {
      const stack = await stackWith({ tenants: ["a\nb\u001b[31m"] });
      const { code, output } = await stack.preview();
      expect(code).not.toBe(0);
      expect(output).toContain(String.raw`"a\nb\u001b[31m" has control characters`);
    });

    test("in the login, and servers of another kind, end before the statement and say why", async () => {
      const stack = await stackWith({ tenants: "all" });
      const { reader } = sandbox().logins;
      const others: Sandbox[] = [];
      const at = async (flavor: FlavorName) => {
        const other = await startSandbox({ flavor });
        others.push(other);
        return { OCEANBASE_PORT: String(other.port), OCEANBASE_PASSWORD: other.logins.sys.password };
      };
      const cases: [Record<string, string>, RegExp][] = [
        [{ OCEANBASE_PASSWORD: "wrong" }, /logging in as root@sys at 127\.0\.0\.1:\d+: .*1045/],
        [{ OCEANBASE_CLUSTER: "other" }, /logging in as root@sys#other at .*4669/],
        [
          { OCEANBASE_USER: reader.user, OCEANBASE_PASSWORD: reader.password },
          /reader@sys at [^\n]*ALTER SYSTEM[^\n]*1227/,
        ],
        [await at("mysql"), /MySQL Community Server[^\n]*\n\s*OceanBase 4\.0 or later is needed/],
        [await at("oceanbase-3"), /3\.1\.5/],
        [await at("seekdb"), /seekdb/],
      ];
      try {
        for (const [environment, message] of cases) {
          const { code, output } = await stack.up(environment);
          expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(message) });
        }
        // Only the user without the privilege came as far as the statement, and was refused it.
        expect(sandbox().log.entries.filter(({ sql }) => /CANCEL/.test(sql))).toMatchObject([
          { outcome: 1227 },
        ]);
        expect(others.flatMap(({ log }) => log.cancels)).toEqual([]);
      } finally {
        await Promise.all(others.map((other) => other.stop()));
      }
      expect(await stack.resource("CancelBackup")).toBeUndefined();

      await setArgs(stack, {});
      const nowhere = await stack.up({ OCEANBASE_TENANT: "nowhere" });
      expect(nowhere.output).toMatch(/logging in as root@nowhere at .*1045/);
    });

    test("in the name of a tenant are found before the statement", async () => {
      const stack = await stackWith({ tenants: ["Mysql_tenant", "nowhere"] });
      const up = await stack.up();
      expect(up.code).not.toBe(0);
      expect(up.output).toContain(
        "Mysql_tenant does not exist (did you mean mysql_tenant?), nowhere does not exist",
      );
      expect(cancels()).toEqual([]);
      expect(await stack.resource("CancelBackup")).toBeUndefined();
    });
  });
});
