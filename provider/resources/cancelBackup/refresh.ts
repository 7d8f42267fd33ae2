import { readLeftovers } from "../../oceanbase/cleanup/leftovers";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { checkIsCluster } from "../../oceanbase/cluster/clusterRecord";
import { OceanBaseError } from "../../oceanbase/errors";
import { hasEnded, jobText, readRecordedJobs } from "../../oceanbase/jobs/jobRecord";
import { findRunningJobs } from "../../oceanbase/jobs/runningJobs";
import { firstOf } from "../../text";
import type { Context } from "../context";
import { withCluster } from "../sessions";
import { stopRequestOf } from "./inputs";
import type { CancelBackupState } from "./outputs";
import { withDrift, withSummary } from "./report";

/**
 * Brings the record up to date: a job that was still stopping may have ended since, what was left behind may have been
 * removed, and where backups are to be kept stopped one may run again.
 */
export async function refresh(state: CancelBackupState, context: Context): Promise<CancelBackupState> {
  const { server: record } = state;
  if (record === undefined || !mayHaveChanged(state)) return state;
  return await withCluster(state, context, async (cluster) => {
    checkIsCluster(cluster, record);
    const now = await refreshJobs(cluster, state, context);
    return isKeptStopped(now) ? await refreshDrift(cluster, now, context) : now;
  });
}

/** Whether anything in the record can be another way by now. */
function mayHaveChanged(state: CancelBackupState): boolean {
  return hasOpenJobs(state) || state.leftovers.length > 0 || isKeptStopped(state);
}

function hasOpenJobs({ outcome, jobs, stoppedAt }: CancelBackupState): boolean {
  const isSettled = outcome === "stopped" || (outcome === "drifted" && stoppedAt !== undefined);
  return !isSettled && jobs !== undefined && !jobs.every(hasEnded);
}

/** Whether a job that runs now is drift: not as long as the stop itself is not through. */
function isKeptStopped({ keepStopped, outcome }: CancelBackupState): boolean {
  return (
    keepStopped === true && outcome !== "unfinished" && outcome !== "deferred" && outcome !== "wouldFail"
  );
}

async function refreshJobs(
  cluster: Cluster,
  state: CancelBackupState,
  context: Context,
): Promise<CancelBackupState> {
  const isOpen = hasOpenJobs(state);
  if (!isOpen && state.leftovers.length === 0) return state;
  const jobs = isOpen ? await readRecordedJobs(cluster, state.jobs) : state.jobs;
  const leftovers = await readLeftovers(cluster, jobs.filter(hasEnded)).catch((error: unknown) => {
    // A view that this server does not show is no reason to forget how the jobs have ended.
    if (!(error instanceof OceanBaseError) || error.errno === undefined) throw error;
    context.warn(`what the backups have left behind could not be read: ${error.message}`);
    return state.leftovers;
  });
  if (!isOpen) return { ...state, leftovers };
  // Whether the statement arrived at all, and whether more jobs are to come, a refresh cannot find out.
  const mayBeStopped = state.issuedAt !== undefined && state.startingClusterJobs === undefined;
  const isCleanedUp = state.waitForCleanup !== true || leftovers.length === 0;
  const outcome = mayBeStopped && isCleanedUp && jobs.every(hasEnded) ? "stopped" : state.outcome;
  const stoppedAt = outcome === "stopped" ? { stoppedAt: new Date().toISOString() } : {};
  return withSummary({ ...state, ...stoppedAt, outcome, jobs, leftovers });
}

async function refreshDrift(
  cluster: Cluster,
  state: CancelBackupState,
  context: Context,
): Promise<CancelBackupState> {
  const { jobs, unreadable } = await findRunningJobs(cluster, stopRequestOf(state));
  const drift = [...jobs, ...state.drift.filter(({ tenant }) => unreadable.includes(tenant))];
  if (unreadable.length > 0) {
    const names = firstOf(unreadable);
    context.warn(`whether a backup runs again in ${names} could not be read: no server leads the tenant`);
  }
  if (drift.length > 0) {
    const running = firstOf(drift.map(jobText));
    context.warn(
      `a backup runs where backups are to be kept stopped: ${running}; the next pulumi up stops it`,
    );
  }
  return withDrift(state, drift);
}
