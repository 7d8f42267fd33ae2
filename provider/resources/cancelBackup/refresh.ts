import { tenantsWithoutCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { checkIsCluster, identifyServer, type Server } from "../../oceanbase/cluster/server";
import type { Session } from "../../oceanbase/connection/session";
import { OceanBaseError } from "../../oceanbase/errors";
import { type Leftover, readLeftovers } from "../../oceanbase/jobs/backupSets";
import { type BackupJob, hasEnded, jobText, readRecordedJobs } from "../../oceanbase/jobs/jobRecord";
import { findRunningJobs } from "../../oceanbase/jobs/runningJobs";
import { withinLookTime, withSession } from "../cluster";
import type { Context } from "../context";
import { stopRequestOf } from "./inputs";
import { type CancelBackupState, withDrift, withSummary } from "./outputs";

/**
 * Brings the record up to date: a job that was still stopping may have ended since, what was left behind may have been
 * removed, and where backups are to be kept stopped one may run again. A cluster that cannot be reached does not fail a
 * refresh; the record stays as it is.
 */
export async function read(state: CancelBackupState, context: Context): Promise<CancelBackupState> {
  const { server: record } = state;
  if (record === undefined || !mayHaveChanged(state)) return state;
  try {
    return await withSession(state, context, async (session) => {
      const untilMs = withinLookTime(context);
      const server = await identifyServer(session, untilMs);
      checkIsCluster(session.address, server, record);
      const now = await withJobsOfNow(session, server, state, context);
      return isKeptStopped(now) ? await withDriftOfNow(session, server, now, context) : now;
    });
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    context.warn(`the record was kept as it is: ${error.message}`);
    return state;
  }
}

/** Whether anything in the record can be another way by now. */
function mayHaveChanged(state: CancelBackupState): boolean {
  return hasOpenJobs(state) || (state.leftovers ?? []).length > 0 || isKeptStopped(state);
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

async function withJobsOfNow(
  session: Session,
  server: Server,
  state: CancelBackupState,
  context: Context,
): Promise<CancelBackupState> {
  const untilMs = withinLookTime(context);
  const isOpen = hasOpenJobs(state);
  if (!isOpen && (state.leftovers ?? []).length === 0) return state;
  const jobs = isOpen ? await readRecordedJobs(session, server, state.jobs, untilMs) : state.jobs;
  const leftovers = await leftoversOf(session, server, jobs.filter(hasEnded), untilMs).catch((error) => {
    // A view that this server does not show is no reason to forget how the jobs have ended.
    if (!(error instanceof OceanBaseError) || error.errno === undefined) throw error;
    context.warn(`what the backups have left behind could not be read: ${error.message}`);
    return state.leftovers ?? [];
  });
  if (!isOpen) return { ...state, leftovers };
  // Whether the statement arrived at all, and whether more jobs are to come, is not for a refresh to say.
  const mayBeStopped = state.issuedAt !== undefined && state.startingClusterJobs === undefined;
  const isCleanedUp = state.waitForCleanup !== true || leftovers.length === 0;
  const outcome = mayBeStopped && isCleanedUp && jobs.every(hasEnded) ? "stopped" : state.outcome;
  const stoppedAt = outcome === "stopped" ? { stoppedAt: new Date().toISOString() } : {};
  return withSummary({ ...state, ...stoppedAt, outcome, jobs, leftovers });
}

async function leftoversOf(
  session: Session,
  server: Server,
  jobs: readonly BackupJob[],
  untilMs: number,
): Promise<Leftover[]> {
  const tenants = server.tenants.filter(({ id }) => jobs.some((job) => job.tenantId === id));
  const uncovered = await tenantsWithoutCleanupPolicy(session, server, tenants, untilMs);
  const covered = tenants.filter((tenant) => uncovered !== undefined && !uncovered.includes(tenant));
  return await readLeftovers(session, server, jobs, new Set(covered.map(({ id }) => id)), untilMs);
}

async function withDriftOfNow(
  session: Session,
  server: Server,
  state: CancelBackupState,
  context: Context,
): Promise<CancelBackupState> {
  const drift = await findRunningJobs(session, server, stopRequestOf(state), withinLookTime(context));
  if (drift.length > 0) {
    const jobs = drift.map(jobText).join(", ");
    context.warn(`a backup runs where backups are to be kept stopped: ${jobs}; the next pulumi up stops it`);
  }
  return withDrift(state, drift);
}
