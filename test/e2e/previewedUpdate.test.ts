import { afterEach, expect, test } from "vitest";
import { newProject } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { programStack, setArgs } from "./program.ts";

/*
 * What a preview says of an update is what the update does, whatever has changed its inputs on the way.
 */
const sandbox = useSandbox();
let stack: Stack;
afterEach(() => stack.remove());

/** What the preview says on the resource's row. */
async function row(): Promise<string> {
  const { code, output } = await stack.pulumi(["preview"]);
  expect(code).toBe(0);
  const line = output.split("\n").findLast((text) => /oceanbase:CancelBackup\s+stop/.test(text)) ?? "";
  return line.slice(line.indexOf("stop"));
}

const SENDS = "would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`";

test("the row of an update says what it sends, of an unchanged resource nothing", async () => {
  stack = await programStack(environmentFor(sandbox()), { tenants: ["mysql_tenant"], triggers: [1] });
  expect((await stack.up()).code).toBe(0);
  sandbox().startBackup("mysql_tenant");
  sandbox().log.clear();
  expect(await row()).not.toContain("backup job");
  expect(sandbox().log.logins).toBe(0);
  await setArgs(stack, { tenants: ["mysql_tenant"], triggers: [1], reason: "another" });
  expect(await row()).toMatch(/^stop\s+update\s+.*only the record changes: nothing would be sent$/);
  await setArgs(stack, { tenants: ["mysql_tenant"], triggers: [2] });
  expect(await row()).toMatch(/^stop\s+update\s+.*1 backup job runs now: mysql_tenant job 1 .*; would send/);
  expect(await row()).toContain(SENDS);
  expect(sandbox().log.cancels).toEqual([]);
  expect((await stack.up()).code).toBe(0);
  expect(sandbox().log.cancels).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
});

/** A program whose resource gets other tenants on its way to the engine. */
const withTenants = (how: string) => `
const pulumi = require("@pulumi/pulumi");
const { CancelBackup } = require("pulumi-oceanbase-backup");
const tenants = new pulumi.Config().requireObject("tenants");
${how}
`;
const TRANSFORM = '({ props, opts }) => ({ props: { ...props, tenants: ["mysql_tenant"] }, opts })';

test.each([
  ["transforms", `new CancelBackup("stop", { tenants }, { transforms: [${TRANSFORM}] });`],
  ["transformations", `new CancelBackup("stop", { tenants }, { transformations: [${TRANSFORM}] });`],
])("%s that change the tenants are seen", async (_, how) => {
  const project = newProject("transformed", { "index.js": withTenants(how) });
  stack = await Stack.create(project, environmentFor(sandbox()));
  await stack.config("tenants", '["oracle_tenant"]');
  expect(await row()).toContain(SENDS);
  expect((await stack.up()).code).toBe(0);
  expect(sandbox().log.cancels).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
});

test("ignoreChanges is seen: what is ignored is not spoken of", async () => {
  const how =
    'new CancelBackup("stop", { tenants, reason: tenants.join() }, { ignoreChanges: ["tenants"] });';
  stack = await Stack.create(
    newProject("ignoring", { "index.js": withTenants(how) }),
    environmentFor(sandbox()),
  );
  await stack.config("tenants", '["mysql_tenant"]');
  expect((await stack.up()).code).toBe(0);
  sandbox().log.clear();
  await stack.config("tenants", '["oracle_tenant"]');
  expect(await row()).toMatch(/^stop\s+update\s+.*only the record changes: nothing would be sent$/);
  expect((await stack.up()).code).toBe(0);
  expect(sandbox().log.cancels).toEqual([]);
});

test("a plan that was saved by a preview can be carried out", async () => {
  stack = await programStack(environmentFor(sandbox()), { tenants: ["mysql_tenant"] });
  expect((await stack.pulumi(["preview", "--save-plan", "plan.json"])).code).toBe(0);
  const { code, output } = await stack.pulumi(["up", "--yes", "--skip-preview", "--plan", "plan.json"]);
  expect(output).not.toContain("violates plan");
  expect(code).toBe(0);
  expect(sandbox().log.cancels).toHaveLength(1);
  expect(await stack.export()).not.toContain("__preview");
});
