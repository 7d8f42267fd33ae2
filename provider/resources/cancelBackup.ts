import { randomUUID } from "node:crypto";
import { OceanBaseError } from "../oceanbase/errors";
import { checkIsCluster, identifyServer, isSameCluster, type Mode, type Server } from "../oceanbase/identity";
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
import { type CheckResult, type Context, PartialFailure } from "./context";
import { loginOf } from "./settings";

/** The server that an action was for. */
export interface ServerRecord {
  /** OceanBase's version, such as `4.2.5.1`. */
  version: string;
  /** Name of the cluster; empty when the server does not tell. */
  cluster: string;
  /** Id of the cluster; empty when the server does not tell. */
  clusterId: string;
  /** The tenant that was logged in to. */
  tenant: string;
  /** Compatibility mode of that tenant. */
  mode: Mode;
}

/**
 * How far the action has come.
 *
 * - `stopped`: every job has ended; nothing is left to do.
 * - `issued`: the statement was sent and nobody waited (`timeoutSeconds: 0`).
 * - `timedOut`: the jobs had not stopped in time and that was to be a warning only (`onTimeout: "warn"`).
 * - `unfinished`: the action was interrupted; the next `up` takes it up where it was left.
 * - `armed`: nothing was sent; the statement goes out when the resource is deleted.
 */
export type Outcome = "stopped" | "issued" | "timedOut" | "unfinished" | "armed";

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

/** Whether an update is due: an input has changed, or the last attempt did not finish. Nothing ever replaces. */
function diff(state: CancelBackupState, inputs: CancelBackupInputs): { changes: boolean } {
  return { changes: state.outcome === "unfinished" || changedInputs(state, inputs).length > 0 };
}

async function create(
  inputs: CancelBackupInputs,
  context: Context,
): Promise<{ id: string; state: CancelBackupState }> {
  const id = randomUUID();
  return { id, state: await perform(id, inputs, context) };
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
  if (await asksForStatement(state, inputs, context)) return await perform(id, inputs, context);
  if (state.outcome === "unfinished") return await perform(id, inputs, context, state);
  return { ...inputs, ...outputsOf(state) };
}

