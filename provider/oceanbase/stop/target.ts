import { checkIsCluster } from "../cluster/clusterRecord";
import type { Readable } from "../cluster/leaderless";
import { isInScope, type Scope, tenantIdsOf } from "../cluster/scope";
import { type Identified, type Tenant, tenantNameOf } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import { isClusterJob, isRunning, type JobRow, readLiveJobs } from "../jobs/backupJobs";
import { type ExcludedTenant, type JobFilter, selectTenants } from "../jobs/jobFilter";
import type { JobSnapshot } from "../jobs/jobList";
import type { TenantSelection } from "../statements";
import { checkCleanupComes } from "./cleanupWait";
import { JobWatch } from "./jobWatch";
import { checkRestorePoints, type Plan, resolved } from "./plan";
import { pauseUntilNextLook } from "./polling";
import type { EarlierAttempt, StopRequest } from "./stopRequest";

/** Why a tenant is left alone that a filter would let through. Fact: locked-refuses-all */
const LOCKED = "the tenant is locked, and then it cannot be named";

/** The same of a tenant whose jobs no filter can look at. */
const UNREADABLE = "its jobs cannot be read: no server leads the tenant";

/** Pause before a tenant that cannot be read is asked again. */
const ELECTION_MS = 2_000;

/** Which jobs the action is to stop. */
export interface Target {
  /** What the statement is sent for; undefined when it is not needed. */
  selection: TenantSelection | undefined;
  /** The plan's scope without what a filter excludes. */
  scope: Scope;
  excluded: readonly ExcludedTenant[];
  watch: JobWatch;
}

/** What a look has shown. */
type Seen = Pick<JobSnapshot, "live" | "unreadable" | "now">;

/** What an action is about: which cluster, and what was asked of it. */
interface About {
  cluster: Identified;
  request: StopRequest;
  scope: Scope;
}

/** Looks at what runs now, and chooses what the statement is sent for; refuses what was asked not to be done. */
export async function chooseTarget(plan: Plan): Promise<Target> {
  const { earlier, filter } = plan.request;
  const { rows: live, unreadable } = await readPatiently(plan);
  const isNew = earlier?.issuedAt === undefined;
  const now = filter !== undefined && isNew ? await readServerTime(plan.cluster) : "";
  const target = targetAmong(plan, { live, unreadable, now });
  if (isNew) {
    await checkRestorePoints(plan, target.scope);
    await checkCleanupComes(plan, target.scope, live);
  }
  return target;
}

/** What a statement would be sent for as things were at a moment. Refuses what cannot be sent. */
export function targetAt(snapshot: JobSnapshot, request: StopRequest): Target {
  if (request.record !== undefined) checkIsCluster(snapshot, request.record);
  return targetAmong({ cluster: snapshot, request, scope: resolved(snapshot, request) }, snapshot);
}

function targetAmong(about: About, seen: Seen): Target {
  const { cluster, request, scope } = about;
  const { earlier, filter } = request;
  const { live, unreadable } = seen;
  if (earlier?.issuedAt !== undefined) return resumed(about, live, earlier);
  const chosen =
    filter === undefined
      ? { scope: readableFirst(scope, unreadable), excluded: [] }
      : filtered(about, seen, filter);
  const watch = new JobWatch(cluster, chosen.scope);
  watch.addRecorded(earlier?.jobs ?? [], earlier?.startingClusterJobs ?? []);
  // With a choice to be made, a job that a cluster backup starts later is not a part of what was chosen.
  watch.addLive(filter === undefined ? live : live.filter((job) => !isClusterJob(job)));
  // While it is unknown whether an earlier statement arrived, what runs now was not cancelled by it.
  const isNeeded =
    earlier === undefined || live.some((job) => isInScope(chosen.scope, job) && isRunning(job));
  return { ...chosen, watch, selection: isNeeded ? chosen.scope.selection : undefined };
}

