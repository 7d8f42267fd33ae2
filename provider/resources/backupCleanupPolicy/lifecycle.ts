import { given } from "../../given";
import { readCleanupPolicy, type ShownPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
  type PolicyReport,
} from "../../oceanbase/cleanup/cleanupPolicyChange";
import type { PolicyPlace } from "../../oceanbase/cleanup/policySender";
import { isSameWindow } from "../../oceanbase/cleanup/recoveryWindow";
import { type Cluster, identify } from "../../oceanbase/cluster/cluster";
import { belongsToCluster, checkIsCluster, clusterText } from "../../oceanbase/cluster/clusterRecord";
import type { Server, Tenant } from "../../oceanbase/cluster/server";
import { OceanBaseError } from "../../oceanbase/errors";
import { atDeletion, serverRecord, withCluster } from "../cluster";
import { hasSameAddress } from "../connection";
import type { Context } from "../context";
import { defineResource, type Made } from "../defineResource";
import { changedInputs } from "../inputTable";
import { readExisting } from "./existing";
import {
  BACKUP_CLEANUP_POLICY,
  type BackupCleanupPolicyInputs,
  isSamePolicy,
  policyOf,
  replacingInputs,
  targetTenant,
} from "./inputs";
import type { BackupCleanupPolicyOutputs, BackupCleanupPolicyState } from "./outputs";
import { settledOutputsOf, stateOf, withOutputsOf } from "./state";
import { findTarget, policyPlace } from "./target";

/** Error number for the name of a tenant that does not exist. */
const TENANT_NOT_FOUND = 5160;

/** What to do when a record's address has passed on to another cluster. */
const WHEN_ANOTHER = "correct connection, or remove the resource from the state if its cluster is gone";

/** The lifecycle of a BackupCleanupPolicy. Its id is the name of the tenant. */
export const backupCleanupPolicy = defineResource<BackupCleanupPolicyInputs, BackupCleanupPolicyState>({
  inputs: BACKUP_CLEANUP_POLICY,
  diff,
  create,
  update,
  refresh,
  get: readExisting,
  delete: remove,
});

/** One attempt to give a tenant its policy. */
interface Attempt {
  inputs: BackupCleanupPolicyInputs;
  context: Context;
  place: PolicyPlace;
}

/** Another tenant is another resource; everything else is an update, and most updates send nothing. */
function diff(
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
): { changes: boolean; replaces?: string[] } {
  const replaces = replacingInputs(state, inputs);
  if (replaces.length > 0) return { changes: true, replaces };
  const isChanged = changedInputs(BACKUP_CLEANUP_POLICY, state, inputs).length > 0;
  return { changes: state.unfinished !== undefined || isChanged };
}

