import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { OceanBaseError } from "../oceanbase/errors";
import { checkIsCluster, identifyServer, isSameCluster } from "../oceanbase/identity";
import { openSession, type Session } from "../oceanbase/session";
import { rehearseStop, type StopReport, type StopRequest, stopBackups } from "../oceanbase/stopBackups";
import { hasEnded, readRecordedJobs, type StoppedJob } from "../oceanbase/stoppedJob";
import {
  type CancelBackupInputs,
  cancelsOnCreate,
  cancelsOnDelete,
  changedInputs,
  checkCancelBackup,
  DEFAULT_TIMEOUT_SECONDS,
  scopeAskedFor,
} from "./cancelBackupInputs";
import {
  mustNotBePreview,
  recordOf,
  type ServerRecord,
  serverRecord,
  skipOrThrow,
  withinLookTime,
  withSession,
} from "./cluster";
import { type CheckResult, type Context, PartialFailure } from "./context";
import { loginOf } from "./settings";

/**
 * How far the action has come.
 *
 * - `stopped`: every job has ended; nothing is left to do.
 * - `issued`: the statement was sent and nobody waited (`timeoutSeconds: 0`).
 * - `timedOut`: the jobs had not stopped in time and that was to be a warning only (`onTimeout: "warn"`).
 * - `unfinished`: the action was interrupted; the next `up` takes it up where it was left.
 * - `armed`: nothing was sent; the statement goes out when the resource is deleted.
 * - `doubtful`: the same, but as things were nothing could have been cancelled (see the warnings); the next `up` looks
 *   again.
 */
export type Outcome = "stopped" | "issued" | "timedOut" | "unfinished" | "armed" | "doubtful";

/** What an action adds to the inputs in the state. */
export interface CancelBackupOutputs {
  outcome: Outcome;
  /** The statement as it was sent; absent when none was. */
  statement?: string;
  /** When the server took the statement: ISO 8601, UTC, by the clock of the machine that ran `pulumi`. */
  issuedAt?: string;
  /** When the last job was seen to have ended; same clock. */
  stoppedAt?: string;
  /** The jobs that were running, and how each ended. */
  jobs: readonly StoppedJob[];
  /**
   * Ids of cluster backups that had not started all their jobs when the action was interrupted; the next `up` looks
   * after them. Absent when there are none.
   */
  startingClusterJobs?: readonly string[];
  /** One line for people. */
  summary: string;
  /** Absent when an armed resource could not find out. */
  server?: ServerRecord;
  warnings: readonly string[];
}

export type CancelBackupState = CancelBackupInputs & CancelBackupOutputs;

/** The lifecycle of a CancelBackup, however Pulumi calls it. */
export const cancelBackup = { check, diff, create, read, update, delete: remove };

function check(inputs: CancelBackupInputs): CheckResult<CancelBackupInputs> {
  return checkCancelBackup(inputs);
}

/** Whether an update is due: an input has changed, or the last attempt is not settled. Nothing ever replaces. */
function diff(state: CancelBackupState, inputs: CancelBackupInputs): { changes: boolean } {
  const isOpen = state.outcome === "unfinished" || state.outcome === "doubtful";
  return { changes: isOpen || changedInputs(state, inputs).length > 0 };
}

async function create(
  inputs: CancelBackupInputs,
  context: Context,
): Promise<{ id: string; state: CancelBackupState }> {
  mustNotBePreview(context);
  const id = randomUUID();
  return { id, state: await carryOut(id, inputs, context) };
}

/**
 * Decides what a change asks for: the statement again, the rest of an unfinished attempt, or nothing but the new
 * inputs in the state. Only the first two send anything.
 */
