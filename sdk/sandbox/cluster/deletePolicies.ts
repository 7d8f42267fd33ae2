import type { Features } from "../versions.ts";
import type { Database } from "./database.ts";
import { errors } from "./errors.ts";
import { windowUs } from "./recoveryWindow.ts";
import type { Tenant } from "./tenants.ts";

/** What ADD DELETE BACKUP POLICY asks for. */
export interface NewPolicy {
  policy: string;
  recoveryWindow: string | undefined;
  redundancy: number | undefined;
  backupCopies: number | undefined;
}

/** A stored policy, as cleanups look at it. */
export interface StoredPolicy {
  name: string;
  /** How old a backup may become; 0 when the policy has no window, and then nothing is ever cleaned up. */
  windowUs: number;
}

const LOG_ONLY = "log_only";

/** Cleanup policies: checked, stored and shown. What follows from one is the cleanup service's affair. */
export class DeletePolicies {
  /** Called after a tenant's policies have changed. */
  onChange: (tenantId: number) => void = () => {};
  private readonly database: Database;
  private readonly version: Features;

  constructor(database: Database, version: Features) {
    this.database = database;
    this.version = version;
  }

  /** The tenant's policy; undefined: none. */
  of(tenantId: number): StoredPolicy | undefined {
    const row = this.database.get(
      "SELECT * FROM oceanbase.__all_backup_delete_policy WHERE tenant_id = ?",
      tenantId,
    );
    return row && { name: String(row.policy_name), windowUs: windowUs(String(row.recovery_window)) ?? 0 };
  }

  /** The name is looked at before anything else, the tenants included. */
  checkName(policy: string): void {
    if (policy === "default" || (policy === LOG_ONLY && this.version.hasLogOnlyPolicy)) return;
    throw errors.notSupported("The policy name is not 'default', it is not supported");
  }

  /** Checks what the statement itself says, and returns what it does. */
  resolveAdd(tenant: Tenant, request: NewPolicy): () => void {
    const { recoveryWindow, redundancy } = request;
    if (recoveryWindow === undefined && redundancy === undefined) {
      throw errors.notSupported("Neither recovery_window nor redundancy is set not supported");
    }
    const hasWindow = recoveryWindow !== undefined && recoveryWindow !== "";
    if (hasWindow && windowUs(recoveryWindow) === undefined) {
      throw errors.notSupported("recovery window is not be time string not supported");
    }
    if (!hasWindow && (redundancy ?? 1) !== 1) {
      throw errors.notSupported("Redundancy not equal to 1 is not supported");
    }
    return () => this.add(tenant, request);
  }

  private add(tenant: Tenant, request: NewPolicy): void {
    const { version } = this;
    if (this.of(tenant.id) !== undefined) {
      throw version.secondPolicyErrno === 4017
        ? errors.policyExists()
        : errors.duplicateEntry(`${tenant.id}-${request.policy}`);
    }
    const window = request.recoveryWindow ?? "";
    if (version.refusesPolicyWithoutWindow && (windowUs(window) ?? 0) <= 0) {
      throw errors.incorrectArguments("the recovery window");
    }
    if (request.policy === LOG_ONLY && this.hasDataDestination(tenant.id)) throw errors.logOnlyPolicy();
    this.store(tenant, request);
    this.onChange(tenant.id);
  }

  private store(tenant: Tenant, request: NewPolicy): void {
    this.database.insert("__all_backup_delete_policy", {
      tenant_id: tenant.id,
      policy_name: request.policy,
      recovery_window: request.recoveryWindow ?? "",
      redundancy: request.redundancy ?? 1,
      backup_copies: request.backupCopies ?? 0,
    });
  }

  /** A policy that the cluster has from before its upgrade: this version may not take such a one any more. */
  inherit(tenant: Tenant, recoveryWindow: string): void {
    this.remove(tenant.id);
    this.store(tenant, { policy: "default", recoveryWindow, redundancy: undefined, backupCopies: undefined });
  }

  /** Leaves the tenant with this window's policy and no other, or with none. A wrong window changes nothing. */
  set(tenant: Tenant, recoveryWindow: string | undefined, policy: string): void {
    this.checkName(policy);
    const request = { policy, recoveryWindow, redundancy: undefined, backupCopies: undefined };
    const add = recoveryWindow === undefined ? () => {} : this.resolveAdd(tenant, request);
    this.remove(tenant.id);
    add();
  }

  /** Whether a missing policy is an error depends on the version. */
  drop(tenant: Tenant, policy: string): void {
    if (this.remove(tenant.id, policy) === 0 && this.version.dropOfAbsentPolicyFails) {
      throw errors.noSuchPolicy();
    }
  }

  /** While the tenant cleans up its log archive only, no destination for data can be set. */
  checkMaySetDestination(tenant: Tenant): void {
    if (this.of(tenant.id)?.name === LOG_ONLY) throw errors.logOnlyPolicy();
  }

  private remove(tenantId: number, policy: string | null = null): number {
    const changes = this.database.run(
      "DELETE FROM oceanbase.__all_backup_delete_policy WHERE tenant_id = ? AND policy_name = coalesce(?, policy_name)",
      tenantId,
      policy,
    );
    if (changes > 0) this.onChange(tenantId);
    return changes;
  }

  private hasDataDestination(tenantId: number): boolean {
    const row = this.database.get(
      "SELECT 1 FROM oceanbase.__all_backup_parameter WHERE tenant_id = ?",
      tenantId,
    );
    return row !== undefined;
  }
}
