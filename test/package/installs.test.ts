import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packedTarball } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT } from "../tools/toolchain/run.mjs";
import { MANAGERS, type Manager, type ManagerName, UserFolder } from "./managers.ts";
import { filesOf, PROGRAMS, type Program, type ProgramName } from "./programs.ts";

/*
 * The packed package as users install it: each package manager with each kind of program. What ran stands in matrix.json.
 */
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const RECORD = join(import.meta.dirname, "matrix.json");
const sandbox = useSandbox();

/** What each manager gets: a TypeScript, and the program that becomes a stack. */
const CASES: Record<ManagerName, { typescript: string; stack: ProgramName }> = {
  npm: { typescript: "5.9.3", stack: "typescript-commonjs" },
  pnpm: { typescript: devDependencies.typescript, stack: "typescript-module" },
  "yarn, node-modules": { typescript: "5.9.3", stack: "javascript-module" },
  "yarn, pnp": { typescript: devDependencies.typescript, stack: "javascript-commonjs" },
};

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

const recorded: object[] = [];

describe.each(Object.entries(CASES))("by %s", (name, { typescript, stack }) => {
  const manager = name as ManagerName;
  let folder: UserFolder;
  beforeAll(async () => {
    const programs = Object.entries(PROGRAMS).flatMap(([program, about]) =>
      Object.entries(filesOf(about, typescript)).map(([file, content]) => [`${program}/${file}`, content]),
    );
    folder = new UserFolder(manager, {
      "package.json": {
        private: true,
        dependencies: {
          "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
          "pulumi-oceanbase-backup": `file:${packedTarball()}`,
        },
        devDependencies: { "@types/node": devDependencies["@types/node"], typescript },
      },
      "load.mjs": LOAD,
      "compile.cjs": 'require("typescript/bin/tsc");',
      ...Object.fromEntries(programs),
    });
    await folder.manage(["install"]);
  }, 180_000);
  afterAll(() => folder.remove());

  test.each(Object.keys(PROGRAMS) as ProgramName[])(
    "%s finds its types and its code",
    async (program) => {
      const { language, modules, compilerOptions }: Program = PROGRAMS[program];
      const isCompiled = language === "TypeScript";
      if (isCompiled) {
        expect(await folder.node(["compile.cjs", "-p", program])).toEqual({ code: 0, output: "" });
      }
      // Importing needs the second hook of yarn; requiring goes without.
      const hook = manager === "yarn, pnp" ? "--no-warnings --experimental-loader ./.pnp.loader.mjs" : "";
      const code = `./${program}/${isCompiled ? "bin/" : ""}index.js`;
      expect(await folder.node(["load.mjs", code], hook)).toEqual({ code: 0, output: "loaded\n" });
      const isStack = program === stack;
      if (isStack) await upAndDestroy(folder, program);
      const { version }: Manager = MANAGERS[manager];
      recorded.push({
        manager,
        ...(version === undefined ? {} : { version }),
        language,
        modules,
        ...(isCompiled ? { typescript, ...compilerOptions } : {}),
        ran: [
          "install",
          ...(isCompiled ? ["type-check"] : []),
          "load",
          ...(isStack ? ["up", "destroy"] : []),
        ],
      });
    },
    120_000,
  );
});

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

test("the record has what ran (MATRIX=write npx vitest run --project package installs writes it)", () => {
  if (process.env.MATRIX === "write") writeFileSync(RECORD, `${JSON.stringify(recorded, null, 2)}\n`);
  expect(JSON.parse(readFileSync(RECORD, "utf8"))).toEqual(recorded);
});
