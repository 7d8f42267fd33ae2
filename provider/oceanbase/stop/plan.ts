import { tenantsWithoutCleanupPolicy } from "../cleanup/cleanupPolicies";
import { type Cluster, identify } from "../cluster/cluster";
import { checkIsCluster } from "../cluster/clusterRecord";
import { checkNotLocked, resolveScope, type Scope } from "../cluster/scope";
import { type Identified, type Server, userTenantsByName } from "../cluster/server";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { tenantsWithoutFullBackup } from "../jobs/backupSets";
import type { StopControl, StopRequest } from "./stopRequest";

/** Which cluster answers, and which of its tenants the action is about. */
export interface Plan {
  cluster: Cluster;
  request: StopRequest;
  control: StopControl;
  scope: Scope;
  /** Ids of tenants that have a cleanup policy, as far as that could be found out. */
  coveredIds: ReadonlySet<string>;
  warnings: readonly string[];
}

/** How old an answer may be that many resources of a stack ask for one after the other. */
const RECENT_MS = 1_000;

/** Identifies the cluster and resolves the tenants; refuses what cannot work, before anything is sent. */
export async function makePlan(session: Session, request: StopRequest, control: StopControl): Promise<Plan> {
  const cluster = await identifyFor(session, request);
  if (request.record !== undefined) checkIsCluster(cluster, request.record);
  const scope = resolved(cluster, request);
  const uncovered = await tenantsWithoutCleanupPolicy(cluster, scope.tenants);
  const uncoveredIds = new Set(uncovered?.map(({ id }) => id));
  const coveredIds = scope.tenants.map(({ id }) => id).filter((id) => !uncoveredIds.has(id));
  const gap = cleanupGap(
    uncovered?.map(({ name }) => name),
    cluster.server,
  );
  if (gap !== undefined && request.waitForCleanup) throw refusal(cluster, gap.inVain);
  return {
    cluster,
    request,
    control,
    scope,
    coveredIds: new Set(uncovered === undefined ? [] : coveredIds),
    warnings: [...scopeWarnings(scope), ...(gap?.warning === undefined ? [] : [gap.warning])],
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
  const names = missing.map((tenant) => tenant.name).join(", ");
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

function scopeWarnings({ missing, skipped }: Scope): string[] {
  return [
    ...missing.map((name) => `tenant ${name} does not exist, which counts as stopped`),
    ...skipped.map(
      ({ name, status }) =>
        `tenant ${name} is ${status}: the server passes it over, so its backups are not stopped`,
    ),
  ];
}

/**
 * What keeps leftovers from being cleaned up.
 *
 * @param uncovered names of tenants without a cleanup policy; undefined when that could not be found out
 */
function cleanupGap(
  uncovered: readonly string[] | undefined,
  { version }: Server,
): { inVain: string; warning?: string } | undefined {
  if (uncovered === undefined) {
    return {
      inVain: `whether the tenants have a cleanup policy could not be found out (OceanBase ${version}), so waitForCleanup could wait in vain; leave it out, or make the view OB_BACKUP_DELETE_POLICY readable`,
    };
  }
  if (uncovered.length === 0) return undefined;
  const why = `no automatic cleanup policy for ${uncovered.join(", ")}: what a cancelled backup leaves behind stays`;
  const advice = "add a BackupCleanupPolicy";
  return {
    inVain: `${why}, so waitForCleanup would wait in vain; ${advice}`,
    warning: `${why}; ${advice}`,
  };
}

/** A request that cannot be carried out as things are; nothing has been sent. */
function refusal({ address }: Cluster, why: string): OceanBaseError {
  return new OceanBaseError("refused", `${address}: ${why}`);
}
