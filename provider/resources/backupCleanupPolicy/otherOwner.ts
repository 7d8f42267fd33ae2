import type { Cluster } from "../../oceanbase/cluster/cluster";
import { belongsToCluster, clusterRecord } from "../../oceanbase/cluster/clusterRecord";
import type { Tenant } from "../../oceanbase/cluster/server";
import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { hasSameAddress, type LoginInputs } from "../connection";
import type { Context } from "../context";
import { withCluster } from "../sessions";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";

/**
 * Whether the program declares this tenant's policy by a resource: another one than the one that is deleted, or the same
 * one anew. Addresses do not tell, because one cluster may have several: the cluster behind each is asked for its id. One
 * that cannot be asked may be the same, and then the policy is better left where it is.
 *
 * @param state what is known of the resource that is deleted
 * @returns why the policy is to be left; undefined when no resource declares it
 */
export async function otherOwner(
  cluster: Cluster,
  tenant: Tenant,
  state: LoginInputs,
  context: Context,
): Promise<string | undefined> {
  for (const declared of context.command.declaredPolicies as readonly BackupCleanupPolicyInputs[]) {
    if (targetTenant(declared) !== tenant.name) continue;
    if (hasSameAddress(declared, state)) return DECLARED;
    try {
      if (await isSameTenant(declared, context, cluster, tenant)) return DECLARED;
    } catch (error) {
      if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
      return `the program declares one for a tenant of this name elsewhere, and whether that is the same cluster could not be found out: ${error.message}`;
    }
  }
  return undefined;
}

const DECLARED = "the program declares it by another resource, or by this one anew";

async function isSameTenant(
  declared: BackupCleanupPolicyInputs,
  context: Context,
  { server: here }: Cluster,
  { id, name }: Tenant,
): Promise<boolean> {
  return await withCluster(declared, context, async ({ server: there }) => {
    const isHere = belongsToCluster(there, clusterRecord(here));
    return isHere && there.tenants.some((tenant) => tenant.id === id && tenant.name === name);
  });
}
