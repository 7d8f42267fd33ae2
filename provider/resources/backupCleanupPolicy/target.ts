import type { PolicyPlace } from "../../oceanbase/cleanup/policySender";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { checkNotLocked, resolveScope, type Scope } from "../../oceanbase/cluster/scope";
import type { Server, Tenant } from "../../oceanbase/cluster/server";
import { OceanBaseError } from "../../oceanbase/errors";
import type { Context } from "../context";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";

/*
 * The one tenant that a cleanup policy is for, as a server knows it.
 */

/** Where a statement for these inputs goes; refused when the tenant is unknown, locked or not NORMAL. */
export function policyPlace(
  cluster: Cluster,
  inputs: BackupCleanupPolicyInputs,
  { signal }: Context,
): PolicyPlace {
  const scope = targetScope(cluster, inputs);
  checkNotLocked(cluster, scope);
  // One in the recycle bin is NORMAL, and takes a policy like any other. Fact: policy-states
  const tenant = tenantOf(scope);
  const { status } = tenant;
  if (status === "NORMAL") return { cluster, tenant, signal };
  throw new OceanBaseError(
    "refused",
    `${cluster.address}: tenant ${targetTenant(inputs)} is ${status}, and only a NORMAL tenant takes a cleanup policy; try again when it is`,
  );
}

/** The tenant for looking at it, in whatever state it is; refused when there is none of that name. */
export function tenantToRead(cluster: Cluster, inputs: BackupCleanupPolicyInputs): Tenant {
  return tenantOf(targetScope(cluster, inputs));
}

/** It is one of the two, or the scope would have been refused. */
function tenantOf({ tenants, skipped }: Scope): Tenant {
  return [...tenants, ...skipped][0] as Tenant;
}

/** The tenant as it is now; undefined when there is none of that name. */
export function findTarget({ tenants }: Server, inputs: BackupCleanupPolicyInputs): Tenant | undefined {
  const name = targetTenant(inputs);
  return tenants.find((tenant) => tenant.name === name);
}

function targetScope(cluster: Cluster, { tenant, connection }: BackupCleanupPolicyInputs): Scope {
  const selection = tenant === undefined ? "own" : [tenant];
  return resolveScope(cluster, { selection, loginTenant: connection.tenant, ignoreMissing: false });
}

/** Names one tenant's policy among those of all clusters. */
export function policyKey({ server: { cluster, clusterId } }: Cluster, tenant: Tenant): string {
  return JSON.stringify(["cleanup policy", cluster, clusterId, tenant.id]);
}
