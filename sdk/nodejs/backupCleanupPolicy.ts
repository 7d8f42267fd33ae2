import type * as pulumi from "@pulumi/pulumi";
import { BACKUP_CLEANUP_POLICY_PROPERTIES } from "../../provider/resources/backupCleanupPolicy/outputs";
import type { ConnectionInputs } from "../../provider/resources/connection";
import type { ServerRecord } from "../../provider/resources/sessions";
import { type ConnectionArgs, withLogin } from "./connection";
import { claimPolicy } from "./policyClaims";
import { byDynamicHost, dynamicTokenOf, OceanBaseResource } from "./resource";

// What these texts say of OceanBase. Facts: clause-in-sys-only, name-exact, policy-name, policy-no-change, policy-shown
// Facts: window-syntax, window-needed, unused-options, leftovers-window, cleanup-at-add

/** Arguments of {@link BackupCleanupPolicy}. */
export interface BackupCleanupPolicyArgs {
  /**
   * The user tenant whose policy it is. Required with a login to the sys tenant; with a login to a user tenant it has
   * to be left out, and the policy is that tenant's (OceanBase: the TENANT clause is for the sys tenant only). The name
   * is case-sensitive. Another tenant is another resource: the old tenant loses its policy.
   */
  tenant?: pulumi.Input<string>;
  /**
   * The policy's name, exactly so: OceanBase takes no other.
   *
   * @default "default"
   */
  policyName?: pulumi.Input<"default">;
  /**
   * How far back a restore has to be possible: backups that no such restore needs are removed. A positive whole number
   * without a leading 0, directly followed by `us`, `ms`, `s`, `m`, `h` or `d`, in any case, such as `"7d"`; OceanBase
   * has no weeks. `"168h"` and `"7d"` are the same. Required: a policy without one cleans nothing, in any version
   * (OceanBase: get_candidate_obsolete_backup_sets). What a cancelled backup leaves behind is removed when this time has
   * passed since its end. A shorter window deletes backups, from OceanBase 4.6 on as soon as it is set; a preview warns
   * of it.
   */
  recoveryWindow?: pulumi.Input<string>;
  /**
   * How many full backups are kept. OceanBase stores it; no version that was looked at uses it. When nothing is said, what
   * the server does by itself. OceanBase does not show it, so a change from outside cannot be seen.
   *
   * @asType integer
   * @minimum 1
   */
  redundancy?: pulumi.Input<number>;
  /**
   * How many copies of a backup there are to be before it may be removed. When nothing is said, what the server does by
   * itself. OceanBase does not show it, so a change from outside cannot be seen.
   *
   * @asType integer
   * @minimum 0
   */
  backupCopies?: pulumi.Input<number>;
  /**
   * Whether a different policy that the tenant has already is replaced when the resource is made; otherwise it is an
   * error that shows both windows. One with a window of the same length is taken over as it is in any case.
   *
   * @default false
   */
  overwrite?: pulumi.Input<boolean>;
  /**
   * What a delete does when the cluster cannot be reached, or is another one by now: `"fail"`, or `"skip"` because it
   * may be gone already. A refused login always fails.
   *
   * @default "fail"
   */
  onUnreachable?: pulumi.Input<"fail" | "skip">;
  /** Where the cluster is and who logs in. What is left out comes from the configuration or the environment. */
  connection?: pulumi.Input<ConnectionArgs>;
}

/** What a {@link BackupCleanupPolicy} reports, however Pulumi reaches it. */
export abstract class BackupCleanupPolicyOutputs extends OceanBaseResource {
  /** The tenant whose policy it is, as it was given; undefined with a login to a user tenant. */
  declare readonly tenant: pulumi.Output<string | undefined>;
  /** Where the cluster is and who logs in, complete and without secrets. */
  declare readonly connection: pulumi.Output<ConnectionInputs>;
  /** The policy's name, as it was given. */
  declare readonly policyName: pulumi.Output<"default" | undefined>;
  /**
   * How many full backups are kept, as it was given.
   *
   * @asType integer
   */
  declare readonly redundancy: pulumi.Output<number | undefined>;
  /**
   * How many copies of a backup there are to be, as it was given.
   *
   * @asType integer
   */
  declare readonly backupCopies: pulumi.Output<number | undefined>;
  /** Whether a different policy is replaced when the resource is made, as it was given. */
  declare readonly overwrite: pulumi.Output<boolean | undefined>;
  /** What a delete does when the cluster cannot be reached, as it was given. */
  declare readonly onUnreachable: pulumi.Output<"fail" | "skip" | undefined>;
  /** Whether the policy was there already, so that nothing was sent. */
  declare readonly adopted: pulumi.Output<boolean>;
  /** The last ADD DELETE BACKUP POLICY that was sent; undefined when none was. */
  declare readonly statement: pulumi.Output<string | undefined>;
  /** The recovery window as the server shows it; undefined for a policy without one. */
  declare readonly recoveryWindow: pulumi.Output<string | undefined>;
  /** Id of the tenant, as text. */
  declare readonly tenantId: pulumi.Output<string>;
  /** The server that the policy is on. */
  declare readonly server: pulumi.Output<ServerRecord>;
  /** All of it in one line. */
  declare readonly summary: pulumi.Output<string>;
  /** What a person should know, such as a policy that was left on another cluster. */
  declare readonly warnings: pulumi.Output<string[]>;
}

/**
 * The automatic cleanup policy of an OceanBase tenant (`ALTER SYSTEM ADD DELETE BACKUP POLICY`): backups that are no
 * longer needed are removed, and so is what a cancelled backup leaves behind. A tenant has one at most.
 *
 * A second `pulumi up` sends nothing; a refresh finds a window that was changed outside of Pulumi, or a policy that is gone,
 * and the next `up` repairs it. OceanBase cannot change a policy, so a change drops it and adds the new one; when that
 * fails the old one is put back. Deleting the resource drops the policy, also one that was there before; the resource
 * option `retainOnDelete` keeps it.
 *
 * @example
 * ```ts
 * const policy = new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "7d" });
 * new CancelBackup("stop", { tenants: ["mysql_tenant"] }, { dependsOn: policy });
 * ```
 */
export class BackupCleanupPolicy extends BackupCleanupPolicyOutputs {
  /** The type of the resources of this class, by which the SDK of Pulumi's policies knows it. */
  static readonly __pulumiType: string = dynamicTokenOf("BackupCleanupPolicy");

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
    const inputs = withLogin(args);
    // What is only read is managed elsewhere, and may be read by several resources.
    const tenant =
      options?.id === undefined ? claimPolicy(name, inputs.tenant, inputs.connection) : inputs.tenant;
    super(
      byDynamicHost(BackupCleanupPolicy.__pulumiType, "backupCleanupPolicy", {
        isPreviewWanted: options?.id === undefined,
        noImport:
          "Pulumi imports no resource of a dynamic provider; leave the option out, and a policy that says the same is adopted, or take the class of pulumi-oceanbase-backup/native",
      }),
      name,
      { ...BACKUP_CLEANUP_POLICY_PROPERTIES, ...inputs, tenant },
      { deleteBeforeReplace: true, ...options },
    );
  }
}
