import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { pageText } from "../tools/pages/sections.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

/*
 * The page of Pulumi's options and flags has every one, and each row a test whose title begins with it.
 */
const [, options = "", flags = ""] = pageText("sdk/pages/resourceOptions.md").split(/^## /m);

/** What stands in the first column. */
const rowsOf = (section: string) =>
  [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names]) =>
    (names as string).split(", ").map((name) => name.replaceAll("`", "")),
  );

/** The titles of tests and groups in files of `e2e/`. */
const titlesIn = (...files: string[]) =>
  files.flatMap((file) =>
    [
      ...readFileSync(join(ROOT, "test", "e2e", file), "utf8").matchAll(
        /(?:test|describe)(?:\.each\(([\s\S]*?)\))?\(\s*"([^"]+)"/g,
      ),
    ].flatMap(([, cases = "", title]) =>
      // `%s changes inputs` stands for the words of its cases.
      title?.startsWith("%s")
        ? [...cases.matchAll(/"([^"]+)"/g)].map(([, word]) => `${word}${title.slice(2)}`)
        : [title as string],
    ),
  );

const hasTest = (name: string, titles: string[]) =>
  titles.some((title) => title.startsWith(`${name} `) || title === name || title.includes(` and ${name} `));

/** Every resource option in Pulumi's types. */
function optionsOfPulumi(): string[] {
  const file = createRequire(import.meta.url).resolve("@pulumi/pulumi/resource.d.ts");
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  return source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => ["ResourceOptions", "CustomResourceOptions"].includes(name.text))
    .flatMap(({ members }) => members.map((member) => member.name?.getText() as string));
}

describe("resource options", () => {
  test("that Pulumi has stand on the page, and no other", () => {
    expect(rowsOf(options)).toEqual(optionsOfPulumi().sort());
  });

  const titles = titlesIn("resourceOptions.test.ts", "native.test.ts");
  test.each(rowsOf(options))("%s has a test", (name) => {
    expect(hasTest(name, titles), name).toBe(true);
  });
});

describe("flags", () => {
  const titles = titlesIn("flags.test.ts");
  test.each(rowsOf(flags))("%s has a test", (name) => {
    expect(hasTest(name, titles), name).toBe(true);
  });
});
