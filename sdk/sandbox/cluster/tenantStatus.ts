import type { Features } from "../versions.ts";
import type { Tenant } from "./tenants.ts";

/**
 * Whether backup statements are for this tenant at all; CANCEL BACKUP passes over the others without a word.
 * P: ObBackupDataScheduler::check_tenant_status.
 */
export function takesBackupStatements(tenant: Tenant, version: Features): boolean {
  if (tenant.status !== "NORMAL") return false;
  if (tenant.inRecycleBin && version.passesOverRecycleBin) return false;
  return !(tenant.restoresRemotely && version.passesOverRemoteRestore);
}
