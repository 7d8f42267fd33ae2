import { readCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { isInSys } from "../../oceanbase/cluster/server";
import { OceanBaseError } from "../../oceanbase/errors";
import type { LoginInputs } from "../connection";
import { LOGIN } from "../connectionInputs";
import type { Context } from "../context";
import { checkInputs, problemsText } from "../inputTable";
import { serverRecord, withCluster } from "../sessions";
import type { BackupCleanupPolicyState } from "./outputs";
import { stateOf } from "./state";
import { tenantToRead } from "./target";

/**
 * The cleanup policy of a tenant, for a program that reads it without managing it. Fails when there is none. No check has
 * seen the inputs before, so what is wrong with them is said here.
 *
 * @param id the name of the tenant; with a login to a user tenant, of that one
 */
export async function readExisting(
  id: string,
  inputs: LoginInputs,
  context: Context,
): Promise<BackupCleanupPolicyState> {
  const problems = checkInputs(LOGIN, inputs, context);
  if (problems.length > 0) {
    const doing = `reading the cleanup policy of tenant ${id}`;
    throw new OceanBaseError("input", `${doing}: ${problemsText(problems)}`);
  }
  return await withCluster(inputs, context, async (cluster) => {
    const { address, server } = cluster;
    const refused = (why: string) => new OceanBaseError("refused", `${address}: ${why}`);
    const own = server.tenant.name;
    if (!isInSys(cluster) && id !== own) {
      throw refused(
        `a login to tenant ${own} sees its own cleanup policy only; give ${own} as the id, or log in to sys`,
      );
    }
    const target = isInSys(cluster) ? { ...inputs, tenant: id } : inputs;
    const tenant = tenantToRead(cluster, target);
    const shown = await readCleanupPolicy(cluster, tenant);
    if (shown === undefined) {
      throw refused(`tenant ${id} has no cleanup policy to read; add one, or correct the id`);
    }
    const outputs = { adopted: true, tenantId: tenant.id, server: serverRecord(server), warnings: [] };
    return stateOf(target, shown, id, outputs);
  });
}
