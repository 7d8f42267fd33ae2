import { given } from "../../given";
import type { ShownPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import type { PolicyRequest } from "../../oceanbase/cleanup/cleanupPolicyChange";
import type { PolicyPlace } from "../../oceanbase/cleanup/policySender";
import { isSameWindow } from "../../oceanbase/cleanup/recoveryWindow";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { belongsToCluster, clusterText } from "../../oceanbase/cluster/clusterRecord";
import { hasSameAddress } from "../connection";
import type { Context } from "../context";
import { serverRecord, withCluster } from "../sessions";
import { type BackupCleanupPolicyInputs, isSamePolicy, policyOf, targetTenant } from "./inputs";
import type { BackupCleanupPolicyState } from "./outputs";
import { withOutputsOf } from "./state";
import { findTarget, policyKey, policyPlace } from "./target";

/**
 * What inputs ask for.
 *
 * - `make`: a policy where there is no record of one.
 * - `change`: another policy than that of the record, or the rest of an unfinished attempt.
 * - `keep`: nothing but the new inputs in the state.
 */
export type NextStep =
  | { kind: "make"; place: PolicyPlace; request: PolicyRequest; warnings: readonly string[] }
  | { kind: "change"; place: PolicyPlace; request: PolicyRequest; state: BackupCleanupPolicyState }
  | { kind: "keep"; state: BackupCleanupPolicyState };

/** Decides what a new resource, or a change of one, asks for, and takes that step while the session is open. */
export async function takeNextStep<T>(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
  state: BackupCleanupPolicyState | undefined,
  take: (step: NextStep) => Promise<T>,
): Promise<T> {
  const isKept = state !== undefined && !isDue(state, inputs);
  if (isKept && hasSameAddress(state, inputs)) {
    return await take({ kind: "keep", state: withOutputsOf(state, inputs) });
  }
  return await withCluster(inputs, context, (cluster) => take(stepOn(cluster, inputs, context, state)));
}

/** Whether a policy is the resource's own. While it is unknown whether it was ever added, a different one is not. */
export function isOfRecord(shown: ShownPolicy, state: BackupCleanupPolicyState): boolean {
  return state.unfinished !== "create" || isSameWindow(shown.recoveryWindow, state.recoveryWindow);
}

function isDue(state: BackupCleanupPolicyState, inputs: BackupCleanupPolicyInputs): boolean {
  return state.unfinished !== undefined || !isSamePolicy(state, inputs);
}

function stepOn(
  cluster: Cluster,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
  state: BackupCleanupPolicyState | undefined,
): NextStep {
  const { server } = cluster;
  const isCluster = state !== undefined && belongsToCluster(server, state.server);
  const isTenant = isCluster && findTarget(server, inputs)?.id === state.tenantId;
  if (isTenant && !isDue(state, inputs)) {
    return { kind: "keep", state: { ...withOutputsOf(state, inputs), server: serverRecord(server) } };
  }
  const place = policyPlace(cluster, inputs, context);
  const wanted = policyOf(inputs);
  if (isTenant) {
    const mayReplace = (shown: ShownPolicy) => inputs.overwrite === true || isOfRecord(shown, state);
    return { kind: "change", place, request: { wanted, mayReplace, record: policyOf(state) }, state };
  }
  // A tenant that was made anew under the same name has no policy of ours. Fact: tenant-ids
  const warnings = state === undefined || isCluster ? [] : [leftBehind(targetTenant(state), state)];
  // A policy that another resource of the program has let go of in this command is this one's to change.
  const record = context.command.handedOver.get(policyKey(cluster, place.tenant));
  const mayReplace = () => record !== undefined || (inputs.overwrite ?? false);
  return { kind: "make", place, request: { wanted, mayReplace, ...given({ record }) }, warnings };
}

function leftBehind(tenant: string, { server }: BackupCleanupPolicyState): string {
  return `the connection leads to another cluster now; cluster ${clusterText(server)} keeps its cleanup policy for tenant ${tenant}`;
}
