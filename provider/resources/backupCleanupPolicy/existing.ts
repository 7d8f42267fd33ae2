import { readCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { isInSys } from "../../oceanbase/cluster/server";
import { OceanBaseError } from "../../oceanbase/errors";
import { identifyForSession, serverRecord, withinLookTime, withSession } from "../cluster";
import { type LoginInputs, loginProblems } from "../connection";
import type { Context } from "../context";
import { problemsText, unknownFieldProblems } from "../inputProblems";
import { type BackupCleanupPolicyState, stateOf } from "./outputs";
import { tenantToRead } from "./target";

/**
 * The cleanup policy of a tenant, for a program that reads it without managing it. Fails when there is none. No check
 * has seen the inputs before, so what is wrong with them is said here.
 *
 * @param id the name of the tenant; with a login to a user tenant, of that one
 */
export async function readExisting(
  id: string,
  inputs: LoginInputs,
  context: Context,
): Promise<BackupCleanupPolicyState> {
  const problems = [
    ...loginProblems(inputs),
    ...unknownFieldProblems(inputs, ["connection", "password", "tlsKey"], ""),
  ];
  if (problems.length > 0) {
    throw new OceanBaseError(
      "input",
      `reading the cleanup policy of tenant ${id}: ${problemsText(problems)}`,
    );
  }
  return await withSession(inputs, context, async (session) => {
    const server = await identifyForSession(session, context);
    const refused = (why: string) => new OceanBaseError("refused", `${session.address}: ${why}`);
    const own = server.tenant.name;
    if (!isInSys(server) && id !== own) {
      throw refused(
        `a login to tenant ${own} sees its own cleanup policy only; give ${own} as the id, or log in to sys`,
      );
    }
    const target = isInSys(server) ? { ...inputs, tenant: id } : inputs;
    const tenant = tenantToRead(session, server, target);
    const shown = await readCleanupPolicy(session, server, tenant, withinLookTime(context));
    if (shown === undefined) {
      throw refused(`tenant ${id} has no cleanup policy to read; add one, or correct the id`);
    }
    return stateOf(target, shown, id, {
      adopted: true,
      tenantId: tenant.id,
      server: serverRecord(server),
      warnings: [],
    });
  });
}
