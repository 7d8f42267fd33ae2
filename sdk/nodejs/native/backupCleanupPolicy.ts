import type * as pulumi from "@pulumi/pulumi";
import { BACKUP_CLEANUP_POLICY_PROPERTIES } from "../../../provider/resources/backupCleanupPolicy/outputs";
import { type BackupCleanupPolicyArgs, BackupCleanupPolicyOutputs } from "../backupCleanupPolicy";
import { tokenOf } from "../pluginToken";
import { byPlugin, withMarkedSecrets } from "./reach";

/**
 * The automatic cleanup policy of an OceanBase tenant, as the class of this name in `pulumi-oceanbase-backup`, by the
 * plugin: a preview shows the statements, and a policy that is there can be imported, by the name of its tenant.
 *
 * @example A stack that has the resource by Pulumi's dynamic host keeps it.
 * ```ts
 * const aliases = [{ type: "pulumi-nodejs:dynamic/oceanbase:BackupCleanupPolicy" }];
 * new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "7d" }, { aliases });
 * ```
 */
export class BackupCleanupPolicy extends BackupCleanupPolicyOutputs {
  /** The type of the resources of this class, by which the SDK of Pulumi's policies knows it. */
  static readonly __pulumiType: string = tokenOf("BackupCleanupPolicy");

  /**
   * Reads a policy that is there, in previews as well, and manages nothing: it is never changed and never dropped. Fails
   * when the tenant has none.
   *
   * @param name the resource's name in the stack
   * @param id the name of the tenant; with a login to a user tenant, of that one
   * @param args where the cluster is and who logs in
   * @param options Pulumi's resource options
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    args: Pick<BackupCleanupPolicyArgs, "connection"> = {},
    options?: pulumi.CustomResourceOptions,
  ): BackupCleanupPolicy {
    return new BackupCleanupPolicy(name, args, { ...options, id });
  }

  /**
   * @param name the resource's name in the stack
   * @param args whose policy, and what it says
   * @param options Pulumi's resource options; a replacement deletes first, as `deleteBeforeReplace`, because a tenant
   *   has one policy
   */
  constructor(name: string, args: BackupCleanupPolicyArgs = {}, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...BACKUP_CLEANUP_POLICY_PROPERTIES, ...withMarkedSecrets(args) };
    super(byPlugin(BackupCleanupPolicy.__pulumiType), name, inputs, {
      deleteBeforeReplace: true,
      ...options,
    });
  }
}
