import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { FRONTS, PACKAGES } from "../tools/support/fronts.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { run } from "../tools/toolchain/run.mjs";
import { useWrittenStack } from "./writtenStack.ts";

/*
 * What Pulumi's resource options do for these resources, by the real CLI. sdk/pages/resourceOptions.md has them all, and a
 * test compares it with the titles, which begin with the option.
 */
const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;
const policyStatements = () =>
  sandbox()
    .log.matching(/DELETE BACKUP POLICY/)
    .map((sql) => sql.split(" ")[2]);
const STOP = (options: string, inputs = "", name = "stop") =>
  `exports.${name} = new CancelBackup("${name}", { tenants: ["mysql_tenant"], ${inputs} }, ${options}).outcome;\n`;
const POLICY = (options: string, window = "14d") =>
  `new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "${window}" }, ${options});\n`;

describe.each(FRONTS)("%s", (front) => {
  const { stack, write, must, up, destroy } = useWrittenStack(sandbox, front);
  const isPlugin = front === "plugin";

  test("additionalSecretOutputs hides an output in the state and on the screen", async () => {
    await write(
      `exports.summary = new CancelBackup("stop", { tenants: ["mysql_tenant"] }, { additionalSecretOutputs: ["summary"] }).summary;`,
    );
    expect((await up()).output).toMatch(/summary: \[secret\]/);
    expect(await stack().export()).not.toContain("no backup was running");
  });

  test("aliases let a resource have another name or parent, and nothing is sent", async () => {
    await write(STOP("{}") + POLICY("{}"));
    await up();
    sandbox().log.clear();
    await write(`
const parent = new pulumi.ComponentResource("team:index:Environment", "parent");
const aliases = (name) => [{ name, parent: pulumi.rootStackResource }];
new CancelBackup("other-stop", { tenants: ["mysql_tenant"] }, { parent, aliases: aliases("stop") });
new BackupCleanupPolicy("other-policy", { tenant: "mysql_tenant", recoveryWindow: "14d" }, { parent, aliases: aliases("policy") });
`);
    const { output } = await up();
    expect(output).toContain("+ 1 created");
    expect(output).toContain("3 unchanged");
    expect(sandbox().log.matching(/^ALTER/)).toEqual([]);
  });

  test("deleteBeforeReplace turns the order of a replacement round, and a policy that is replaced as it is stays", async () => {
    const program = (trigger: number) =>
      STOP(
        `{ deleteBeforeReplace: true, replacementTrigger: ${trigger} }`,
        'cancelOn: ["create", "delete"]',
      ) + POLICY(`{ replacementTrigger: ${trigger} }`);
    await write(program(1));
    await up();
    sandbox().log.clear();
    await write(program(2));
    const { output } = await up();
    expect(output).toMatch(/\+-2 replaced/);
    expect(cancels()).toHaveLength(2);
    expect(output.search(/CancelBackup stop deleted/)).toBeLessThan(
      output.search(/CancelBackup stop created/),
    );
    expect(policyStatements()).toEqual([]);
  });

  test("deletedWith sends nothing for a resource that goes together with another one", async () => {
    await write(`
const first = new CancelBackup("first", { tenants: ["mysql_tenant"], cancelOn: ["delete"] });
new CancelBackup("second", { tenants: ["oracle_tenant"], cancelOn: ["delete"] }, { deletedWith: first });
`);
    await up();
    await destroy();
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
  });

  test("dependsOn decides what is done first, and what is undone last", async () => {
    await write(`
const policy = new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "14d" });
new CancelBackup("stop", { tenants: ["mysql_tenant"], cancelOn: ["create", "delete"] }, { dependsOn: policy });
`);
    await up();
    await destroy();
    const order = sandbox()
      .log.matching(/^ALTER/)
      .map((sql) => sql.split(" ")[2]);
    expect(order).toEqual(["ADD", "CANCEL", "CANCEL", "DROP"]);
  });

  test("envVarMappings are for providers, and refused by Pulumi here", async () => {
    await write(STOP('{ envVarMappings: { NO_SUCH: "OCEANBASE_HOST" } }'));
    expect(await stack().up()).toMatchObject({
      code: expect.not.toBeOneOf([0]),
      output: expect.stringContaining("envVarMappings can only be used with provider resources"),
    });
    expect(cancels()).toEqual([]);
  });

  test("hideDiffs hides a difference and not what comes of it", async () => {
    const program = (trigger: number) => STOP('{ hideDiffs: ["triggers"] }', `triggers: [${trigger}]`);
    await write(program(11111));
    await up();
    await write(program(22222));
    expect((await must("preview", "--diff")).output).not.toContain("22222");
    await up();
    expect(cancels()).toHaveLength(2);
  });

  // The language host that can be built everywhere knows no hooks; with the Automation API the program needs none.
  test("hooks run around what the resource does, and at a deletion with the program", async () => {
    await write("");
    const script = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const pulumi = require("@pulumi/pulumi");
const { CancelBackup } = require("${PACKAGES[front]}");
const noted = [];
const note = (what) =>
  new pulumi.ResourceHook(what, ({ newOutputs }) => void noted.push(what + " " + (newOutputs?.outcome ?? "-")));
const program = async () => {
  const hooks = { beforeCreate: [note("before")], afterCreate: [note("after")], beforeDelete: [note("end")] };
  new CancelBackup("stop", { tenants: ["mysql_tenant"] }, { hooks });
};
const args = { stackName: "test", projectName: "written", program };
LocalWorkspace.createOrSelectStack(args, { workDir: __dirname }).then(async (stack) => {
  await stack.up();
  await stack.destroy({ runProgram: true });
  console.log(noted.join(", "));
});
`;
    writeFileSync(join(stack().directory, "hooks.js"), script);
    const environment = stack().environment();
    const PATH = [process.env.TEST_PULUMI_DIRECTORY, environment.PATH].join(delimiter);
    const { code, output } = await run(process.execPath, ["hooks.js"], {
      cwd: stack().directory,
      env: { ...environment, PATH },
      onLine: () => {},
    });
    expect({ code, output: output.trim() }).toEqual({ code: 0, output: "before -, after stopped, end -" });
  });

  test("id reads a policy, and refuses a CancelBackup, which is nothing that could be read", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await write(`
exports.found = new BackupCleanupPolicy("found", {}, { id: "mysql_tenant" }).recoveryWindow;
`);
    await up();
    expect(await stack().outputs()).toEqual({ found: "7d" });
    await write(`new CancelBackup("stop", {}, { id: "x" });`);
    const { code, output } = await stack().up();
    expect({ code, output }).toMatchObject({
      code: expect.not.toBeOneOf([0]),
      output: expect.stringContaining("there is none to be imported or read"),
    });
    expect(sandbox().log.matching(/^ALTER/)).toEqual([]);
  });

  describe("ignoreChanges", () => {
    test("keeps a window that was changed by hand", async () => {
      await write(POLICY('{ ignoreChanges: ["recoveryWindow"] }'));
      await up();
      sandbox().log.clear();
      sandbox().setPolicy("mysql_tenant", "7d");
      await must("refresh", "--yes", "--skip-preview");
      await up();
      expect(policyStatements()).toEqual([]);
      const { outputs } = (await stack().resource("BackupCleanupPolicy")) ?? {};
      expect(outputs).toMatchObject({ recoveryWindow: "7d" });
    });

    test("is not there: then the preview shows both windows, and the update repairs it", async () => {
      await write(POLICY("{}"));
      await up();
      sandbox().log.clear();
      sandbox().setPolicy("mysql_tenant", "7d");
      await must("refresh", "--yes", "--skip-preview");
      expect((await must("preview", "--diff")).output).toMatch(/~ recoveryWindow: "7d" => "14d"/);
      await up();
      expect(policyStatements()).toEqual(["DROP", "ADD"]);
    });
  });

  test("import takes in a policy by the plugin, and is refused by the dynamic host", async () => {
    sandbox().setPolicy("mysql_tenant", "14d");
    // An import reads with the configuration of the provider and of the environment.
    await write(POLICY('{ import: "mysql_tenant" }'));
    if (isPlugin) {
      expect((await up()).output).toMatch(/= 1 imported/);
    } else {
      const { code, output } = await stack().up();
      expect(code).not.toBe(0);
      expect(output).toContain("policy: the option import cannot work here: Pulumi imports no resource");
    }
    expect(policyStatements()).toEqual([]);
  });

  test("parent without an alias makes another resource of it, and the statement is sent again", async () => {
    await write(STOP("{}"));
    await up();
    await write(`
const parent = new pulumi.ComponentResource("team:index:Environment", "parent");
${STOP("{ parent }")}`);
    const { output } = await up();
    expect(output).toContain("- 1 deleted");
    expect(cancels()).toHaveLength(2);
  });

  test("pluginDownloadURL says where the plugin would come from, and is not asked when it is there", async () => {
    await write(STOP('{ pluginDownloadURL: "https://plugins.example.invalid" }'));
    expect((await up()).output).toContain("+ 2 created");
  });

  test("protect keeps a resource from being deleted, and nothing is sent", async () => {
    const inputs = 'cancelOn: ["delete"]';
    await write(STOP("{ protect: true }", inputs));
    await up();
    const refused = await stack().destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("protect");
    expect(cancels()).toEqual([]);
    await write(STOP("{}", inputs));
    await up();
    await destroy();
    expect(cancels()).toHaveLength(1);
  });

  test("provider names a cluster to the plugin, and is refused by Pulumi for a dynamic resource", async () => {
    await write(`
const { Provider } = require("pulumi-oceanbase-backup/native");
const provider = new Provider("here", { cluster: "obdemo" });
${STOP("{ provider }")}`);
    const { code, output } = await stack().up();
    if (isPlugin) expect(code, output).toBe(0);
    else expect(output).toMatch(/provider/);
    expect([code, cancels().length]).toEqual(isPlugin ? [0, 1] : [expect.any(Number), expect.any(Number)]);
  });

  test.each([
    ["reason", '["reason"]'],
    ["any input", '["*"]'],
  ])("replaceOnChanges of %s replaces, and sends the statement again", async (_, names) => {
    await write(STOP(`{ replaceOnChanges: ${names} }`, 'reason: "one"'));
    await up();
    await write(STOP(`{ replaceOnChanges: ${names} }`, 'reason: "two"'));
    expect((await up()).output).toContain("+-1 replaced");
    expect(cancels()).toHaveLength(2);
    expect((await up()).output).toContain("2 unchanged");
  });

  test("replaceWith and replacementTrigger replace, and send the statement again", async () => {
    const program = (trigger: number) => `
const first = new CancelBackup("first", { tenants: ["mysql_tenant"] }, { replacementTrigger: ${trigger} });
new CancelBackup("second", { tenants: ["oracle_tenant"] }, { replaceWith: [first] });
`;
    await write(program(1));
    await up();
    await write(program(2));
    expect((await up()).output).toContain("+-2 replaced");
    expect(cancels()).toHaveLength(4);
  });

  test("retainOnDelete leaves a policy on the server, and lets a CancelBackup send nothing at its deletion", async () => {
    await write(
      STOP("{ retainOnDelete: true }", 'cancelOn: ["delete"]') + POLICY("{ retainOnDelete: true }"),
    );
    await up();
    await destroy();
    expect(cancels()).toEqual([]);
    expect(policyStatements()).toEqual(["ADD"]);
  });

  test("stateMigrations that leave the state as it is change nothing, and a CLI that has none refuses them", async () => {
    await write(STOP("{}"));
    await up();
    await write(STOP("{ stateMigrations: [async () => undefined] }"));
    const { output } = await stack().up();
    expect(output).toMatch(/2 unchanged|The Pulumi CLI does not support state migrations/);
    expect(cancels()).toHaveLength(1);
  });

  test.each(["transforms", "transformations"])(
    "%s may change inputs, and the statement is for what they leave",
    async (option) => {
      await write(
        STOP(
          `{ ${option}: [({ props, opts }) => ({ props: { ...props, tenants: ["oracle_tenant"] }, opts })] }`,
        ),
      );
      await up();
      expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    },
  );

  test("urn refers to a resource that the program has registered, and sends nothing", async () => {
    await write(STOP("{}"));
    await up();
    const again = 'exports.again = stop.urn.apply((urn) => new CancelBackup("again", {}, { urn }).outcome);';
    await write(`const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] }, {});
exports.stop = stop.outcome;
${again}`);
    await up();
    expect(await stack().outputs()).toEqual({ stop: "stopped", again: "stopped" });
    expect(cancels()).toHaveLength(1);
  });

  test("version asks for the plugin in that version", async () => {
    await write(STOP('{ version: "9.9.9" }'));
    const { code, output } = await stack().up();
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("+ 2 created") });
  });
});

describe("triggers", () => {
  const { stack, write, up } = useWrittenStack(sandbox, "dynamic");

  test("that are files are compared by what is in them", async () => {
    const program = (reason: string) =>
      STOP(
        "{}",
        `reason: "${reason}", triggers: [{ deep: [new pulumi.asset.FileAsset("runbook.md")] }, new pulumi.asset.StringAsset("text")]`,
      );
    await write(program("one"));
    const runbook = (text: string) => writeFileSync(join(stack().directory, "runbook.md"), text);
    runbook("first");
    await up();
    expect(cancels()).toHaveLength(1);
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    await write(program("two"));
    expect((await up()).output).toContain("~ 1 updated");
    expect(cancels()).toHaveLength(1);
    runbook("second");
    await up();
    expect(cancels()).toHaveLength(2);
  });
});

describe("a password", () => {
  const { stack, write, must, up } = useWrittenStack(sandbox, "dynamic");

  test("stays a secret when it is refreshed", async () => {
    await write(`
const password = config.requireSecret("pw");
new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "14d", connection: { password } });
`);
    await stack().config("pw", sandbox().logins.sys.password, true);
    await up();
    sandbox().setPolicy("mysql_tenant", "7d");
    await must("refresh", "--yes", "--skip-preview");
    expect(await stack().resource("BackupCleanupPolicy")).toMatchObject({ inputs: { recoveryWindow: "7d" } });
    expect(stack().onDisk()).not.toContain(sandbox().logins.sys.password);
  });
});