/** Whether the change is one that has to be carried out on a server, as if the resource were new. */
async function asksForStatement(
  state: CancelBackupState,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<boolean> {
  const changed = new Set(changedInputs(state, inputs));
  if (changed.has("tenants") || changed.has("triggers")) return true;
  // Armed so far, and from now on to be carried out at once; or the other way round.
  if (cancelsOnCreate(inputs) !== cancelsOnCreate(state)) return true;
  const [old, now] = [state.connection, inputs.connection];
  if (old.tenant !== now.tenant || old.cluster !== now.cluster) return true;
  if (old.host === now.host && old.port === now.port) return false;
  // Another address: of the same cluster, or of another one? Only the server can tell.
  if (state.server === undefined) return true;
  const server = await withSession(inputs, context, (session) => identifyServer(session, inLookTime()));
  return !isSameCluster(server, state.server);
}

/** Carries the action out and turns its report into state; an interrupted one is saved as far as it came. */
async function perform(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  earlier?: CancelBackupState,
): Promise<CancelBackupState> {
  if (!cancelsOnCreate(inputs)) return await rehearse(inputs, context);
  const request = {
    ...requestOf(inputs),
    ...(earlier === undefined ? {} : { earlier, ...recordOf(earlier) }),
  };
  const report = await withSession(inputs, context, (session) => stopBackups(session, request, context));
  const outcome = outcomeOf(report, inputs);
  const state: CancelBackupState = { ...inputs, ...outputsFrom(report, outcome) };
  for (const warning of state.warnings) context.warn(warning);
  if (outcome === "unfinished") throw new PartialFailure(id, state, report.interrupted?.message ?? "");
  return state;
}

function outcomeOf({ interrupted, stoppedAt }: StopReport, inputs: CancelBackupInputs): Outcome {
  if (interrupted === undefined) return stoppedAt === undefined ? "issued" : "stopped";
  return interrupted.kind === "timeout" && inputs.onTimeout === "warn" ? "timedOut" : "unfinished";
}

/**
 * Finds out whether a stop at deletion could work. What would keep it from that is a warning: the day of the teardown
 * may be far away, and the tenants and the login can be mended until then.
 */
async function rehearse(inputs: CancelBackupInputs, context: Context): Promise<CancelBackupState> {
  const outputs = await withSession(inputs, context, (session) =>
    rehearseStop(session, requestOf(inputs), context),
  ).then(
    (report) => outputsFrom(report, "armed"),
    (error): CancelBackupOutputs => {
      if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
      const warnings = [`as things are, nothing could be cancelled at deletion: ${error.message}`];
      return { outcome: "armed", jobs: [], summary: summaryOf("armed", []), warnings };
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
  const { server: record } = state;
  if (state.jobs === undefined || state.jobs.every(hasEnded) || record === undefined) return state;
  try {
    const jobs = await withSession(state, context, async (session) => {
      const server = await identifyServer(session, inLookTime());
      checkIsCluster(session.address, server, record);
      return await readRecordedJobs(session, server, state.jobs, inLookTime());
    });
    // Whether the statement arrived at all is not for a refresh to say.
    const arrived = state.issuedAt !== undefined;
    if (!arrived || !jobs.every(hasEnded)) return { ...state, jobs, summary: summaryOf(state.outcome, jobs) };
    const stoppedAt = new Date().toISOString();
    return { ...state, jobs, outcome: "stopped", stoppedAt, summary: summaryOf("stopped", jobs) };
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    context.warn(`the record was kept as it is: ${error.message}`);
    return state;
  }
}

/** Deletes nothing on the server; when asked to, it stops the backups first, as a teardown needs it. */
async function remove(state: CancelBackupState, context: Context): Promise<void> {
  if (!cancelsOnDelete(state)) return;
  try {
    const request = { ...requestOf(state), allowGone: true, ...recordOf(state) };
    const report = await withSession(state, context, (session) => stopBackups(session, request, context));
    for (const warning of report.warnings) context.warn(warning);
    if (report.interrupted === undefined) return;
    if (report.interrupted.kind === "timeout" && state.onTimeout === "warn") {
      context.warn(report.interrupted.message);
      return;
    }
    throw report.interrupted;
  } catch (error) {
    const away =
      error instanceof OceanBaseError && (error.kind === "unreachable" || error.kind === "otherCluster");
    if (!away || state.onUnreachable !== "skip") throw error;
    context.warn(`the cluster is taken to be gone: ${error.message}`);
  }
}

/** Bound for looking at a server outside of an action. */
const inLookTime = () => Date.now() + 30_000;

function requestOf(inputs: CancelBackupInputs): StopRequest {
  return {
    asked: scopeAskedFor(inputs),
    loginTenant: inputs.connection.tenant,
    allowGone: false,
    timeoutSeconds: inputs.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
  };
}

async function withSession<T>(
  inputs: CancelBackupInputs,
  context: Context,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(loginOf(inputs, context), context.signal);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

function outputsFrom(report: StopReport, outcome: Outcome): CancelBackupOutputs {
  const { statement, issuedAt, stoppedAt, jobs, warnings, interrupted } = report;
  return {
    outcome,
    ...(statement === undefined ? {} : { statement }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    jobs,
    summary: summaryOf(outcome, jobs),
    server: serverRecord(report.server),
    warnings: outcome === "timedOut" && interrupted ? [...warnings, interrupted.message] : warnings,
  };
}

/** The outputs of a state without its inputs, which the caller has newer ones of. */
function outputsOf(state: CancelBackupState): CancelBackupOutputs {
  const { outcome, statement, issuedAt, stoppedAt, jobs, summary, server, warnings } = state;
  return {
    outcome,
    ...(statement === undefined ? {} : { statement }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    jobs,
    summary,
    ...(server === undefined ? {} : { server }),
    warnings,
  };
}

/** The cluster that an action on behalf of this record has to find. */
function recordOf({ server }: CancelBackupState): Pick<StopRequest, "record"> {
  return server === undefined ? {} : { record: server };
}

function serverRecord({ version, cluster, clusterId, tenant }: Server): ServerRecord {
  return { version, cluster, clusterId, tenant: tenant.name, mode: tenant.mode };
}

function summaryOf(outcome: Outcome, jobs: readonly StoppedJob[]): string {
  if (outcome === "armed") return "nothing sent yet; backups are cancelled when this resource is deleted";
  if (jobs.length === 0) return outcome === "unfinished" ? "not finished" : "no backup was running";
  const each = jobs.map((job) => `${job.tenant} job ${job.jobId} ${job.status}`).join(", ");
  return `${jobs.length} backup ${jobs.length === 1 ? "job" : "jobs"}: ${each}`;
}
