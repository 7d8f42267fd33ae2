import { given } from "../../given";
import { readCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
  type PolicyReport,
} from "../../oceanbase/cleanup/cleanupPolicyChange";
import type { PolicyPlace } from "../../oceanbase/cleanup/policySender";
import { type Cluster, identify } from "../../oceanbase/cluster/cluster";
import { checkIsCluster } from "../../oceanbase/cluster/clusterRecord";
import { OceanBaseError } from "../../oceanbase/errors";
import type { Context } from "../context";
import { type Declaration, type Difference, defineResource, type Made } from "../defineResource";
import { changedInputs, hasUnknown, type InputProblem } from "../inputTable";
import { atDeletion, serverRecord, withCluster } from "../sessions";
import { claimPolicy } from "./claims";
import { readExisting } from "./existing";
import {
  BACKUP_CLEANUP_POLICY,
  type BackupCleanupPolicyInputs,
  isSamePolicy,
  policyOf,
  replacingInputs,
  targetTenant,
} from "./inputs";
import { isOfRecord, type NextStep, takeNextStep } from "./nextStep";
import { otherOwner } from "./otherOwner";
import {
  BACKUP_CLEANUP_POLICY_OUTPUTS,
  type BackupCleanupPolicyOutputs,
  type BackupCleanupPolicyState,
} from "./outputs";
import { preview } from "./preview";
import { settledOutputsOf, stateOf } from "./state";
import { findTarget, policyKey, policyPlace } from "./target";

/** Error number for the name of a tenant that does not exist. */
const TENANT_NOT_FOUND = 5160;

/** What to do when a record's address has passed on to another cluster. */
const WHEN_ANOTHER = "correct connection, or remove the resource from the state if its cluster is gone";

/** The lifecycle of a BackupCleanupPolicy. Its id is the name of the tenant. */
export const backupCleanupPolicy = defineResource<BackupCleanupPolicyInputs, BackupCleanupPolicyState>({
  inputs: BACKUP_CLEANUP_POLICY,
  outputs: BACKUP_CLEANUP_POLICY_OUTPUTS,
  // A tenant has one policy.
  deleteBeforeReplace: true,
  declare,
  diff,
  preview,
  create: async (inputs, context) => ({ ...(await carryOut(inputs, context)), id: targetTenant(inputs) }),
  update: (_id, state, inputs, context) => carryOut(inputs, context, state),
  refresh,
  get: readExisting,
  delete: remove,
});

/** Claims the tenant's policy, as soon as it is known whose it is. */
function declare(
  inputs: BackupCleanupPolicyInputs,
  { command, name }: Declaration,
): InputProblem | undefined {
  const { host, port, cluster } = inputs.connection;
  const owner = { host, port, cluster, tenant: targetTenant(inputs) };
  if (hasUnknown(owner) || host === undefined) return undefined;
  command.declaredPolicies.push(inputs);
  const reason = name === undefined ? undefined : claimPolicy({ name, claims: command.claims }, owner);
  return reason === undefined ? undefined : { path: "tenant", reason };
}

/** Another tenant is another resource; everything else is an update, and most updates send nothing. */
function diff(state: BackupCleanupPolicyState, inputs: BackupCleanupPolicyInputs): Difference {
  const replaces = replacingInputs(state, inputs);
  const changed = changedInputs(BACKUP_CLEANUP_POLICY, state, inputs);
  const unfinished = state.unfinished === undefined ? [] : ["unfinished"];
  return { changed: [...changed, ...unfinished], replaces };
}

/** Does what a new resource, or a change of it, asks for. */
async function carryOut(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
  state?: BackupCleanupPolicyState,
): Promise<Made<BackupCleanupPolicyState>> {
  return await takeNextStep(inputs, context, state, async (step) => {
    switch (step.kind) {
      case "make":
        return await make(step, inputs);
      case "change":
        return await change(step, inputs);
      case "keep":
        return { state: step.state, warnings: [] };
    }
  });
}

/** Ensures the policy where there is no record of one. */
async function make(
  { place, request, warnings }: NextStep & { kind: "make" },
  inputs: BackupCleanupPolicyInputs,
): Promise<Made<BackupCleanupPolicyState>> {
  const report = await ensureCleanupPolicy(place, request);
  const { interrupted } = report;
  // The policy that was there is there again: there is nothing to keep a record of.
  if (interrupted !== undefined && report.certain && report.policy !== undefined) throw interrupted;
  const adopted = interrupted === undefined && report.statement === undefined;
  const asksForMore = inputs.redundancy !== undefined || inputs.backupCopies !== undefined;
  const unseen = `tenant ${targetTenant(inputs)} had a cleanup policy with this recovery window already; its redundancy and number of copies, which OceanBase does not show, are taken to be as asked for`;
  return finish({ inputs, place }, report, {
    adopted,
    warnings: adopted && asksForMore ? [...warnings, unseen] : warnings,
    whenUnfinished: report.hasDropped ? "change" : "create",
  });
}

/** Changes the policy of the record, or takes an unfinished attempt up. */
async function change(
  { place, request, state }: NextStep & { kind: "change" },
  inputs: BackupCleanupPolicyInputs,
): Promise<Made<BackupCleanupPolicyState>> {
  const report = await ensureCleanupPolicy(place, request);
  const { interrupted, policy, certain } = report;
  const isAsRecorded = certain && policy !== undefined && isSamePolicy(policy, policyOf(state));
  if (interrupted !== undefined && isAsRecorded) throw interrupted;
  return finish({ inputs, place }, report, {
    adopted: state.adopted && report.statement === undefined,
    ...given({ statement: state.statement }),
    warnings: [],
    whenUnfinished: report.hasDropped ? "change" : (state.unfinished ?? "change"),
  });
}

/** One attempt to give a tenant its policy. */
interface Attempt {
  inputs: BackupCleanupPolicyInputs;
  place: PolicyPlace;
}

/** Turns a report into state. */
function finish(
  { inputs, place: { cluster, tenant } }: Attempt,
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

/**
 * Drops the policy on the cluster of record, from the tenant of record whatever that is called by now. One that is gone, with
 * its tenant or without, counts as dropped. Fact: tenant-renamed
 */
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
  const tenant = server.tenants.find(({ id }) => id === state.tenantId);
  // A tenant that is being dropped takes its policy along. Fact: policy-goes-with-tenant
  if (tenant === undefined || tenant.status === "DROPPING") return;
  const owner = await otherOwner(cluster, tenant, state, context);
  if (owner !== undefined) {
    context.command.handedOver.set(policyKey(cluster, tenant), policyOf(state));
    context.warn(`the cleanup policy of tenant ${tenant.name} was left as it is: ${owner}`);
    return;
  }
  const named = state.tenant === undefined ? state : { ...state, tenant: tenant.name };
  await dropCleanupPolicy(policyPlace(cluster, named, context), (shown) => isOfRecord(shown, state));
}
