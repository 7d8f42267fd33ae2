import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FRONTS } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { useWrittenStack } from "./writtenStack.ts";

/*
 * What the flags of Pulumi's CLI do here that name resources or change what is done with them. sdk/pages/resourceOptions.md
 * has them, and a test compares it with the titles, which begin with the flag.
 */
const sandbox = useSandbox();
const tenants = () =>
  sandbox().log.cancels.map((sql) => (/`(.+)`$/.exec(sql)?.[1] ?? "all").replace("_tenant", ""));
const TWO = (more = "") => `
exports.first = new CancelBackup("first", { tenants: ["mysql_tenant"], ${more} }).outcome;
exports.second = new CancelBackup("second", { tenants: ["oracle_tenant"], ${more} }).outcome;
`;

describe.each(FRONTS)("%s", (front) => {
  const { stack, write, must, up, destroy } = useWrittenStack(sandbox, front);

  test("--continue-on-error goes on with the others when one fails", async () => {
    await write(`
new CancelBackup("wrong", { tenants: ["no_such_tenant"] });
${TWO()}`);
    const { code } = await stack().pulumi([
      "up",
      "--yes",
      "--skip-preview",
      "--continue-on-error",
      "--parallel",
      "1",
    ]);
    expect(code).not.toBe(0);
    expect(tenants().sort()).toEqual(["mysql", "oracle"]);
  });

  test("--exclude leaves a resource alone", async () => {
    await write(TWO());
    await up("--exclude", "**second");
    expect(tenants()).toEqual(["mysql"]);
    await up();
    expect(tenants()).toEqual(["mysql", "oracle"]);
  });

  test("--exclude-protected destroys the others", async () => {
    await write(`
new CancelBackup("first", { tenants: ["mysql_tenant"], cancelOn: ["delete"] }, { protect: true });
new CancelBackup("second", { tenants: ["oracle_tenant"], cancelOn: ["delete"] });
`);
    await up();
    await destroy("--exclude-protected");
    expect(tenants()).toEqual(["oracle"]);
  });

  test("--parallel 1 sends one statement after the other, and waits for each stop", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    await write(TWO());
    await up("--parallel", "1");
    const sent = sandbox().log.entries.map(({ sql }) => sql);
    const [one, other] = sent.flatMap((sql, at) => (/CANCEL BACKUP/.test(sql) ? [at] : []));
    expect(sent.slice(one, other).some((sql) => sql.includes("OB_BACKUP_JOB_HISTORY"))).toBe(true);
    expect(await stack().outputs()).toEqual({ first: "stopped", second: "stopped" });
  });

  test("--refresh brings the record up to date first, and so finds what runs again", async () => {
    await write(TWO("keepStopped: true"));
    await up();
    sandbox().startBackup("mysql_tenant");
    await up("--refresh");
    expect(tenants().slice(2)).toEqual(["mysql"]);
  });

  test("--replace sends the statement again, for the resource that it names", async () => {
    await write(TWO());
    await up();
    const { output } = await up("--replace", "**first");
    expect(output).toContain("+-1 replaced");
    expect(tenants().slice(2)).toEqual(["mysql"]);
  });

  test("--run-program lets a destroy take the password that the configuration has now", async () => {
    const key = "oceanbase-backup:password";
    const without = { OCEANBASE_PASSWORD: undefined };
    const run = (command: string, ...flags: string[]) =>
      stack().pulumi([command, "--yes", "--skip-preview", ...flags], without);
    await write(TWO('cancelOn: ["delete"]'));
    await stack().config(key, sandbox().logins.sys.password, true);
    expect(await run("up")).toMatchObject({ code: 0 });
    sandbox().cluster.tenants.setPassword("sys", "root", "rotated");
    await stack().config(key, "rotated", true);
    expect(await run("destroy")).toMatchObject({
      code: expect.not.toBeOneOf([0]),
      output: expect.stringContaining("error 1045"),
    });
    const rotated = await run("destroy", "--run-program");
    expect(rotated.code, rotated.output).toBe(0);
    expect(tenants().sort()).toEqual(["mysql", "oracle"]);
  });

  test("--save-plan holds what the preview has found, and --plan does that and no more", async () => {
    const experimental = { PULUMI_EXPERIMENTAL: "true" };
    await write(TWO());
    const saved = await stack().pulumi(["preview", "--save-plan", "plan.json"], experimental);
    expect(saved.code, saved.output).toBe(0);
    expect(existsSync(join(stack().directory, "plan.json"))).toBe(true);
    expect(tenants()).toEqual([]);
    const withPlan = ["up", "--yes", "--skip-preview", "--plan", "plan.json"];
    const asPlanned = await stack().pulumi(withPlan, experimental);
    expect(asPlanned.code, asPlanned.output).toBe(0);
    expect(tenants().sort()).toEqual(["mysql", "oracle"]);
    await write(TWO('reason: "another"'));
    const other = await stack().pulumi(withPlan, experimental);
    expect(other.code).not.toBe(0);
    expect(tenants()).toHaveLength(2);
  });

  test("--target updates and destroys the resource that it names, and no other", async () => {
    await write(TWO('cancelOn: ["create", "delete"]'));
    await up("--target", "**first");
    expect(tenants()).toEqual(["mysql"]);
    await destroy("--target", "**first");
    expect(tenants()).toEqual(["mysql", "mysql"]);
  });

  test("--target-replace replaces the resource that it names, and no other", async () => {
    await write(TWO());
    await up();
    expect((await up("--target-replace", "**second")).output).toContain("+-1 replaced");
    expect(tenants().slice(2)).toEqual(["oracle"]);
    await must("preview");
  });
});
