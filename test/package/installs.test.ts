import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packedTarball } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT } from "../tools/toolchain/run.mjs";
import { INSTALLATIONS, type Installation, nameOf } from "./installations.ts";
import { UserFolder } from "./managers.ts";
import { bundle, filesOf, PROGRAMS, type Program, type ProgramName } from "./programs.ts";

/*
 * The packed package as users install it, in every way that the list of installations has.
 */
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const sandbox = useSandbox();

/** Registers the program's resources with mocks instead of Pulumi's engine, and prints an output. */
const LOAD = `
import * as pulumi from "@pulumi/pulumi";
await pulumi.runtime.setMocks({
  newResource: ({ inputs, name }) => ({ id: name, state: { ...inputs, summary: "loaded" } }),
  call: ({ inputs }) => inputs,
});
const { summary } = await import(process.argv[2]);
summary.apply(console.log);
`;

/** Prints the versions that a program finds, and the package through it. */
const VERSIONS = `
const { createRequire } = require("node:module");
const program = createRequire(require("node:path").resolve(process.argv[2], "index.js"));
const ours = createRequire(program.resolve("pulumi-oceanbase-backup"));
const version = (from, name) => [name, from(name + "/package.json").version];
const found = [version(ours, "@pulumi/pulumi"), version(ours, "mysql2"), version(program, "typescript")];
console.log(JSON.stringify(Object.fromEntries(found)));
`;

/** What the programs need. */
const needed = ({ foundation, typescript }: Installation) => ({
  dependencies: { ...foundation, "pulumi-oceanbase-backup": `file:${packedTarball()}` },
  devDependencies: { "@types/node": devDependencies["@types/node"], typescript },
});

/** The files of a program, by their path in the user's folder. */
function programFiles(name: ProgramName, installation: Installation): [string, string | object][] {
  const { "package.json": manifest, ...others } = filesOf(PROGRAMS[name], installation.typescript);
  const own = installation.isWorkspace ? { name, ...needed(installation) } : {};
  const files = { "package.json": { ...(manifest as object), ...own }, ...others };
  return Object.entries(files).map(([file, content]) => [`${name}/${file}`, content]);
}

function userFolder(installation: Installation): UserFolder {
  const { programs, isWorkspace, foundation } = installation;
  return new UserFolder(installation.manager, {
    "package.json": {
      private: true,
      ...(isWorkspace ? { workspaces: programs } : needed(installation)),
      // Yarn takes the newest that the package allows, whatever stands beside it.
      resolutions: foundation,
    },
    "load.mjs": LOAD,
    "compile.cjs": 'require("typescript/bin/tsc");',
    "versions.cjs": VERSIONS,
    ...Object.fromEntries(programs.flatMap((name) => programFiles(name, installation))),
  });
}

describe.each(INSTALLATIONS.map((installation) => [nameOf(installation), installation] as const))(
  "by %s",
  (_, installation) => {
    const { manager, programs, foundation, typescript, isWorkspace } = installation;
    let folder: UserFolder;
    beforeAll(async () => {
      folder = userFolder(installation);
      await folder.manage(["install"]);
    }, 180_000);
    afterAll(() => folder.remove());

    test.each(programs)(
      "%s finds its types and its code",
      async (name) => {
        const program: Program = PROGRAMS[name];
        const found = await folder.node(["versions.cjs", name]);
        expect(JSON.parse(found.output)).toEqual({ ...foundation, typescript });
        if (isWorkspace) expect(existsSync(join(folder.path, name, "node_modules", "@pulumi"))).toBe(false);
        if (program.language === "TypeScript") {
          expect(await folder.node(["compile.cjs", "-p", name])).toEqual({ code: 0, output: "" });
        }
        if (program.isBundled) await bundle(join(folder.path, name), program);
        // Importing needs the second hook of yarn; requiring goes without.
        const hook = manager === "yarn, pnp" ? "--no-warnings --experimental-loader ./.pnp.loader.mjs" : "";
        const loaded = await folder.node(["load.mjs", `./${name}/${program.code}`], hook);
        expect(loaded).toEqual({ code: 0, output: "loaded\n" });
        if (name === installation.stack) await upAndDestroy(folder, name);
      },
      120_000,
    );
  },
);

async function upAndDestroy(folder: UserFolder, program: string): Promise<void> {
  sandbox().startBackup("mysql_tenant");
  folder.write({ [`${program}/Pulumi.yaml`]: "name: installed\nruntime: nodejs\n" });
  const stack = await Stack.create(join(folder.path, program), {
    ...environmentFor(sandbox()),
    ...folder.environment,
  });
  await stack.must("up", "--yes", "--skip-preview");
  expect(await stack.outputs()).toEqual({ summary: "1 backup job: mysql_tenant job 1 CANCELED" });
  await stack.must("destroy", "--yes", "--skip-preview");
}
