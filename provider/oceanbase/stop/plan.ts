import { firstOf } from "../../text";
import { noCoverText, readPoliciesOf } from "../cleanup/cleanupPolicies";
import { type Cluster, identify, RECENT_MS } from "../cluster/cluster";
import { checkIsCluster } from "../cluster/clusterRecord";
import { checkNotLocked, passedOverText, resolveScope, type Scope } from "../cluster/scope";
import { type Identified, type Server, userTenantsByName } from "../cluster/server";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { tenantsWithoutFullBackup } from "../jobs/backupSets";
import type { StopControl, StopRequest } from "./stopRequest";
import { defaultTimeoutSeconds } from "./stopTimes";

/** Which cluster answers, and which of its tenants the action is about. */
export interface Plan {
  cluster: Cluster;
  request: StopRequest;
  control: StopControl;
  scope: Scope;
  /** How long to wait for the real stop; 0 = not at all. */
  timeoutSeconds: number;
  warnings: readonly string[];
}

/** Identifies the cluster and resolves the tenants; refuses what cannot work, before anything is sent. */
export async function makePlan(session: Session, request: StopRequest, control: StopControl): Promise<Plan> {
  const cluster = await identifyFor(session, request);
  if (request.record !== undefined) checkIsCluster(cluster, request.record);
  const scope = resolved(cluster, request);
  const { server } = cluster;
  return {
    cluster,
    request,
    control,
    scope,
    timeoutSeconds: request.timeoutSeconds ?? defaultTimeoutSeconds(server),
    warnings: [...scopeWarnings(scope, server), ...(await coverWarnings(cluster, scope))],
  };
}

/** The scope of a request, with every named tenant unlocked. */
export function resolved(cluster: Identified, request: StopRequest): Scope {
  const scope = resolveScope(cluster, request);
  checkNotLocked(cluster, scope);
  return scope;
}

/** Refuses, when that was asked for, to leave a tenant of this scope without anything to restore it from. */
export async function checkRestorePoints({ cluster, request }: Plan, { tenants }: Scope): Promise<void> {
  if (!request.requireRestorePoint) return;
  const missing = await tenantsWithoutFullBackup(cluster, tenants);
  if (missing.length === 0) return;
  const names = firstOf(missing.map(({ name }) => name));
  throw refusal(
    cluster,
    `no complete full backup to restore ${names} from, so nothing was cancelled (requireRestorePoint); let a full backup of it complete, or leave it out`,
  );
}

/**
 * Many resources of a stack ask one after the other, so an answer of a second ago will do, as long as it has every tenant
 * that is named: one may have been created since. One that was dropped since is refused by the server, and resolved again
 * then. In a teardown tenants go all the time.
 */
async function identifyFor(session: Session, { selection, ignoreMissing }: StopRequest): Promise<Cluster> {
  if (!Array.isArray(selection) || ignoreMissing) return await identify(session);
  const cluster = await identify(session, RECENT_MS);
  const known = userTenantsByName(cluster.server.tenants);
  return selection.every((name) => known.has(name)) ? cluster : await identify(session);
}

function scopeWarnings({ missing, skipped }: Scope, server: Server): string[] {
  const skippedByReason = Map.groupBy(skipped, (tenant) => passedOverText(tenant, server));
  return [
    ...(missing.length === 0 ? [] : [`tenant ${firstOf(missing)} does not exist, which counts as stopped`]),
    ...[...skippedByReason].map(
      ([reason, tenants]) =>
        `tenant ${firstOf(tenants.map(({ name }) => name))} is ${reason}: the server passes it over, so its backups are not stopped`,
    ),
  ];
}

/** One for each reason why what a cancel leaves behind stays: OceanBase recommends a cleanup policy before it. Fact: cleanup-advised */
async function coverWarnings(cluster: Cluster, { tenants }: Scope): Promise<string[]> {
  const ids = tenants.map(({ id }) => id);
  const policies = await readPoliciesOf(cluster, ids);
  if (policies === undefined) return [];
  const namesByReason = Map.groupBy(tenants, ({ id }) => noCoverText(policies.get(id)));
  return [...namesByReason].flatMap(([reason, uncovered]) => {
    if (reason === undefined) return [];
    const names = firstOf(uncovered.map(({ name }) => name));
    return `${reason} for ${names}: what a cancelled backup leaves behind stays; add a BackupCleanupPolicy with a recoveryWindow`;
  });
}

/** A request that cannot be carried out as things are; nothing has been sent. */
export function refusal({ address }: Cluster, why: string): OceanBaseError {
  return new OceanBaseError("refused", `${address}: ${why}`);
}
