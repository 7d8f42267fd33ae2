import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell, Observed } from "./cell.ts";
import { EXPECTED, SLACK_SECONDS } from "./expectations.ts";
import { FAULTS } from "./faults.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { PHASES, type Phase } from "./phases.ts";

const README = join(import.meta.dirname, "README.md");
const BEGIN =
  "<!-- The tables are written by `FAULTS_TABLE=write npx vitest run --project faults matrix`. -->\n";

const OPERATION_NAMES = Object.keys(OPERATIONS) as Operation[];

const TITLES: Record<Phase, string> = {
  look: "Look: the first question about the jobs, or the login",
  issue: "Issue: the statement",
  watch: "Watch: the first question about the jobs after the statement",
  report: "Report: the question how a job has ended",
  leftovers: "Report: the question what it has left behind",
};

/** What has come of a cell, in the words of the table. */
export function cellText({ operation }: Pick<Cell, "operation">, observed: Observed): string {
  const { ending, sent, nextActed, next } = observed;
  const states = {
    done: "",
    thrown: operation === "create" ? ", no state" : ", state as before",
    lost: ", state: unfinished, not known to have arrived",
    issued: ", state: unfinished, has arrived",
  };
  const command = operation === "delete" ? "destroy" : "up";
  const then = nextActed ? `done, ${next} sent` : "nothing";
  return `${ending === "done" ? "done" : "**fails**"}, ${sent} sent${states[ending]}; next ${command}: ${then}`;
}

/** A key for what was observed in a cell. */
export function cellKey({ fault, phase, operation }: Cell): string {
  return `${fault.name}/${phase}/${operation}`;
}

/** The counts, and the tables of all cells, one for each phase. */
export function tables(texts: ReadonlyMap<string, string>): string {
  const sections = PHASES.map((phase) => {
    const rows = FAULTS.map((fault) => [
      fault.name,
      ...OPERATION_NAMES.map((operation) => texts.get(cellKey({ fault, phase, operation })) ?? "not run"),
      `${EXPECTED[phase][fault.class].seconds} s`,
    ]);
    return [
      `## ${TITLES[phase]}`,
      "",
      row(["fault", ...OPERATION_NAMES, "within"]),
      row(["---", ...OPERATION_NAMES.map(() => "---"), "---"]),
      ...rows.map(row),
    ].join("\n");
  });
  return `${[counts([...texts.values()]), ...sections].join("\n\n")}\n`;
}

function counts(texts: readonly string[]): string {
  const done = texts.filter((text) => text.startsWith("done"));
  const twice = texts.filter((text) => text.includes("2 sent"));
  return [
    `- ${texts.length} cells`,
    `- ${done.length} are done in spite of the fault`,
    `- ${texts.length - done.length} fail and are done by the next command`,
    `- every one has ended by the time in its row and ${SLACK_SECONDS} s, which are for a slow machine with a hundred cells at once`,
    `- ${twice.length} take two statements, for the reasons in [expectations.ts](expectations.ts); none takes more`,
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The part of the page that was written from a run. */
export function tablesOnPage(): string {
  return readFileSync(README, "utf8").split(BEGIN)[1]?.trimStart() ?? "";
}

/** Puts the tables of this run onto the page. */
export function writeTables(text: string): void {
  const [head] = readFileSync(README, "utf8").split(BEGIN);
  writeFileSync(README, `${head}${BEGIN}\n${text}`);
}
