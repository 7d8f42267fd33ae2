import { OceanBaseError } from "../../provider/oceanbase/errors.ts";
import { CHANGING_QUESTIONS } from "./questions/changes.ts";
import { CLEANUP_QUESTIONS } from "./questions/cleanup.ts";
import { CLUSTER_QUESTIONS } from "./questions/cluster.ts";
import { CONNECTION_QUESTIONS } from "./questions/connection.ts";
import { JOB_QUESTIONS } from "./questions/jobs.ts";
import type { Inquiry, Question } from "./questions/question.ts";
import type { Subject } from "./subjects.ts";

/** Everything that a login can find out of the facts that the code leans on. Those that change something come last. */
export const QUESTIONS: readonly Question[] = [
  ...CONNECTION_QUESTIONS,
  ...CLUSTER_QUESTIONS,
  ...JOB_QUESTIONS,
  ...CLEANUP_QUESTIONS,
  ...CHANGING_QUESTIONS,
];

/** What has come of a question. */
export interface Answer {
  question: Question;
  believed: readonly string[];
  /** Each word once. None: there was nothing to look at. */
  found: readonly string[];
  /** Why it was not asked, or what it failed with. */
  withoutAnswer: string | undefined;
}

/** Asks one question. What the server fails with is an answer, too. */
export async function answerTo(question: Question, inquiry: Inquiry): Promise<Answer> {
  const believed = question.believed(inquiry.right);
  const without = (withoutAnswer: string) => ({ question, believed, found: [], withoutAnswer });
  if (question.changes && !inquiry.subject.mayBackUp) return without("not asked, see OCEANBASE_LIVE_BACKUPS");
  try {
    const found = [...new Set(await question.find(inquiry))].sort();
    return { question, believed, found, withoutAnswer: undefined };
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    return without(`error ${error.errno ?? error.kind}`);
  }
}

/** Whether all that was found is what is taken for granted. */
export function isAsBelieved({ found, believed, withoutAnswer }: Answer): boolean {
  return withoutAnswer === undefined && found.every((word) => believed.includes(word));
}

/** Whether the code acts wrongly on this cluster; all else that is otherwise is for people to read. */
export function misleadsTheCode(answer: Answer): boolean {
  return answer.question.isVital === true && answer.withoutAnswer === undefined && !isAsBelieved(answer);
}

/** Longest word of a server's that is shown. */
const MAX_WORD_LENGTH = 200;

/** The answers as a table in Markdown, for a report; what is otherwise stands in bold. */
export function tableOf({ version, tenants }: Subject, answers: readonly Answer[]): string {
  const modes = [...new Set(tenants.map(({ mode }) => mode))].join(" and ");
  return [
    `OceanBase ${version}, tenants in ${modes} mode`,
    "",
    "| fact | believed | found |",
    "|---|---|---|",
    ...answers.map((answer) => {
      const { fact, about } = answer.question;
      return `| \`${fact}\`: ${about} | ${textOf(answer.believed)} | ${foundText(answer)} |`;
    }),
  ].join("\n");
}

function foundText(answer: Answer): string {
  if (answer.withoutAnswer !== undefined) return answer.withoutAnswer;
  if (answer.found.length === 0) return "nothing to look at";
  return isAsBelieved(answer) ? textOf(answer.found) : `**${textOf(answer.found)}**`;
}

function textOf(words: readonly string[]): string {
  return words.map((word) => word.slice(0, MAX_WORD_LENGTH).replace(/[|\p{Cc}]/gu, " ")).join(", ");
}
