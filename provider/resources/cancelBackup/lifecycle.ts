import { randomUUID } from "node:crypto";
import { isSameCluster } from "../../oceanbase/cluster/clusterRecord";
import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { rehearseStop, stopBackups } from "../../oceanbase/stop/stopBackups";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { atDeletion, recordIn, withCluster, withSession } from "../cluster";
import { hasSameAddress } from "../connection";
import type { Context } from "../context";
import { defineResource, type Made } from "../defineResource";
import { changedInputs } from "../inputTable";
import {
  CANCEL_BACKUP,
  type CancelBackupInputs,
  cancelsOnCreate,
  cancelsOnDelete,
  stopRequestOf,
} from "./inputs";
import type { CancelBackupOutputs, CancelBackupState } from "./outputs";
import { inCurrentWords } from "./recordedState";
import { refresh } from "./refresh";
import { outcomeOf, outputsFrom, outputsIn, withDrift, withSummary } from "./report";

/** The lifecycle of a CancelBackup. It cannot be gone: what was done was done. */
export const cancelBackup = defineResource<CancelBackupInputs, CancelBackupState>({
  inputs: CANCEL_BACKUP,
  upgrade: inCurrentWords,
  diff,
  create: async (inputs, context) => ({ id: randomUUID(), ...(await carryOut(inputs, context)) }),
  update,
  refresh,
  delete: remove,
});

/** Whether an update is due: an input has changed, or the last attempt is not settled. Nothing ever replaces. */
function diff(state: CancelBackupState, inputs: CancelBackupInputs): { changes: boolean } {
  const { outcome } = state;
  const isOpen = outcome === "unfinished" || outcome === "wouldFail" || hasDrifted(state, inputs);
  return { changes: isOpen || changedInputs(CANCEL_BACKUP, state, inputs).length > 0 };
}

/** Whether a backup was found running that is to be kept stopped. */
function hasDrifted(state: CancelBackupState, inputs: CancelBackupInputs): boolean {
  return state.outcome === "drifted" && inputs.keepStopped === true;
}

/**
 * Decides what a change asks for: the statement again, the rest of an unfinished attempt, or nothing but the new inputs in
 * the state. Only the first two send anything.
 */
async function update(
  _id: string,
  state: CancelBackupState,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<Made<CancelBackupState>> {
  if (await asksToBeCarriedOut(state, inputs, context)) return await carryOut(inputs, context, state);
  // What is open or runs again is on the cluster of record; another one that answers by now is not meant.
  const request = { ...stopRequestOf(inputs), ...recordIn(state) };
  if (state.outcome === "unfinished") return await stop(inputs, context, { ...request, earlier: state });
  if (hasDrifted(state, inputs)) return await stop(inputs, context, request);
  const drift = inputs.keepStopped ? (state.drift ?? []) : [];
  return { state: { ...inputs, ...withDrift(outputsIn(state), drift) }, warnings: [] };
}

/** Whether the change is one that has to be carried out on a server, as if the resource were new. */
async function asksToBeCarriedOut(
  state: CancelBackupState,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<boolean> {
  const changed = new Set(changedInputs(CANCEL_BACKUP, state, inputs));
  if (changed.has("tenants") || changed.has("triggers")) return true;
  // Deferred so far, and from now on to be carried out at once; or the other way round.
  if (cancelsOnCreate(inputs) !== cancelsOnCreate(state)) return true;
  if (state.connection.tenant !== inputs.connection.tenant) return true;
  if (!cancelsOnCreate(inputs) && state.outcome === "wouldFail") return true;
  if (hasSameAddress(state, inputs)) return false;
  // Another address: of the same cluster, or of another one? Only the server can tell.
  const { server: record } = state;
  if (record === undefined) return true;
  return await withCluster(inputs, context, async ({ server }) => !isSameCluster(server, record));
}

/** Does what the resource is for: now, or, when it is for its deletion, finds out whether it could. */
async function carryOut(
  inputs: CancelBackupInputs,
  context: Context,
  before?: CancelBackupState,
): Promise<Made<CancelBackupState>> {
  if (!cancelsOnCreate(inputs)) return await rehearse(inputs, context, before);
  return await stop(inputs, context, stopRequestOf(inputs));
}

/** Stops the backups and turns the report into state. */
async function stop(
  inputs: CancelBackupInputs,
  context: Context,
  request: StopRequest,
): Promise<Made<CancelBackupState>> {
  const report = await withSession(inputs, context, (session) => stopBackups(session, request, context));
  const state = { ...inputs, ...outputsFrom(report, outcomeOf(report, inputs)) };
  const { outcome, warnings } = state;
  return { state, warnings, interrupted: outcome === "unfinished" ? report.interrupted : undefined };
}

/**
 * Finds out whether a stop at deletion could work. What would keep it from that is a warning: the day of the teardown may
 * be far away, and the tenants and the login can be mended until then. The cluster of record stays the one that was found
 * last: a deletion must not reach for another one that happens to answer then.
 */
async function rehearse(
  inputs: CancelBackupInputs,
  context: Context,
  before?: CancelBackupState,
): Promise<Made<CancelBackupState>> {
  const outputs = await withSession(inputs, context, (session) =>
    rehearseStop(session, stopRequestOf(inputs), context),
  ).then(
    (report) => outputsFrom(report, "deferred"),
    (error): CancelBackupOutputs => {
      if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
      const isSameLogin = before?.connection.tenant === inputs.connection.tenant;
      return withSummary({
        outcome: "wouldFail",
        jobs: [],
        ...(isSameLogin && before?.server ? { server: before.server } : {}),
        warnings: [`as things are, nothing could be cancelled at deletion: ${error.message}`],
      });
    },
  );
  return { state: { ...inputs, ...outputs }, warnings: outputs.warnings };
}

/** Deletes nothing on the server; when asked to, it stops the backups first, as a teardown needs it. */
async function remove(state: CancelBackupState, context: Context): Promise<void> {
  if (!cancelsOnDelete(state)) return;
  const request = { ...stopRequestOf(state), ignoreMissing: true, ...recordIn(state) };
  await atDeletion(state, context, async (session) => {
    // Only before anything was sent a failure is thrown as such.
    const { warnings, interrupted } = await stopBackups(session, request, context);
    for (const warning of warnings) context.warn(warning);
    if (interrupted === undefined) return;
    if (interrupted.kind !== "timeout" || state.onTimeout !== "warn") throw interrupted;
    context.warn(interrupted.message);
  });
}
