import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packedTarball } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT } from "../tools/toolchain/run.mjs";
import { MANAGERS, UserFolder } from "./managers.ts";

/*
 * Stacks in whose folder Pulumi's host does not find the package: what is said, and that doing it helps. Stacks and
 * libraries in a workspace of pnpm, which lets each of them find only what it depends on itself.
 */
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const pulumi = { "@pulumi/pulumi": devDependencies["@pulumi/pulumi"] };
const sandbox = useSandbox();

let folder: UserFolder;
beforeAll(async () => {
  const ours = { "pulumi-oceanbase-backup": `file:${packedTarball()}` };
  const project = { "Pulumi.yaml": "name: missing\nruntime: nodejs\n" };
  const member = (name: string, dependencies: object, files: Record<string, string>) =>
    Object.fromEntries(
      Object.entries({ "package.json": JSON.stringify({ name, dependencies }), ...files }).map(
        ([file, content]) => [`${name}/${file}`, content],
      ),
    );
  folder = new UserFolder("pnpm", {
    "package.json": { private: true },
    "pnpm-workspace.yaml": `packages: ["*"]\n${MANAGERS.pnpm.files["pnpm-workspace.yaml"]}`,
    ...member(
      "components",
      { ...pulumi, ...ours },
      {
        "index.js": `
          const { CancelBackup } = require("pulumi-oceanbase-backup");
          exports.quiet = () => new CancelBackup("stop", { tenants: ["mysql_tenant"] });`,
      },
    ),
    ...member(
      "stack",
      { ...pulumi, components: "workspace:*" },
      { ...project, "index.js": 'exports.summary = require("components").quiet().summary;' },
    ),
    ...member(
      "leaving",
      { ...pulumi, ...ours },
      {
        ...project,
        "index.js": `
          const { CancelBackup } = require("pulumi-oceanbase-backup");
          new CancelBackup("stop", { tenants: ["mysql_tenant"] });`,
      },
    ),
  });
  await folder.manage(["install"]);
}, 180_000);
afterAll(() => folder.remove());

const stackOf = (member: string) => Stack.create(join(folder.path, member), environmentFor(sandbox()));
const advice = (member: string) =>
  `error: install pulumi-oceanbase-backup in ${join(folder.path, member)}: destroy runs its code from there`;
/** What a loader says that does not find something. */
const LOADER = /Cannot find module|Require stack|^\s+at /m;

test("a stack whose component library has the package, and not the stack itself, is refused by the program", async () => {
  const stack = await stackOf("stack");
  const refused = await stack.preview();
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(advice("stack"));
  expect(refused.output).not.toMatch(LOADER);
  await folder.manage(["add", `file:${packedTarball()}`], "stack");
  await stack.must("up", "--yes", "--skip-preview");
  await stack.must("destroy", "--yes", "--skip-preview");
}, 120_000);

test("a stack that has lost the package together with its last use is told before it is destroyed", async () => {
  const stack = await stackOf("leaving");
  await stack.must("up", "--yes", "--skip-preview");
  folder.write({ "leaving/index.js": "" });
  await folder.manage(["remove", "pulumi-oceanbase-backup"], "leaving");
  const refused = await stack.destroy();
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(advice("leaving"));
  expect(refused.output).not.toMatch(LOADER);
  await folder.manage(["add", `file:${packedTarball()}`], "leaving");
  await stack.must("destroy", "--yes", "--skip-preview");
}, 120_000);
