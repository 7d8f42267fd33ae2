import type { Cluster } from "../cluster/cluster";
import type { Tenant } from "../cluster/server";
import { selectFrom, selectTogether, VIEW_COLUMNS } from "../cluster/views";
import type { Row } from "../connection/driver";
import { isOfKind, OceanBaseError } from "../errors";
import { POLICY_NAME } from "../statements";
import { asPolicyError } from "./cleanupPolicyErrors";
import { windowMicroseconds } from "./recoveryWindow";

/** Longest time that is spent on finding out what several tenants have. */
const LOOK_MS = 5_000;

const COLUMNS = VIEW_COLUMNS.OB_BACKUP_DELETE_POLICY;

/** A cleanup policy as the server shows it. Of all that it was made with the views have only the window. Fact: policy-shown */
export interface ShownPolicy {
  /** As it was written when the policy was made; absent for a policy without one, which cleans nothing. */
  recoveryWindow?: string;
}

/** The cleanup policies of one tenant. */
export interface TenantPolicies {
  /** The one that cleans backup sets. */
  shown?: ShownPolicy;
  /** Names of others, such as `log_only`, which cleans the log archive alone (from OceanBase 4.4.1 on). */
  others: readonly string[];
}

/**
 * The cleanup policies of these tenants, by id; one that has none is not among them. Undefined when they cannot be found
 * out quickly; a missing warning is no reason to fail.
 */
export async function readPoliciesOf(
  cluster: Cluster,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, TenantPolicies> | undefined> {
  if (tenantIds.length === 0) return new Map();
  const query = selectTogether(cluster, "OB_BACKUP_DELETE_POLICY", { columns: COLUMNS, tenantIds });
  try {
    return await cluster.within(LOOK_MS).read(query, "reading the cleanup policies", { parse: policiesIn });
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return undefined;
  }
}

/**
 * The cleanup policies of one tenant as they are now. Fails when the server has no such view.
 *
 * @param tenant from sys any user tenant, else the tenant of the login
 */
export async function readTenantPolicies(cluster: Cluster, { id, name }: Tenant): Promise<TenantPolicies> {
  const sql = selectFrom(cluster, "OB_BACKUP_DELETE_POLICY", { columns: COLUMNS, tenantIds: [id] });
  try {
    const rows = await cluster.read(sql, `reading the cleanup policy of tenant ${name}`);
    return policiesIn(rows).get(id) ?? { others: [] };
  } catch (error) {
    throw asPolicyError(error, cluster.server);
  }
}

/** The policy of one tenant that cleans backup sets; undefined when it has none. Fails as {@link readTenantPolicies} does. */
export async function readCleanupPolicy(cluster: Cluster, tenant: Tenant): Promise<ShownPolicy | undefined> {
  return (await readTenantPolicies(cluster, tenant)).shown;
}

function policiesIn(rows: readonly Row[]): ReadonlyMap<string, TenantPolicies> {
  const found = new Map<string, TenantPolicies>();
  for (const { TENANT_ID: id, POLICY_NAME: name, RECOVERY_WINDOW: window } of rows) {
    const tenantId = id ?? "";
    const { shown, others } = found.get(tenantId) ?? { others: [] };
    // Without a window it is empty, which an Oracle-mode tenant shows as NULL. Fact: policy-shown
    const policies =
      name === POLICY_NAME
        ? { shown: window ? { recoveryWindow: window } : {}, others }
        : { ...(shown && { shown }), others: [...others, name ?? ""] };
    found.set(tenantId, policies);
  }
  return found;
}

/** Whether a policy is stored and does nothing: it has no window, or one of no length. Fact: window-needed */
export function cleansNothing({ recoveryWindow }: ShownPolicy): boolean {
  return recoveryWindow === undefined || windowMicroseconds(recoveryWindow) === 0n;
}

/** Why these policies clean no backup sets; undefined when they do. Fact: log-only */
export function noCoverText({ shown, others }: TenantPolicies = { others: [] }): string | undefined {
  if (shown === undefined) {
    if (others.length === 0) return "no automatic cleanup policy";
    return `no cleanup policy but ${others.join(", ")}, which cleans no backup sets`;
  }
  return cleansNothing(shown)
    ? "a cleanup policy without a recovery window, which cleans nothing"
    : undefined;
}

/** `recovery window 7d`. */
export function windowText({ recoveryWindow }: ShownPolicy): string {
  return recoveryWindow === undefined ? "no recovery window" : `recovery window ${recoveryWindow}`;
}