async function create(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<Made<BackupCleanupPolicyState> & { id: string }> {
  const made = await withCluster(inputs, context, async (cluster) =>
    make({ inputs, context, place: policyPlace(cluster, inputs, context) }),
  );
  return { id: targetTenant(inputs), ...made };
}

/** Ensures the policy where there is no record of one. */
async function make(
  attempt: Attempt,
  warnings: readonly string[] = [],
): Promise<Made<BackupCleanupPolicyState>> {
  const { inputs, place } = attempt;
  const mayReplace = () => inputs.overwrite ?? false;
  const report = await ensureCleanupPolicy(place, { wanted: policyOf(inputs), mayReplace });
  const { interrupted } = report;
  // The policy that was there is there again: there is nothing to keep a record of.
  if (interrupted !== undefined && report.certain && report.policy !== undefined) throw interrupted;
  const adopted = interrupted === undefined && report.statement === undefined;
  const asksForMore = inputs.redundancy !== undefined || inputs.backupCopies !== undefined;
  const unseen = `tenant ${targetTenant(inputs)} had a cleanup policy with this recovery window already; its redundancy and number of copies, which OceanBase does not show, are taken to be as asked for`;
  return finish(attempt, report, {
    adopted,
    warnings: adopted && asksForMore ? [...warnings, unseen] : warnings,
    whenUnfinished: report.hasDropped ? "change" : "create",
  });
}

/**
 * Decides what a change asks for: another policy, the rest of an unfinished attempt, the policy on another cluster, or
 * nothing but the new inputs in the state.
 */
async function update(
  id: string,
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<Made<BackupCleanupPolicyState>> {
  const isDue = state.unfinished !== undefined || !isSamePolicy(state, inputs);
  if (!isDue && hasSameAddress(state, inputs)) return { state: withOutputsOf(state, inputs), warnings: [] };
  return await withCluster(inputs, context, async (cluster) => {
    const { server } = cluster;
    const isCluster = belongsToCluster(server, state.server);
    const isTenant = isCluster && findTarget(server, inputs)?.id === state.tenantId;
    if (isTenant && !isDue) {
      return { state: { ...withOutputsOf(state, inputs), server: serverRecord(server) }, warnings: [] };
    }
    const attempt = { inputs, context, place: policyPlace(cluster, inputs, context) };
    if (isTenant) return await change(attempt, state);
    // A tenant that was made anew under the same name has no policy of ours. Fact: tenant-ids
    return await make(attempt, isCluster ? [] : [leftBehind(id, state)]);
  });
}

/** Changes the policy of the record, or takes an unfinished attempt up. */
async function change(
  attempt: Attempt,
  state: BackupCleanupPolicyState,
): Promise<Made<BackupCleanupPolicyState>> {
  const { inputs, place } = attempt;
  const record = policyOf(state);
  const mayReplace = (shown: ShownPolicy) => inputs.overwrite === true || isOfRecord(shown, state);
  const report = await ensureCleanupPolicy(place, { wanted: policyOf(inputs), mayReplace, record });
  const { interrupted, policy, certain } = report;
  const isAsRecorded = certain && policy !== undefined && isSamePolicy(policy, record);
  if (interrupted !== undefined && isAsRecorded) throw interrupted;
  return finish(attempt, report, {
    adopted: state.adopted && report.statement === undefined,
    ...given({ statement: state.statement }),
    warnings: [],
    whenUnfinished: report.hasDropped ? "change" : (state.unfinished ?? "change"),
  });
}

/** Turns a report into state. */
function finish(
  { inputs, context, place: { cluster, tenant } }: Attempt,
  { policy, certain, interrupted, statement: sent }: PolicyReport,
  rest: Pick<BackupCleanupPolicyOutputs, "adopted" | "statement" | "warnings"> & {
    whenUnfinished: "create" | "change";
  },
): Made<BackupCleanupPolicyState> {
  const { adopted, warnings, whenUnfinished } = rest;
  const isUnfinished = interrupted !== undefined && !(certain && policy !== undefined);
  const state = stateOf(inputs, policy, tenant.name, {
    adopted,
    ...given({ statement: sent ?? rest.statement }),
    tenantId: tenant.id,
    server: serverRecord(cluster.server),
    warnings,
    ...given({ unfinished: isUnfinished ? whenUnfinished : undefined }),
  });
  if (interrupted === undefined) context.claimed?.add(claimOf(cluster.server, tenant));
  return { state, warnings, interrupted };
}

/**
 * Brings the record up to date: the window as it is now, so that `up` repairs what was changed outside of Pulumi. A policy
 * that is gone, with its tenant or without, is undefined.
 */
async function refresh(
  state: BackupCleanupPolicyState,
  context: Context,
): Promise<BackupCleanupPolicyState | undefined> {
  return await withCluster(state, context, async (cluster) => {
    const { server } = cluster;
    checkIsCluster(cluster, state.server, WHEN_ANOTHER);
    const tenant = findTarget(server, state);
    if (tenant === undefined || tenant.id !== state.tenantId) return undefined;
    const shown = await readCleanupPolicy(cluster, tenant);
    if (shown === undefined || !isOfRecord(shown, state)) return undefined;
    const { recoveryWindow: _, ...hidden } = policyOf(state);
    const outputs = { ...settledOutputsOf(state), server: serverRecord(server) };
    return stateOf(state, { ...hidden, ...shown }, tenant.name, outputs);
  });
}

/** Drops the policy on the cluster of record. One that is gone, with its tenant or without, counts as dropped. */
async function remove(state: BackupCleanupPolicyState, context: Context): Promise<void> {
  await atDeletion(state, context, async (session) => {
    try {
      await drop(await identify(session), state, context);
    } catch (error) {
      const isGoneByNow = error instanceof OceanBaseError && error.errno === TENANT_NOT_FOUND;
      if (!isGoneByNow) throw error;
    }
  });
}

async function drop(cluster: Cluster, state: BackupCleanupPolicyState, context: Context): Promise<void> {
  const { server } = cluster;
  checkIsCluster(cluster, state.server, WHEN_ANOTHER);
  const tenant = findTarget(server, state);
  // A tenant that is being dropped takes its policy along. Fact: policy-goes-with-tenant
  if (tenant === undefined || tenant.id !== state.tenantId || tenant.status === "DROPPING") return;
  if (context.claimed?.has(claimOf(server, tenant))) {
    const why = "another resource of this stack has taken it over";
    context.warn(`the cleanup policy of tenant ${tenant.name} was left as it is: ${why}`);
    return;
  }
  await dropCleanupPolicy(policyPlace(cluster, state, context), (shown) => isOfRecord(shown, state));
}

/** Whether a policy is the resource's own. While it is unknown whether it was ever added, a different one is not. */
function isOfRecord(shown: ShownPolicy, state: BackupCleanupPolicyState): boolean {
  return state.unfinished !== "create" || isSameWindow(shown.recoveryWindow, state.recoveryWindow);
}

function leftBehind(tenant: string, { server }: BackupCleanupPolicyState): string {
  return `the connection leads to another cluster now; cluster ${clusterText(server)} keeps its cleanup policy for tenant ${tenant}`;
}

/** Names one tenant's policy among those of all clusters. */
function claimOf({ cluster, clusterId }: Server, tenant: Tenant): string {
  return JSON.stringify(["cleanup policy", cluster, clusterId, tenant.id]);
}
