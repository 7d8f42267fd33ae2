import { dueFor } from "./due.ts";
import { type Carried, type Job, namesIn } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { must } from "./violation.ts";

/*
 * What a CancelBackup must never send.
 */

/** Most statements of one action, each of which was looked after; and one for every tenant that is named alone. */
const MOST_SENDS = 5;

/** Checks every statement of an operation on a CancelBackup. */
export function checkStatements(observed: Observed): void {
  const { logged, carried, inputs } = observed;
  const due = dueFor(observed);
  must(due !== "nothing" || logged.length === 0, "a statement in what sends nothing", () => [
    observed.action,
    logged,
  ]);
  for (const sql of logged) checkScope(sql, observed);
  const splits = Array.isArray(inputs.tenants) ? inputs.tenants.length : (carried[0]?.tenantIds.size ?? 0);
  const limit = MOST_SENDS + (observed.hasFailed ? splits : 0);
  must(logged.length <= limit, "more statements than the rule allows", () => logged);
  for (const [i, one] of carried.entries()) {
    if (i > 0 || due === "resume") checkIsNeeded(one, carried[i - 1], observed);
    if (due === "resume") checkHitsNoBystander(one, observed);
  }
}

/** A tenant that was not asked for; or no name at all although names were given. */
function checkScope(sql: string, { inputs }: Observed): void {
  const names = namesIn(sql);
  const isOwn = inputs.connection.tenant !== "sys";
  if (isOwn) {
    must(names === undefined, "a statement names a tenant that was not asked for", () => sql);
    return;
  }
  if (inputs.tenants === "all") return;
  must(names !== undefined && names.length > 0, "a bare statement although names were given", () => sql);
  const others = (names ?? []).filter((name) => !inputs.tenants.includes(name));
  must(others.length === 0, "a statement names a tenant that was not asked for", () => [sql, inputs.tenants]);
}

const isUnmarked = ({ status }: Job) => status === "INIT" || status === "DOING";

/** It comes again only where one has failed, or a job of its tenants was seen to run on since. */
function checkIsNeeded(one: Carried, last: Carried | undefined, observed: Observed): void {
  const { moments, momentsBefore, isUnreadable } = observed;
  // One that the server has refused was for tenants that it has no more, and has done nothing.
  if (one.errno !== undefined) return;
  // A tenant whose jobs cannot be read may have some that run on.
  const isHidden = isUnreadable || one.leaderless || (last?.leaderless ?? false);
  const hasFailed = last?.errno !== undefined || isHidden;
  const isFor = ({ tenantId, executors }: Job) =>
    one.tenantIds.has(tenantId) || (tenantId === 1 && executors.some((id) => one.tenantIds.has(id)));
  const runsOn = (live: readonly Job[]) => live.some((job) => isUnmarked(job) && isFor(job));
  // The last moment of the one before shows what that has left.
  const since = moments.slice(last === undefined ? 0 : last.moments.after - momentsBefore - 1);
  const isNeeded = hasFailed || runsOn(one.live) || since.some(({ live }) => runsOn(live));
  must(isNeeded, "more statements than the rule allows", () => [one.sql, "nothing ran unmarked"]);
}

/** The resumption of an attempt that has arrived hits what was meant then, and nothing that has started since. */
function checkHitsNoBystander(one: Carried, { before, moments }: Observed): void {
  const record = before?.state;
  if (record === undefined || record.issuedAt === undefined) return;
  const isTarget = targetsOf(record);
  const targets = [one.live, ...moments.map(({ live }) => live)]
    .flat()
    .filter((job) => isTarget(job) && isUnmarked(job));
  for (const job of one.live.filter((live) => one.marked.has(live.key) && !isTarget(live))) {
    const isBeside = targets.some(({ tenantId }) => tenantId === job.tenantId);
    const isTogether = one.names === undefined && targets.length > 0;
    must(isBeside || isTogether, "a job that started after the statement is hit by a resume", () => [
      one.sql,
      job,
      record.jobs,
    ]);
  }
}

/** Which jobs a record means. */
function targetsOf(record: Observed["inputs"]): (job: Job) => boolean {
  const keys = new Set<string>();
  const clusterJobs = new Set<string>(record.startingClusterJobs ?? []);
  const tenants = new Set<string>();
  for (const { tenantId, jobId } of record.jobs) {
    keys.add(`${tenantId}/${jobId}`);
    tenants.add(tenantId);
    if (tenantId === "1") clusterJobs.add(jobId);
  }
  const unreached = new Set<string>(
    (record.notCancelled ?? []).map(({ tenantId }: { tenantId: string }) => tenantId),
  );
  return ({ key, tenantId, jobId, initiatorTenantId, initiatorJobId }) =>
    keys.has(key) ||
    (unreached.has(String(tenantId)) && !tenants.has(String(tenantId))) ||
    (initiatorTenantId === 1 && clusterJobs.has(initiatorJobId)) ||
    (tenantId === 1 && clusterJobs.has(jobId));
}
