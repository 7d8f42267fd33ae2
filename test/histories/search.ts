import fc from "fast-check";
import { histories } from "./arbitrary.ts";
import { live } from "./live.ts";
import { programOf } from "./program.ts";
import type { History } from "./steps.ts";
import { Violation } from "./violation.ts";

/** What a search was for. */
export interface Search {
  /** How many histories. */
  runs: number;
  seed: number;
  /** Where in the tree of shorter histories to begin, as a failed search has said. */
  path?: string | undefined;
  /** The beginning of the only rule that counts. @default every one does */
  only?: string | undefined;
  /** Lets one come to pass. @default in process */
  act?: (history: History) => Promise<void>;
  /** Called after each, with how many steps it had. */
  each?: (steps: number) => void;
}

/** What has come of it. */
export interface Found {
  /** How many histories there were until one failed, that one included; or all. */
  runs: number;
  /** Undefined: none has failed. */
  failure: { rule: string; report: string } | undefined;
}

/** Lets histories come to pass by chance until one fails, and makes that one as short as it can be. */
export async function search({
  runs,
  seed,
  path,
  only = "",
  act = live,
  each = () => {},
}: Search): Promise<Found> {
  let rule: string | undefined;
  const property = fc.asyncProperty(histories, async (history) => {
    try {
      await act(history);
    } catch (error) {
      const broken = ruleOf(error);
      if (broken.startsWith(only)) rule ??= broken;
      // A shorter history that breaks another rule is another story.
      if (broken === rule) throw error;
    }
    if (rule === undefined) each(history.steps.length);
  });
  const result = await fc.check(property, { numRuns: runs, seed, ...(path === undefined ? {} : { path }) });
  if (!result.failed || rule === undefined) return { runs: result.numRuns, failure: undefined };
  const [history] = result.counterexample as [History];
  const message = (result.errorInstance as Error).message;
  const report = [
    message,
    `found after ${result.numRuns} histories and ${result.numShrinks} steps of shrinking; seed ${seed}, path ${result.counterexamplePath}`,
    "as a program, for regressions.test.ts:",
    programOf(history, rule),
  ].join("\n");
  return { runs: result.numRuns, failure: { rule, report } };
}

/** The sentence that a failure goes against; a mistake of the tests themselves is none of them. */
function ruleOf(error: unknown): string {
  return error instanceof Violation ? error.rule : `a failure of another kind: ${(error as Error).message}`;
}
