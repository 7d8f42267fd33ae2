import { readTenants } from "../cluster/cluster";
import { isInScope } from "../cluster/scope";
import { isRunning, jobKey, readEndedJobs } from "../jobs/backupJobs";
import type { TenantSelection } from "../statements";
import { readScopeJobs } from "./looks";
import { type Plan, resolved } from "./plan";
import type { Target } from "./target";

/*
 * What is read from the server after a statement without a clear answer.
 */

/** What the jobs say of a statement whose reply is missing. */
export type Effect =
  /** A job that the statement is for runs on, unaware of it. */
  | "left unmarked"
  /** None does, and one that ran before is being cancelled now: it arrived. */
  | "marked"
  /** There is nothing to be seen either way. */
  | "none";

/** @param hasArrived whether a statement of the action is known to have arrived: what runs and was no target then has started since */
export async function readEffect(
  { cluster }: Plan,
  { scope, watch }: Target,
  hasArrived: boolean,
): Promise<Effect> {
  const live = (await readScopeJobs(cluster, scope)).filter((job) => isInScope(scope, job));
  if (live.some((job) => isRunning(job) && (!hasArrived || watch.isTarget(job)))) return "left unmarked";
  const before = watch.runningBefore;
  const ended = await readEndedJobs(cluster, before);
  const ran = new Set(before.map(jobKey));
  const isMarked = ({ status }: { status: string }) => status === "CANCELING" || status === "CANCELED";
  return [...live, ...ended].some((job) => isMarked(job) && ran.has(jobKey(job))) ? "marked" : "none";
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
