import { basename } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks } from "../tools/pages/blocks.ts";
import { allPages } from "../tools/pages/sections.ts";
import { newProject } from "../tools/support/consumer.ts";
import { typeErrorsOf } from "../tools/support/typeCheck.ts";

const BLOCKS = codeBlocks(allPages(), /^(ts|typescript|js|javascript)\b/);

/** A strict program with each block as a module of its own, named by its place. */
function compiled(blocks: readonly { page: string; line: number; text: string }[]): string[] {
  const files = blocks.map(({ page, line, text }) => ({
    name: `${basename(page, ".md")}-${line}.ts`,
    text: `${text}\nexport {};\n`,
  }));
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    noEmit: true,
    types: ["node"],
  };
  return typeErrorsOf(
    newProject("blocks", {
      "package.json": "{}",
      "tsconfig.json": JSON.stringify({ compilerOptions, files: files.map(({ name }) => name) }),
      ...Object.fromEntries(files.map(({ name, text }) => [name, text])),
    }),
  ).map((error) => error.replace(/^.*\//, ""));
}

test("every block of TypeScript on the pages compiles as it stands", () => {
  expect(BLOCKS.length).toBeGreaterThan(8);
  expect(compiled(BLOCKS)).toEqual([]);
});

test("a block with a mistake is found, by its page and line", () => {
  const wrong = {
    page: "sdk/pages/x.md",
    line: 7,
    text: 'import { NoSuch } from "pulumi-oceanbase-backup";',
  };
  expect(compiled([wrong])).toEqual([expect.stringMatching(/^x-7\.ts: .*NoSuch/)]);
});
