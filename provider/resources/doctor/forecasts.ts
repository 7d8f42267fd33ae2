import { isInScope, passedOverText } from "../../oceanbase/cluster/scope";
import { isInSys, tenantNameOf } from "../../oceanbase/cluster/server";
import { isOfKind } from "../../oceanbase/errors";
import { isClusterJob, isRunning, type JobRow } from "../../oceanbase/jobs/backupJobs";
import { type JobSnapshot, type ListedJob, toListedJob } from "../../oceanbase/jobs/jobList";
import { type TenantSelection, tenantNameProblem } from "../../oceanbase/statements";
import { statementFor } from "../../oceanbase/stop/stopBackups";
import { type Target, targetAt } from "../../oceanbase/stop/target";

/** What a CancelBackup for one tenant would do at this moment to a job of it. */
export interface JobForecast extends ListedJob {
  /** What it is for: the job's own tenant, or all of them for the own job of a cluster backup, which is in none. */
  isFor: "this tenant" | "all tenants";
  /** What it would do to the job: `cancels it`, `does nothing: ...`. */
  effect: string;
  /** The statement that it would send, word for word; absent where it would send none. */
  statement?: string;
}

/** What a CancelBackup for the tenant of this job, or for all where no tenant can be named, would do to it. */
export function forecastOf(job: JobRow, snapshot: JobSnapshot): JobForecast {
  const isFor = isClusterJob(job) ? "all tenants" : "this tenant";
  const listed = { ...toListedJob(job, snapshot), isFor } as const;
  const selection = selectionFor(job, snapshot);
  if (typeof selection === "object" && "why" in selection) return { ...listed, effect: selection.why };
  const { name: loginTenant } = snapshot.server.tenant;
  try {
    const target = targetAt(snapshot, { selection, loginTenant, ignoreMissing: false });
    const statement = statementFor(target);
    const effect = effectOn(job, target, snapshot);
    return { ...listed, effect, ...(statement === undefined ? {} : { statement }) };
  } catch (error) {
    if (!isOfKind(error, "refused")) throw error;
    return { ...listed, effect: `fails: ${(error as Error).message}` };
  }
}

/** How the tenant of a job is asked for; or why it cannot be. The own job of a cluster backup is in no tenant that can be named. */
function selectionFor(job: JobRow, snapshot: JobSnapshot): TenantSelection | { why: string } {
  if (!isInSys(snapshot)) return "own";
  if (isClusterJob(job)) return "all";
  const name = tenantNameOf(snapshot, job.tenantId);
  if (name === undefined) return { why: "does nothing: the tenant is gone" };
  const problem = tenantNameProblem(name);
  return problem === undefined
    ? [name]
    : { why: `fails by the tenant's name, which ${problem}; tenants: "all" cancels it` };
}

function effectOn(job: JobRow, { scope }: Target, { server }: JobSnapshot): string {
  const tenant = scope.skipped.find(({ id }) => id === job.tenantId);
  if (tenant !== undefined)
    return `does nothing: the server passes the tenant over (${passedOverText(tenant, server)})`;
  if (!isInScope(scope, job)) return "does nothing: it is in no tenant that is asked for";
  if (isRunning(job)) return "cancels it";
  if (job.status === "CANCELING") return "does nothing more: it is being cancelled already";
  return `does nothing: it is ${job.status}`;
}
