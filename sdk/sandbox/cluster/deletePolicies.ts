import type { DatabaseSync } from "node:sqlite";
import { errors } from "./errors.ts";
import type { Tenant } from "./tenants.ts";

export interface DeletePolicy {
  policy: string;
  recoveryWindow: string | undefined;
  redundancy: number | undefined;
  backupCopies: number | undefined;
}

/** A number with a unit, or in seconds without one. There are no weeks. */
const RECOVERY_WINDOW = /^\d+(us|ms|s|m|h|d)?$/i;

/** Cleanup policies: stored and shown. What follows from one is the cleanup service's affair. */
export class DeletePolicies {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** The tenants that have a policy. */
  tenantIds(): number[] {
    const rows = this.db
      .prepare("SELECT DISTINCT tenant_id FROM oceanbase.__all_backup_delete_policy ORDER BY tenant_id")
      .all();
    return rows.map((row) => Number(row.tenant_id));
  }

  resolveAdd(tenant: Tenant, request: DeletePolicy): () => void {
    checkName(request.policy);
    const { recoveryWindow, redundancy } = request;
    if (recoveryWindow === undefined && redundancy === undefined) {
      throw errors.notSupported("Neither recovery_window nor redundancy is set not supported");
    }
    if (recoveryWindow !== undefined && !RECOVERY_WINDOW.test(recoveryWindow)) {
      throw errors.notSupported("recovery window is not be time string not supported");
    }
    if (recoveryWindow === undefined && redundancy !== 1) {
      throw errors.notSupported("Redundancy not equal to 1 is not supported");
    }
    return () => {
      const row = this.db
        .prepare(
          "INSERT OR IGNORE INTO oceanbase.__all_backup_delete_policy VALUES (?, ?, ?, ?, ?) RETURNING 1",
        )
        .get(tenant.id, request.policy, recoveryWindow ?? "", redundancy ?? 1, request.backupCopies ?? 0);
      if (row === undefined) throw errors.duplicateEntry(`${tenant.id}-${request.policy}`);
    };
  }

  /** Leaves the tenant with this window's policy and no other, or with none. A wrong window changes nothing. */
  set(tenant: Tenant, recoveryWindow: string | undefined): void {
    const policy = "default";
    const drop = this.resolveDrop(tenant, policy);
    const add =
      recoveryWindow !== undefined &&
      this.resolveAdd(tenant, { policy, recoveryWindow, redundancy: undefined, backupCopies: undefined });
    drop();
    if (add) add();
  }

  /** Dropping what is not there is a success, as on the server. */
  resolveDrop(tenant: Tenant, policy: string): () => void {
    checkName(policy);
    return () => {
      this.db
        .prepare("DELETE FROM oceanbase.__all_backup_delete_policy WHERE tenant_id = ? AND policy_name = ?")
        .run(tenant.id, policy);
    };
  }
}

function checkName(policy: string): void {
  if (policy !== "default") {
    throw errors.notSupported("The policy name is not 'default', it is not supported");
  }
}
