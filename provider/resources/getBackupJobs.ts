import { type ListedJob, listJobs } from "../oceanbase/jobs/jobList";
import type { TenantSelection } from "../oceanbase/statements";
import { firstOf } from "../text";
import { withCluster } from "./cluster";
import type { LoginInputs } from "./connection";
import { LOGIN } from "./connectionInputs";
import type { Context } from "./context";
import { flag } from "./inputChecks";
import { checkInputs, type InputTable, problemsText } from "./inputTable";
import { tenantsProblems } from "./tenantsInput";

/** Whose jobs are asked for, where. */
export interface GetBackupJobsInputs extends LoginInputs {
  tenants?: readonly string[] | "all";
  /** Whether ended jobs are asked for as well. @default false */
  history?: boolean;
}

/** The inputs of getBackupJobs. */
const GET_BACKUP_JOBS: InputTable<GetBackupJobsInputs> = {
  ...LOGIN,
  tenants: { check: (_, inputs) => tenantsProblems(inputs) },
  history: { check: flag },
};

/** Lists backup jobs and changes nothing. Wrong arguments are reported all at once, before a server is asked. */
export async function getBackupJobs(inputs: GetBackupJobsInputs, context: Context): Promise<ListedJob[]> {
  const problems = checkInputs(GET_BACKUP_JOBS, inputs, context);
  if (problems.length > 0) throw new Error(`getBackupJobs: ${problemsText(problems)}`);
  const selection: TenantSelection = inputs.tenants ?? "own";
  const request = { selection, loginTenant: inputs.connection.tenant, history: inputs.history ?? false };
  const { jobs, unreadable } = await withCluster(inputs, context, (cluster) => listJobs(cluster, request));
  if (unreadable.length > 0) {
    const names = firstOf(unreadable);
    context.warn(
      `the backup jobs of ${names} could not be read (no server leads the tenant) and are not listed`,
    );
  }
  return jobs;
}
