import type { Saved } from "../tools/support/pulumiEngine.ts";
import { dueFor, has } from "./due.ts";
import type { Job } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { must } from "./violation.ts";
import type { World } from "./world.ts";

/*
 * What the state must never say of a CancelBackup.
 */

/** A wait and everything beside it, in seconds: five sends with a login, a reply and a look for each, and the questions. */
const BESIDE_SECONDS = 5 * (2 * 5 + 40 + 30) + 6 * 30;

/** Longest wait of the package for itself, in seconds. */
const LONGEST_DEFAULT_SECONDS = 1200;

/** An operation ends by what its inputs allow. */
export function checkBound({ action, kind, name, inputs, tookMs }: Observed): void {
  const waits = kind === "CancelBackup" && action !== "read" && action !== "preview";
  const { timeoutSeconds = LONGEST_DEFAULT_SECONDS, settleSeconds = 0 } = inputs;
  const seconds = BESIDE_SECONDS + (waits ? timeoutSeconds + settleSeconds : 0);
  must(tookMs <= seconds * 1000, "an operation outlives its bound", () => [
    action,
    name,
    tookMs / 1000,
    seconds,
  ]);
}

/** What an operation on a CancelBackup has left in the state. */
export function checkEnd(observed: Observed): void {
  const { action, before, after, failure, carried, isKilled } = observed;
  const hasArrived = carried.some(({ errno }) => errno === undefined);
  const isMade = action === "create" || action === "update";
  if (isMade && failure !== undefined && after === before && !isKilled) {
    must(!hasArrived, "a failure without a record although the statement has arrived", () => [
      failure.message,
      carried.map(({ sql }) => sql),
    ]);
  }
  if (failure !== undefined || isKilled || !isMade) return;
  must(
    after?.state.outcome !== "unfinished",
    "an update that is not through counts as done",
    () => after?.state,
  );
  if (dueFor(observed) !== "nothing" && after?.state.outcome === "stopped") checkStopped(observed);
}

/** After a deletion that was to stop the backups. */
export function checkDeleted(observed: Observed): void {
  const { action, failure, inputs, isKilled } = observed;
  const isWaitedFor = inputs.timeoutSeconds !== 0 && inputs.onTimeout !== "warn";
  if (action !== "delete" || failure !== undefined || isKilled || !has(inputs, "delete") || !isWaitedFor)
    return;
  checkStopped(observed);
}

/** Where the state says that backups are stopped, none of the target is live. */
function checkStopped({ carried, live, inputs, moments }: Observed): void {
  const passedOver = new Set(moments.flatMap((moment) => [...moment.passedOver]));
  const leftAlone = ({ tenantId }: Job) => passedOver.has(tenantId);
  const marked = new Set(carried.flatMap((one) => [...one.marked]));
  const first = carried.find(({ errno }) => errno === undefined);
  const isFiltered = inputs.onlyTypes !== undefined || inputs.onlyOlderThanSeconds !== undefined;
  // A login to a tenant does not see what sys has started before there is a job in that tenant; and what was not there at the
  // beginning may have started after the look.
  const isFollowed = !isFiltered && inputs.connection.tenant === "sys";
  const atFirst = isFollowed ? (moments[0]?.live ?? []) : [];
  const clusterJobs = atFirst.filter(({ tenantId }) => tenantId === 1);
  const starting = new Set(clusterJobs.map(({ jobId }) => jobId));
  const seen = new Set(
    first?.live
      .filter(({ tenantId }) => first.tenantIds.has(tenantId) && tenantId !== 1)
      .map(({ key }) => key),
  );
  const isTarget = ({ key, tenantId, initiatorTenantId, initiatorJobId }: Job) =>
    marked.has(key) ||
    seen.has(key) ||
    (first?.tenantIds.has(tenantId) &&
      tenantId !== 1 &&
      initiatorTenantId === 1 &&
      starting.has(initiatorJobId));
  const left = live.filter((job) => isTarget(job) && !leftAlone(job) && job.tenantId !== 1);
  must(left.length === 0, "state says stopped while a job of the target is live", () => left);
}

/** What a record says of its jobs is what the server says. */
export function checkTruth({ ledger, sandbox }: World, { kind, state }: Saved): void {
  if (kind !== "CancelBackup") return;
  const history = new Map(ledger.jobs("history").map((job) => [job.key, job]));
  const live = new Map(ledger.jobs("live").map((job) => [job.key, job]));
  for (const job of state.jobs ?? []) {
    const key = `${job.tenantId}/${job.jobId}`;
    const exists = job.tenantId === "1" || sandbox.cluster.tenants.byId(Number(job.tenantId)) !== undefined;
    if (!exists) continue;
    const ended = history.get(key);
    if (job.endedAt !== undefined) {
      const isSame = ended?.status === job.status && ended?.result === job.result;
      must(isSame, "state gives a job another end than the history", () => [job, ended, live.get(key)]);
    }
  }
}
