import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../provider/oceanbase/errors.ts";
import { readRegister } from "../tools/support/facts.ts";
import type { Inquiry, Question } from "./questions/question.ts";
import { type Answer, answerTo, misleadsTheCode, QUESTIONS, tableOf } from "./questions.ts";
import type { Subject } from "./subjects.ts";

/*
 * What becomes of an answer, and that register and questions are for each other.
 */
const subject = { version: "4.3.5.1", tenants: [{ mode: "ORACLE" }, { mode: "MYSQL" }, { mode: "MYSQL" }] };

/** The answer to a question on which these words are found, or which fails so. */
async function answered(
  found: readonly string[] | Error,
  changes: Partial<Question> = {},
  mayBackUp = false,
): Promise<Answer> {
  const question: Question = {
    fact: "one-fact",
    about: "words",
    believed: () => ["YES", "NO"],
    find: async () => {
      if (found instanceof Error) throw found;
      return found;
    },
    ...changes,
  };
  return await answerTo(question, { subject: { ...subject, mayBackUp } } as unknown as Inquiry);
}

const cellOf = (answer: Answer) =>
  tableOf(subject as unknown as Subject, [answer])
    .split(" | ")
    .at(-1);

describe("the table", () => {
  test("begins with the version and the modes", async () => {
    const table = tableOf(subject as unknown as Subject, [await answered(["YES", "NO", "YES"])]);
    expect(table.split("\n")).toEqual([
      "OceanBase 4.3.5.1, tenants in ORACLE and MYSQL mode",
      "",
      "| fact | believed | found |",
      "|---|---|---|",
      "| `one-fact`: words | YES, NO | NO, YES |",
    ]);
  });

  test.each<[string, readonly string[] | Error, Partial<Question>, string]>([
    ["sets in bold what is otherwise", ["NO", "MAYBE"], {}, "**MAYBE, NO** |"],
    ["says that nothing is to be seen", [], {}, "nothing to look at |"],
    [
      "names the error instead of an answer",
      new OceanBaseError("server", "no", { errno: 4016 }),
      {},
      "error 4016 |",
    ],
    ["says how a server is away", new OceanBaseError("unreachable", "no"), {}, "error unreachable |"],
    ["says what was not asked", ["YES"], { changes: true }, "not asked, see OCEANBASE_LIVE_BACKUPS |"],
    ["keeps its cells whole", ["a|b\nc"], {}, "**a b c** |"],
  ])("%s", async (_, found, changes, cell) => {
    expect(cellOf(await answered(found, changes))).toBe(cell);
  });

  test("has what was changed where that is allowed", async () => {
    expect(cellOf(await answered(["YES"], { changes: true }, true))).toBe("YES |");
  });
});

test("a mistake in a question is no answer", async () => {
  await expect(answered(new TypeError("not a function"))).rejects.toThrow("not a function");
});

test.each<[string, readonly string[] | Error, boolean, boolean]>([
  ["is vital and otherwise", ["MAYBE"], true, true],
  ["is vital and as believed", ["YES"], true, false],
  ["is vital and not to be seen", [], true, false],
  ["is vital and fails", new OceanBaseError("server", "no", { errno: 4012 }), true, false],
  ["is otherwise and not vital", ["MAYBE"], false, false],
])("an answer that %s fails the run, or does not", async (_, found, isVital, fails) => {
  expect(misleadsTheCode(await answered(found, { isVital }))).toBe(fails);
});

describe("the register", () => {
  const { facts } = readRegister();
  const asked = new Set(QUESTIONS.map(({ fact }) => fact));

  test("has the fact of every question, and says that it is asked", () => {
    const questioned = facts.filter(({ checks }) => checks.includes("question")).map(({ id }) => id);
    expect([...asked].sort()).toEqual(questioned.sort());
  });

  test("has for every fact that was not read a question, or says why no login can tell", () => {
    const open = facts.filter(
      ({ id, isRead, unasked }) => !isRead && unasked === undefined && !asked.has(id),
    );
    expect(open.map(({ id }) => id)).toEqual([]);
  });
});
