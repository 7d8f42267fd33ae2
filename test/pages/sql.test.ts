import { expect, test } from "vitest";
import { codeBlocks } from "../tools/pages/blocks.ts";
import { allPages } from "../tools/pages/sections.ts";
import { parses } from "../tools/support/grammar.ts";

/*
 * Every statement on the pages is one by OceanBase's own grammar, in the mode that it is for.
 */
const statementsIn = (language: RegExp) =>
  codeBlocks(allPages(), language).flatMap(({ text }) => text.trim().split("\n"));

test.each([
  ["MySQL", statementsIn(/^sql$/), "GRANT SELECT ANY DICTIONARY TO a;"],
  ["Oracle", statementsIn(/^sql oracle$/), "GRANT ALTER SYSTEM ON *.* TO a;"],
] as const)(
  "the grammar of %s mode takes every statement for it, and none of the other mode",
  (mode, statements, other) => {
    expect(statements.length).toBeGreaterThan(3);
    expect(statements.filter((sql) => !parses(sql, mode))).toEqual([]);
    expect(parses(other, mode)).toBe(false);
  },
);
