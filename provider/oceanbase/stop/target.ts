import { isInScope, type Scope } from "../cluster/scope";
import { type Identified, tenantNameOf } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import { isClusterJob, isRunning, type JobRow } from "../jobs/backupJobs";
import { type ExcludedTenant, type JobFilter, selectTenants } from "../jobs/jobFilter";
import type { TenantSelection } from "../statements";
import { JobWatch } from "./jobWatch";
import { readScopeJobs } from "./looks";
import { checkRestorePoints, type Plan } from "./plan";
import type { EarlierAttempt } from "./stopRequest";

/** Why a tenant is left alone that a filter would let through. */
const LOCKED = "the tenant is locked, and then it cannot be named";

/** Which jobs the action is to stop. */
export interface Target {
  /** What the statement is sent for; undefined when it is not needed. */
  selection: TenantSelection | undefined;
  /** The plan's scope without what a filter excludes. */
  scope: Scope;
  excluded: readonly ExcludedTenant[];
  watch: JobWatch;
}

/** Looks at what runs now, and chooses what the statement is sent for. */
export async function chooseTarget(plan: Plan): Promise<Target> {
  const { cluster, request, scope } = plan;
  const { earlier, filter } = request;
  const live = await readScopeJobs(cluster, scope);
  if (earlier?.issuedAt !== undefined) return resumed(plan, live, earlier);
  const chosen = filter === undefined ? { scope, excluded: [] } : await filtered(plan, live, filter);
  await checkRestorePoints(plan, chosen.scope);
  const watch = new JobWatch(cluster, chosen.scope);
  watch.addRecorded(earlier?.jobs ?? [], earlier?.startingClusterJobs ?? []);
  // With a choice to be made, a job that a cluster backup starts later is not a part of what was chosen.
  watch.addLive(filter === undefined ? live : live.filter((job) => !isClusterJob(job)));
  // While it is unknown whether an earlier statement arrived, what runs now was not cancelled by it.
  const isNeeded =
    earlier === undefined || live.some((job) => isInScope(chosen.scope, job) && isRunning(job));
  return { ...chosen, watch, selection: isNeeded ? chosen.scope.selection : undefined };
}

/** The statement of an earlier attempt has arrived: a job that runs now is hit again only when it was a target then. */
function resumed(plan: Plan, live: readonly JobRow[], earlier: EarlierAttempt): Target {
  const { cluster, request } = plan;
  // What a filter chose then is chosen: every tenant that was hit has a job in the record.
  const hitIds = new Set(earlier.jobs.map((job) => job.tenantId));
  const chosen =
    request.filter === undefined
      ? { scope: plan.scope, excluded: [] }
      : { scope: narrowed(plan.scope, hitIds), excluded: earlier.excluded ?? [] };
  const watch = new JobWatch(cluster, chosen.scope);
  watch.addRecorded(earlier.jobs, earlier.startingClusterJobs ?? []);
  watch.addLive(live.filter((job) => job.status === "CANCELING"));
  const again = live.filter((job) => isInScope(chosen.scope, job) && isRunning(job) && watch.isTarget(job));
  const selection = again.length === 0 ? undefined : selectionFor(chosen.scope, cluster, again);
  return { ...chosen, watch, selection };
}

/** Leaves only the tenants in which every running job is one that may be cancelled. */
async function filtered(
  { cluster, scope }: Plan,
  live: readonly JobRow[],
  filter: JobFilter,
): Promise<Pick<Target, "scope" | "excluded">> {
  const jobs = live.filter((job) => isInScope(scope, job));
  const { hit, excluded } = selectTenants(jobs, filter, await readServerTime(cluster), cluster);
  // All can be cancelled with a locked one among them, but the chosen ones have to be named.
  const locked = scope.tenants.filter((tenant) => tenant.locked && hit.has(tenant.id));
  const lockedIds = new Set(locked.map((tenant) => tenant.id));
  return {
    scope: narrowed(scope, new Set([...hit].filter((id) => !lockedIds.has(id)))),
    excluded: [
      ...excluded,
      ...locked.map(({ id, name }) => ({ tenantId: id, tenant: name, reason: LOCKED })),
    ],
  };
}

function narrowed(scope: Scope, tenantIds: ReadonlySet<string>): Scope {
  const tenants = scope.tenants.filter((tenant) => tenantIds.has(tenant.id));
  const isOwn = scope.selection === "own" && tenants.length > 0;
  return { ...scope, tenants, selection: isOwn ? "own" : tenants.map((tenant) => tenant.name) };
}

/** No more of a scope than these jobs need. */
export function selectionFor(scope: Scope, cluster: Identified, jobs: readonly JobRow[]): TenantSelection {
  const { selection, tenants } = scope;
  const lockedIds = new Set(tenants.filter((tenant) => tenant.locked).map((tenant) => tenant.id));
  const nameOf = (job: JobRow) => tenantNameOf(cluster, job.tenantId);
  // A cluster backup's own job cannot be named. Once it has started its jobs it ends with them, so naming those will do.
  const needsAll = (job: JobRow) =>
    isClusterJob(job) ? job.status === "INIT" : nameOf(job) === undefined || lockedIds.has(job.tenantId);
  if (selection === "own" || jobs.some(needsAll)) return selection;
  const names = jobs.flatMap((job) => (isClusterJob(job) ? [] : (nameOf(job) ?? [])));
  return [...new Set(names)];
}