async function update(
  id: string,
  state: CancelBackupState,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<CancelBackupState> {
  mustNotBePreview(context);
  if (await asksToBeCarriedOut(state, inputs, context)) return await carryOut(id, inputs, context, state);
  if (state.outcome === "unfinished") return await resume(id, inputs, context, state);
  return { ...inputs, ...outputsOf(state) };
}

/** Whether the change is one that has to be carried out on a server, as if the resource were new. */
async function asksToBeCarriedOut(
  state: CancelBackupState,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<boolean> {
  const changed = new Set(changedInputs(state, inputs));
  if (changed.has("tenants") || changed.has("triggers")) return true;
  // Armed so far, and from now on to be carried out at once; or the other way round.
  if (cancelsOnCreate(inputs) !== cancelsOnCreate(state)) return true;
  if (state.connection.tenant !== inputs.connection.tenant) return true;
  if (!cancelsOnCreate(inputs) && state.outcome === "doubtful") return true;
  const isAddressed = ({ connection: { host, port, cluster } }: CancelBackupInputs) => [host, port, cluster];
  if (isDeepStrictEqual(isAddressed(state), isAddressed(inputs))) return false;
  // Another address: of the same cluster, or of another one? Only the server can tell.
  if (state.server === undefined) return true;
  const server = await withSession(inputs, context, (session) =>
    identifyServer(session, withinLookTime(context)),
  );
  return !isSameCluster(server, state.server);
}

/** Does what the resource is for: now, or, when it is for its deletion, finds out whether it could. */
async function carryOut(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  before?: CancelBackupState,
): Promise<CancelBackupState> {
  if (!cancelsOnCreate(inputs)) return await rehearse(inputs, context, before);
  return await stop(id, inputs, context, requestOf(inputs));
}

/** Takes an attempt up that did not come to its end, on the cluster where it was begun. */
async function resume(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  earlier: CancelBackupState,
): Promise<CancelBackupState> {
  return await stop(id, inputs, context, { ...requestOf(inputs), earlier, ...recordOf(earlier) });
}

/** Stops the backups and turns the report into state; an interrupted action is saved as far as it came. */
async function stop(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  request: StopRequest,
): Promise<CancelBackupState> {
  const report = await withSession(inputs, context, (session) => stopBackups(session, request, context));
  const outcome = outcomeOf(report, inputs);
  const state: CancelBackupState = { ...inputs, ...outputsFrom(report, outcome) };
  for (const warning of state.warnings) context.warn(warning);
  if (outcome === "unfinished") {
    const why = report.interrupted?.message;
    throw new PartialFailure(id, state, `${why}; the next pulumi up goes on from here`);
  }
  if (report.interrupted !== undefined) context.warn(report.interrupted.message);
  return state;
}

function outcomeOf({ interrupted, stoppedAt }: StopReport, inputs: CancelBackupInputs): Outcome {
  if (interrupted === undefined) return stoppedAt === undefined ? "issued" : "stopped";
  return interrupted.kind === "timeout" && inputs.onTimeout === "warn" ? "timedOut" : "unfinished";
}

/**
 * Finds out whether a stop at deletion could work. What would keep it from that is a warning: the day of the teardown
 * may be far away, and the tenants and the login can be mended until then. The cluster of record stays the one that
 * was found last: a deletion must not reach for another one that happens to answer then.
 */
async function rehearse(
  inputs: CancelBackupInputs,
  context: Context,
  before?: CancelBackupState,
): Promise<CancelBackupState> {
  const outputs = await withSession(inputs, context, (session) =>
    rehearseStop(session, requestOf(inputs), context),
  ).then(
    (report) => outputsFrom(report, "armed"),
    (error): CancelBackupOutputs => {
      if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
      const isSameLogin = before?.connection.tenant === inputs.connection.tenant;
      return {
        outcome: "doubtful",
        jobs: [],
        summary: summaryOf("doubtful", []),
        ...(isSameLogin && before?.server ? { server: before.server } : {}),
        warnings: [`as things are, nothing could be cancelled at deletion: ${error.message}`],
      };
    },
  );
  for (const warning of outputs.warnings) context.warn(warning);
  return { ...inputs, ...outputs };
}

/**
 * Brings the jobs of the record up to date: a job that was still stopping may have ended since. A cluster that
 * cannot be reached does not fail a refresh; the record stays as it is.
 */
async function read(state: CancelBackupState, context: Context): Promise<CancelBackupState> {
  const { server: record, jobs: recorded } = state;
  const isSettled = state.outcome === "stopped" || recorded === undefined || recorded.every(hasEnded);
  if (isSettled || record === undefined) return state;
  try {
    const jobs = await withSession(state, context, async (session) => {
      const server = await identifyServer(session, withinLookTime(context));
      checkIsCluster(session.address, server, record);
      return await readRecordedJobs(session, server, recorded, withinLookTime(context));
    });
    // Whether the statement arrived at all, and whether more jobs are to come, is not for a refresh to say.
    const mayBeStopped = state.issuedAt !== undefined && state.startingClusterJobs === undefined;
    const outcome = mayBeStopped && jobs.every(hasEnded) ? "stopped" : state.outcome;
    const stoppedAt = outcome === "stopped" ? { stoppedAt: new Date().toISOString() } : {};
    return { ...state, ...stoppedAt, outcome, jobs, summary: summaryOf(outcome, jobs) };
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    context.warn(`the record was kept as it is: ${error.message}`);
    return state;
  }
}

/** Deletes nothing on the server; when asked to, it stops the backups first, as a teardown needs it. */
async function remove(state: CancelBackupState, context: Context): Promise<void> {
  mustNotBePreview(context);
  if (!cancelsOnDelete(state)) return;
  const request = { ...requestOf(state), allowGone: true, ...recordOf(state) };
  let session: Session;
  try {
    session = await openSession(loginOf(state, context), context.signal);
  } catch (error) {
    return skipOrThrow(error, "unreachable", state.onUnreachable, context);
  }
  try {
    const { warnings, interrupted } = await stopBackups(session, request, context);
    for (const warning of warnings) context.warn(warning);
    if (interrupted === undefined) return;
    if (interrupted.kind !== "timeout" || state.onTimeout !== "warn") throw interrupted;
    context.warn(interrupted.message);
  } catch (error) {
    // Only before anything was sent it is thrown as such.
    skipOrThrow(error, "otherCluster", state.onUnreachable, context);
  } finally {
    await session.close();
  }
}

function requestOf(inputs: CancelBackupInputs): StopRequest {
  return {
    asked: scopeAskedFor(inputs),
    loginTenant: inputs.connection.tenant,
    allowGone: false,
    timeoutSeconds: inputs.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
  };
}

function outputsFrom(report: StopReport, outcome: Outcome): CancelBackupOutputs {
  const { statement, issuedAt, stoppedAt, jobs, warnings, startingClusterJobs } = report;
  return present({
    outcome,
    statement,
    issuedAt,
    stoppedAt,
    jobs,
    startingClusterJobs: startingClusterJobs.length > 0 ? startingClusterJobs : undefined,
    summary: summaryOf(outcome, jobs),
    server: serverRecord(report.server),
    warnings,
  });
}

/** The outputs of a state without its inputs, which the caller has newer ones of. */
function outputsOf(state: CancelBackupState): CancelBackupOutputs {
  const { outcome, statement, issuedAt, stoppedAt, jobs, startingClusterJobs, summary, server, warnings } =
    state;
  return present({
    outcome,
    statement,
    issuedAt,
    stoppedAt,
    jobs,
    startingClusterJobs,
    summary,
    server,
    warnings,
  });
}

type OrUndefined<T> = { [K in keyof T]: T[K] | undefined };

/** The same without what is undefined: state has no such value. */
function present(outputs: OrUndefined<Required<CancelBackupOutputs>>): CancelBackupOutputs {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => value !== undefined),
  ) as unknown as CancelBackupOutputs;
}

function summaryOf(outcome: Outcome, jobs: readonly StoppedJob[]): string {
  if (outcome === "armed" || outcome === "doubtful") {
    return "nothing sent yet; backups are cancelled when this resource is deleted";
  }
  if (jobs.length === 0) return outcome === "unfinished" ? "not finished" : "no backup was running";
  const each = jobs.map((job) => `${job.tenant} job ${job.jobId} ${job.status}`).join(", ");
  return `${jobs.length} backup ${jobs.length === 1 ? "job" : "jobs"}: ${each}`;
}
