import { type ListedJob, listJobs } from "../oceanbase/jobs/jobList";
import { scopeAskedFor, tenantsProblems } from "./cancelBackup/inputs";
import { withinLookTime, withSession } from "./cluster";
import { type LoginInputs, loginProblems } from "./connection";
import type { Context } from "./context";
import { problemsText, switchProblem, unknownFieldProblems } from "./inputProblems";

/** Whose jobs are asked for, where. */
export interface GetBackupJobsInputs extends LoginInputs {
  tenants?: readonly string[] | "all";
  /** Whether ended jobs are asked for, too; default false. */
  history?: boolean;
}

/** Lists backup jobs and changes nothing. Wrong arguments are reported all at once, before anybody is asked. */
export async function getBackupJobs(inputs: GetBackupJobsInputs, context: Context): Promise<ListedJob[]> {
  const problems = [
    ...loginProblems(inputs),
    ...unknownFieldProblems(inputs, ["connection", "password", "tlsKey", "tenants", "history"], ""),
    ...tenantsProblems(inputs),
  ];
  const history = switchProblem(inputs.history);
  if (history !== undefined) problems.push({ path: "history", reason: history });
  if (problems.length > 0) {
    throw new Error(`getBackupJobs: ${problemsText(problems)}`);
  }
  const request = {
    asked: scopeAskedFor(inputs),
    loginTenant: inputs.connection.tenant,
    history: inputs.history ?? false,
  };
  return await withSession(inputs, context, (session) => listJobs(session, request, withinLookTime(context)));
}