/** Which tenants cannot be read may be over in a moment, and it decides what is named: so they are asked twice. */
async function readPatiently({ cluster, scope, control }: Plan): Promise<Readable<JobRow>> {
  const read = await readLiveJobs(cluster, tenantIdsOf(scope));
  if (read.unreadable.size === 0) return read;
  await pauseUntilNextLook(ELECTION_MS, cluster.address, control.signal);
  const again = await readLiveJobs(cluster, [...read.unreadable]);
  const rows = again.rows.filter((job) => read.unreadable.has(job.tenantId));
  return { rows: [...read.rows, ...rows], unreadable: again.unreadable };
}

/** The statement of an earlier attempt has arrived: a job that runs now is hit again only when it was a target then. */
function resumed(
  { cluster, request, scope }: About,
  live: readonly JobRow[],
  earlier: EarlierAttempt,
): Target {
  // What a filter chose then is chosen: every tenant that was hit has a job in the record.
  const hitIds = new Set(earlier.jobs.map((job) => job.tenantId));
  const chosen =
    request.filter === undefined
      ? { scope, excluded: [] }
      : { scope: narrowed(scope, hitIds), excluded: earlier.excluded ?? [] };
  const watch = new JobWatch(cluster, chosen.scope);
  watch.addRecorded(earlier.jobs, earlier.startingClusterJobs ?? []);
  // A tenant that the statement never reached, and whose jobs could not be read then, is as it was before.
  const unreached = new Set(earlier.notCancelled?.map(({ tenantId }) => tenantId));
  const isNew = ({ tenantId }: JobRow) => unreached.has(tenantId) && !hitIds.has(tenantId);
  watch.addLive(live.filter((job) => job.status === "CANCELING" || isNew(job)));
  const again = live.filter((job) => isInScope(chosen.scope, job) && isRunning(job) && watch.isTarget(job));
  const selection = again.length === 0 ? undefined : selectionFor(chosen.scope, cluster, again);
  return { ...chosen, watch, selection };
}

/** The server stops at the first tenant that fails, so those that may fail are named last. Fact: tenant-loop */
function readableFirst(scope: Scope, unreadable: ReadonlySet<string>): Scope {
  if (!Array.isArray(scope.selection) || unreadable.size === 0) return scope;
  const tenants = [
    ...scope.tenants.filter(({ id }) => !unreadable.has(id)),
    ...scope.tenants.filter(({ id }) => unreadable.has(id)),
  ];
  const names = tenants.map(({ name }) => name);
  return {
    ...scope,
    tenants,
    selection: [...names, ...scope.selection.filter((name) => !names.includes(name))],
  };
}

/** Leaves only the tenants in which every running job is one that may be cancelled. */
function filtered(
  { cluster, scope }: About,
  { live, unreadable, now }: Seen,
  filter: JobFilter,
): Pick<Target, "scope" | "excluded"> {
  const jobs = live.filter((job) => isInScope(scope, job));
  const { hit, excluded } = selectTenants(jobs, filter, now, cluster);
  // All can be cancelled with a locked one among them, but the chosen ones have to be named. Fact: locked-unnamed
  const locked = scope.tenants.filter((tenant) => tenant.locked && hit.has(tenant.id));
  const lockedIds = new Set(locked.map((tenant) => tenant.id));
  const silent = scope.tenants.filter(({ id }) => unreadable.has(id));
  const because = (reason: string) => (tenant: Tenant) => ({
    tenantId: tenant.id,
    tenant: tenant.name,
    reason,
  });
  return {
    scope: narrowed(scope, new Set([...hit].filter((id) => !lockedIds.has(id)))),
    excluded: [...excluded, ...locked.map(because(LOCKED)), ...silent.map(because(UNREADABLE))],
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
  // Facts: late-child, parent-follows
  const needsAll = (job: JobRow) =>
    isClusterJob(job) ? job.status === "INIT" : nameOf(job) === undefined || lockedIds.has(job.tenantId);
  if (selection === "own" || jobs.some(needsAll)) return selection;
  const names = jobs.flatMap((job) => (isClusterJob(job) ? [] : (nameOf(job) ?? [])));
  return [...new Set(names)];
}
