import { isSameCluster } from "../../oceanbase/cluster/clusterRecord";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { hasSameAddress } from "../connection";
import type { Context } from "../context";
import { changedInputs } from "../inputTable";
import { recordIn, withCluster } from "../sessions";
import { CANCEL_BACKUP, type CancelBackupInputs, cancelsOnCreate, stopRequestOf } from "./inputs";
import type { CancelBackupState } from "./outputs";
import { outputsIn, withDrift } from "./report";

/**
 * What inputs ask for.
 *
 * - `stop`: backups are to be stopped.
 * - `rehearse`: nothing before the deletion; now is found out whether it could work then.
 * - `keep`: nothing but the new inputs in the state.
 */
export type NextStep =
  | { kind: "stop"; request: StopRequest }
  | { kind: "rehearse" }
  | { kind: "keep"; state: CancelBackupState };

/**
 * Decides what a new resource, or a change of one, asks for: the statement, the statement again, or the rest of an
 * unfinished attempt. It may have to ask which cluster answers now.
 */
export async function nextStep(
  inputs: CancelBackupInputs,
  context: Context,
  state?: CancelBackupState,
): Promise<NextStep> {
  if (state === undefined || (await asksToBeCarriedOut(state, inputs, context))) {
    return cancelsOnCreate(inputs) ? { kind: "stop", request: stopRequestOf(inputs) } : { kind: "rehearse" };
  }
  // What is open or runs again is on the cluster of record; another one that answers by now is not meant.
  const request = { ...stopRequestOf(inputs), ...recordIn(state) };
  if (state.outcome === "unfinished") return { kind: "stop", request: { ...request, earlier: state } };
  if (hasDrifted(state, inputs)) return { kind: "stop", request };
  const drift = inputs.keepStopped ? state.drift : [];
  return { kind: "keep", state: { ...inputs, ...withDrift(outputsIn(state), drift) } };
}

/** Whether a backup was found running that is to be kept stopped. */
export function hasDrifted(state: CancelBackupState, inputs: CancelBackupInputs): boolean {
  return state.outcome === "drifted" && inputs.keepStopped === true;
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
