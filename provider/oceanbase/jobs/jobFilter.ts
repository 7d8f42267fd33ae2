import { type Identified, tenantLabel } from "../cluster/server";
import { secondsBetween } from "../cluster/viewTimes";
import { isClusterJob, isRunning, type JobRow } from "./backupJobs";

/** Which jobs may be cancelled at all. A tenant is hit only when every job that runs in it matches. */
export interface JobFilter {
  /** Only jobs that run for longer than this. */
  olderThanSeconds?: number;
  /** Only jobs of these types. */
  types?: readonly JobRow["type"][];
}

/** A tenant that was left alone although a backup runs in it. */
export interface ExcludedTenant {
  /** Id of the tenant, as text. */
  tenantId: string;
  /** Name of the tenant. */
  tenant: string;
  /** Which of its jobs did not match, and why. */
  reason: string;
}

/** The tenants that a filter lets through, by id, and those it keeps. Tenants without a running job are neither. */
export interface Selection {
  hit: ReadonlySet<string>;
  excluded: readonly ExcludedTenant[];
}

/**
 * Decides tenant by tenant: the statement cannot pick a single job, so one that does not match excludes all of them.
 * Fact: whole-tenant
 *
 * @param jobs live jobs of the scope; those that are being cancelled already are past any choice
 * @param now the server's time as its views print it
 */
export function selectTenants(
  jobs: readonly JobRow[],
  filter: JobFilter,
  now: string,
  cluster: Pick<Identified, "server">,
): Selection {
  const hit = new Set<string>();
  const excluded = new Map<string, ExcludedTenant>();
  for (const job of jobs) {
    if (isClusterJob(job) || isPastChoice(job)) continue;
    hit.add(job.tenantId);
    const { tenantId } = job;
    const tenant = tenantLabel(cluster, tenantId);
    const reason = mismatch(job, filter, now);
    if (reason !== undefined && !excluded.has(tenantId)) excluded.set(tenantId, { tenantId, tenant, reason });
  }
  for (const tenantId of excluded.keys()) hit.delete(tenantId);
  return { hit, excluded: [...excluded.values()] };
}

/** Whether a job is being cancelled already, or has ended. Fact: job-words */
function isPastChoice({ status }: JobRow): boolean {
  return ["CANCELING", "CANCELED", "COMPLETED", "FAILED"].includes(status);
}

function mismatch(job: JobRow, { olderThanSeconds, types }: JobFilter, now: string): string | undefined {
  // What is not known of a job is no reason to cancel it.
  if (!isRunning(job)) return `job ${job.jobId} is ${job.status}, which is no state that is known`;
  if (types !== undefined && job.type === "unknown") return `the type of job ${job.jobId} is not known`;
  if (types !== undefined && !types.includes(job.type)) {
    return `job ${job.jobId} is ${job.type === "full" ? "a full" : "an incremental"} backup`;
  }
  if (olderThanSeconds === undefined) return undefined;
  const ageSeconds = secondsBetween(job.startedAt, now);
  if (ageSeconds === undefined) return `the age of job ${job.jobId} is not known`;
  if (ageSeconds > olderThanSeconds) return undefined;
  return `job ${job.jobId} is ${ageSeconds} s old, not older than ${olderThanSeconds} s`;
}

/** `oracle_tenant (job 2 is a full backup)`. */
export function excludedText({ tenant, reason }: ExcludedTenant): string {
  return `${tenant} (${reason})`;
}
