import { join } from "node:path";
import { expect, test } from "vitest";
import { linkProblem, linksOf } from "../tools/pages/links.ts";
import { allPages, packedPages, pageText } from "../tools/pages/sections.ts";
import { CONSUMER } from "../tools/support/consumer.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

const INSTALLED = join(CONSUMER, "node_modules", "pulumi-oceanbase-backup");
const problemsOf = (page: string, root: string) =>
  linksOf(pageText(page))
    .map((link) => linkProblem(link, page, root))
    .filter((problem) => problem !== undefined);

test.each(allPages())("every link of %s leads to a file and a heading", (page) => {
  expect(problemsOf(page, ROOT)).toEqual([]);
});

test.each(packedPages())("and in the package too, where %s travels", (page) => {
  expect(problemsOf(page, INSTALLED)).toEqual([]);
});

test("no page of the package is left out of the index", () => {
  const index = linksOf(pageText("sdk/README.md"));
  const pages = packedPages().filter((page) => page.startsWith("sdk/pages/"));
  expect(index).toEqual(expect.arrayContaining(pages.map((page) => page.replace("sdk/", ""))));
});

test("a link that leads nowhere is found", () => {
  expect(linkProblem("no-such-file.md", "README.md", ROOT)).toContain("no such file");
  expect(linkProblem("CHANGELOG.md#no-such", "README.md", ROOT)).toContain("no such heading");
  const { homepage } = JSON.parse(pageText("package.json"));
  const elsewhere = `${homepage.replace(/#.*/, "")}/tree/main/no-such-folder`;
  expect(linkProblem(elsewhere, "README.md", ROOT)).toContain("no such file");
});
