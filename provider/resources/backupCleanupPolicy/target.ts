import type { PolicyPlace } from "../../oceanbase/cleanup/cleanupPolicyChange";
import { checkNotLocked, resolveScope, type Scope } from "../../oceanbase/cluster/scope";
import type { Server, Tenant } from "../../oceanbase/cluster/server";
import type { Session } from "../../oceanbase/connection/session";
import { OceanBaseError } from "../../oceanbase/errors";
import { withinLookTime } from "../cluster";
import type { Context } from "../context";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";

/*
 * The one tenant that a cleanup policy is for, as a server knows it.
 */

/** Where a statement for these inputs goes; refused when the tenant is unknown, locked or not NORMAL. */
export function policyPlace(
  session: Session,
  server: Server,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): PolicyPlace {
  const scope = targetScope(session, server, inputs);
  checkNotLocked(session.address, scope);
  const [tenant] = scope.tenants;
  if (tenant === undefined) {
    const status = scope.skipped[0]?.status;
    throw new OceanBaseError(
      "refused",
      `${session.address}: tenant ${targetTenant(inputs)} is ${status}, and only a NORMAL tenant takes a cleanup policy; try again when it is`,
    );
  }
  const { signal } = context;
  const untilMs = () => withinLookTime(context);
  return { session, server, tenant, untilMs, ...(signal === undefined ? {} : { signal }) };
}

/** The tenant for looking at it, in whatever state it is; refused when there is none of that name. */
export function tenantToRead(session: Session, server: Server, inputs: BackupCleanupPolicyInputs): Tenant {
  const { tenants, skipped } = targetScope(session, server, inputs);
  // It is one of the two, or the scope would have been refused.
  return [...tenants, ...skipped][0] as Tenant;
}

/** The tenant as it is now; undefined when there is none of that name. */
export function findTarget(server: Server, inputs: BackupCleanupPolicyInputs): Tenant | undefined {
  const name = targetTenant(inputs);
  return server.tenants.find((tenant) => tenant.name === name);
}

function targetScope(session: Session, server: Server, inputs: BackupCleanupPolicyInputs): Scope {
  const asked = inputs.tenant === undefined ? "own" : [inputs.tenant];
  return resolveScope(session.address, server, asked, inputs.connection.tenant, false);
}
