import { readTenants } from "../cluster/cluster";
import { isInScope, type Scope } from "../cluster/scope";
import type { Tenant } from "../cluster/server";
import { isRunning, type JobRow, jobKey, readEndedJobs, readLiveJobs } from "../jobs/backupJobs";
import type { TenantSelection } from "../statements";
import type { Effect } from "./failedSend";
import { type Plan, resolved } from "./plan";
import type { Target } from "./target";

/*
 * What is read from the server after a statement without a clear answer.
 */

/**
 * @param selection what the statement was for
 * @param hasArrived whether a statement of the action is known to have arrived: what runs and was no target then has
 *   started since
 */
export async function readEffect(
  { cluster }: Plan,
  { scope, watch }: Target,
  { selection, hasArrived }: { selection: TenantSelection; hasArrived: boolean },
): Promise<Effect> {
  const meant = tenantsIn(scope, selection).map(({ id }) => id);
  const { rows, unreadable } = await readLiveJobs(cluster, selection === "all" ? undefined : meant);
  const live = rows.filter((job) => isInScope(scope, job));
  const isUnmarked = (job: JobRow) => isRunning(job) && (!hasArrived || watch.isTarget(job));
  const before = watch.runningBefore.filter(
    ({ tenantId }) => !unreadable.has(tenantId) && (selection === "all" || meant.includes(tenantId)),
  );
  const ended = await readEndedJobs(cluster, before);
  const ran = new Set(before.map(jobKey));
  const isMarked = (job: JobRow) =>
    (job.status === "CANCELING" || job.status === "CANCELED") && ran.has(jobKey(job));
  return {
    unmarked: tenantsOf(live.filter(isUnmarked)),
    marked: tenantsOf([...live, ...ended].filter(isMarked)),
    unreadable,
  };
}

/** The same selection without tenants that do not exist any more; fails when one of them may not be missing. */
export async function withoutMissing(plan: Plan, selection: TenantSelection): Promise<TenantSelection> {
  if (!Array.isArray(selection)) return selection;
  const { cluster, request } = plan;
  const tenants = await readTenants(cluster);
  resolved({ address: cluster.address, server: { ...cluster.server, tenants } }, request);
  const names = new Set(tenants.map((tenant) => tenant.name));
  return selection.filter((name) => names.has(name));
}

/** The tenants of a selection within a scope, in the order in which the server goes through them. Fact: tenant-loop */
export function tenantsIn({ tenants }: Scope, selection: TenantSelection): readonly Tenant[] {
  if (!Array.isArray(selection)) return tenants;
  return selection.flatMap((name) => tenants.find((tenant) => tenant.name === name) ?? []);
}

function tenantsOf(jobs: readonly JobRow[]): ReadonlySet<string> {
  return new Set(jobs.map(({ tenantId }) => tenantId));
}
