import type { Cluster } from "../cluster/cluster";
import type { Tenant } from "../cluster/server";
import { selectFrom } from "../cluster/views";
import { isOfKind, OceanBaseError } from "../errors";
import { POLICY_NAME } from "../statements";
import { asPolicyError } from "./cleanupPolicyErrors";

/** Longest time that is spent on finding out which tenants have none. */
const LOOK_MS = 5_000;

/**
 * The tenants among these that have no automatic cleanup of expired backups. OceanBase recommends one before a backup is
 * cancelled: what a cancel leaves behind is incomplete data that nothing else removes.
 *
 * Undefined when it cannot be found out quickly; a missing warning is no reason to fail.
 */
export async function tenantsWithoutCleanupPolicy(
  cluster: Cluster,
  tenants: readonly Tenant[],
): Promise<readonly Tenant[] | undefined> {
  const sql = selectFrom(cluster, "OB_BACKUP_DELETE_POLICY", { columns: ["POLICY_NAME"] });
  try {
    const rows = await cluster.within(LOOK_MS).read(sql, "reading the cleanup policies");
    const covered = new Set(rows.map((row) => row.TENANT_ID));
    return tenants.filter((tenant) => !covered.has(tenant.id));
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return undefined;
  }
}

/** A cleanup policy as the server shows it. Of all that it was made with the views have only the window. */
export interface ShownPolicy {
  /** As it was written when the policy was made; absent for a policy without one. */
  recoveryWindow?: string;
}

/**
 * The cleanup policy of one tenant as it is now; undefined when it has none. Fails when the server has no such view.
 *
 * @param tenant from sys any user tenant, else the tenant of the login
 */
export async function readCleanupPolicy(cluster: Cluster, tenant: Tenant): Promise<ShownPolicy | undefined> {
  const sql = selectFrom(cluster, "OB_BACKUP_DELETE_POLICY", {
    columns: ["POLICY_NAME", "RECOVERY_WINDOW"],
    tenantIds: [tenant.id],
  });
  try {
    const rows = await cluster.read(sql, `reading the cleanup policy of tenant ${tenant.name}`);
    const row = rows.find(({ POLICY_NAME: name }) => name === POLICY_NAME);
    if (row === undefined) return undefined;
    // Without a window it is empty, which an Oracle-mode tenant shows as NULL.
    return row.RECOVERY_WINDOW ? { recoveryWindow: row.RECOVERY_WINDOW } : {};
  } catch (error) {
    throw asPolicyError(error, cluster.server);
  }
}

/** `recovery window 7d`. */
export function windowText({ recoveryWindow }: ShownPolicy): string {
  return recoveryWindow === undefined ? "no recovery window" : `recovery window ${recoveryWindow}`;
}
