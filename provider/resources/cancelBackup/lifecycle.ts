import { randomUUID } from "node:crypto";
import { identifyServer, isSameCluster } from "../../oceanbase/cluster/server";
import { OceanBaseError } from "../../oceanbase/errors";
import { rehearseStop, stopBackups } from "../../oceanbase/stop/stopBackups";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { atDeletion, mustNotBePreview, recordOf, withinLookTime, withSession } from "../cluster";
import { hasSameAddress } from "../connection";
import { type CheckResult, type Context, PartialFailure } from "../context";
import {
  type CancelBackupInputs,
  cancelsOnCreate,
  cancelsOnDelete,
  changedInputs,
  checkCancelBackup,
  stopRequestOf,
} from "./inputs";
import {
  type CancelBackupOutputs,
  type CancelBackupState,
  outcomeOf,
  outputsFrom,
  outputsOf,
  withDrift,
  withSummary,
} from "./outputs";
import { inCurrentWords } from "./recordedState";
import { read } from "./refresh";

/** The lifecycle of a CancelBackup, however Pulumi calls it. State of any version comes in. */
export const cancelBackup = {
  check,
  diff: (state: CancelBackupState, inputs: CancelBackupInputs) => diff(inCurrentWords(state), inputs),
  create,
  read: (state: CancelBackupState, context: Context) => read(inCurrentWords(state), context),
  update: (id: string, state: CancelBackupState, inputs: CancelBackupInputs, context: Context) =>
    update(id, inCurrentWords(state), inputs, context),
  delete: (state: CancelBackupState, context: Context) => remove(inCurrentWords(state), context),
};

function check(inputs: CancelBackupInputs): CheckResult<CancelBackupInputs> {
  return checkCancelBackup(inputs);
}

/** Whether an update is due: an input has changed, or the last attempt is not settled. Nothing ever replaces. */
function diff(state: CancelBackupState, inputs: CancelBackupInputs): { changes: boolean } {
  const { outcome } = state;
  const isOpen = outcome === "unfinished" || outcome === "wouldFail" || hasDrifted(state, inputs);
  return { changes: isOpen || changedInputs(state, inputs).length > 0 };
}

/** Whether a backup was found running that is to be kept stopped. */
function hasDrifted(state: CancelBackupState, inputs: CancelBackupInputs): boolean {
  return state.outcome === "drifted" && inputs.keepStopped === true;
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
  if (hasDrifted(state, inputs)) {
    // What was found to run runs on the cluster of record; another one that answers by now is not meant.
    return await stop(id, inputs, context, { ...stopRequestOf(inputs), ...recordOf(state) });
  }
  return { ...inputs, ...withDrift(outputsOf(state), inputs.keepStopped ? (state.drift ?? []) : []) };
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
  if (!cancelsOnCreate(inputs) && state.outcome === "wouldFail") return true;
  if (hasSameAddress(state, inputs)) return false;
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
  return await stop(id, inputs, context, stopRequestOf(inputs));
}

/** Takes an attempt up that did not come to its end, on the cluster where it was begun. */
async function resume(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  earlier: CancelBackupState,
): Promise<CancelBackupState> {
  return await stop(id, inputs, context, { ...stopRequestOf(inputs), earlier, ...recordOf(earlier) });
}

/** Stops the backups and turns the report into state; an interrupted action is saved as far as it came. */
async function stop(
  id: string,
  inputs: CancelBackupInputs,
  context: Context,
  request: StopRequest,
): Promise<CancelBackupState> {
  const report = await withSession(inputs, context, (session) => stopBackups(session, request, context));
  const state: CancelBackupState = { ...inputs, ...outputsFrom(report, outcomeOf(report, inputs)) };
  for (const warning of state.warnings) context.warn(warning);
  if (state.outcome === "unfinished") {
    const why = report.interrupted?.message;
    throw new PartialFailure(id, state, `${why}; the next pulumi up goes on from here`);
  }
  return state;
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
    rehearseStop(session, stopRequestOf(inputs), context),
  ).then(
    (report) => outputsFrom(report, "deferred"),
    (error): CancelBackupOutputs => {
      if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
      const isSameLogin = before?.connection.tenant === inputs.connection.tenant;
      return withSummary<CancelBackupOutputs>({
        outcome: "wouldFail",
        jobs: [],
        summary: "",
        ...(isSameLogin && before?.server ? { server: before.server } : {}),
        warnings: [`as things are, nothing could be cancelled at deletion: ${error.message}`],
      });
    },
  );
  for (const warning of outputs.warnings) context.warn(warning);
  return { ...inputs, ...outputs };
}

/** Deletes nothing on the server; when asked to, it stops the backups first, as a teardown needs it. */
async function remove(state: CancelBackupState, context: Context): Promise<void> {
  mustNotBePreview(context);
  if (!cancelsOnDelete(state)) return;
  const request = { ...stopRequestOf(state), allowGone: true, ...recordOf(state) };
  await atDeletion(state, context, async (session) => {
    // Only before anything was sent a failure is thrown as such.
    const { warnings, interrupted } = await stopBackups(session, request, context);
    for (const warning of warnings) context.warn(warning);
    if (interrupted === undefined) return;
    if (interrupted.kind !== "timeout" || state.onTimeout !== "warn") throw interrupted;
    context.warn(interrupted.message);
  });
}
