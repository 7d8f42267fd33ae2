import { given } from "../given";
import type { HistoryBounds } from "../oceanbase/jobs/jobHistory";
import { type ListedJob, listJobs } from "../oceanbase/jobs/jobList";
import type { TenantSelection } from "../oceanbase/statements";
import { firstOf } from "../text";
import type { LoginInputs } from "./connection";
import { LOGIN } from "./connectionInputs";
import type { Context } from "./context";
import { flag, numberAbove0, wholeNumber } from "./inputChecks";
import { checkInputs, type InputProblem, type InputTable, problemsText } from "./inputTable";
import { withCluster } from "./sessions";
import { tenantsProblems } from "./tenantsInput";

/** Whose jobs are asked for, where. */
export interface GetBackupJobsInputs extends LoginInputs {
  tenants?: readonly string[] | "all";
  /** Which ended jobs are asked for as well; `true` means the latest. @default false */
  history?: boolean | Partial<HistoryBounds>;
}

/** The inputs of getBackupJobs. */
const GET_BACKUP_JOBS: InputTable<GetBackupJobsInputs> = {
  ...LOGIN,
  tenants: { check: (_, inputs) => tenantsProblems(inputs) },
  history: { check: historyProblems },
};

/** How many ended jobs are listed at most when nothing else is said. */
const DEFAULT_LIMIT = 1000;

/** How many may be asked for: more are nothing that a program could work with. */
const MAX_LIMIT = 10_000;

const HISTORY: InputTable<Partial<HistoryBounds>> = {
  limit: {
    check: (value) =>
      wholeNumber(1)(value) ?? (Number(value) > MAX_LIMIT ? `must not be above ${MAX_LIMIT}` : undefined),
  },
  sinceDays: { check: (value) => numberAbove0(value) },
};

function historyProblems(history: unknown): string | readonly InputProblem[] | undefined {
  if (typeof history !== "object" || history === null) {
    return flag(history) && "must be true, false, or an object with limit and sinceDays";
  }
  return checkInputs(HISTORY, history, undefined, "history.");
}

function historyOf({ history = false }: GetBackupJobsInputs): HistoryBounds | undefined {
  if (history === false) return undefined;
  return { limit: DEFAULT_LIMIT, ...(history === true ? {} : history) };
}

/** Lists backup jobs and changes nothing. Wrong arguments are reported all at once, before a server is asked. */
export async function getBackupJobs(inputs: GetBackupJobsInputs, context: Context): Promise<ListedJob[]> {
  const problems = checkInputs(GET_BACKUP_JOBS, inputs, context);
  if (problems.length > 0) throw new Error(`getBackupJobs: ${problemsText(problems)}`);
  const selection: TenantSelection = inputs.tenants ?? "own";
  const request = {
    selection,
    loginTenant: inputs.connection.tenant,
    ...given({ history: historyOf(inputs) }),
  };
  const { jobs, unreadable } = await withCluster(inputs, context, (cluster) => listJobs(cluster, request));
  if (unreadable.length > 0) {
    const names = firstOf(unreadable);
    context.warn(
      `the backup jobs of ${names} could not be read (no server leads the tenant) and are not listed`,
    );
  }
  return jobs;
}
