import type * as pulumi from "@pulumi/pulumi";
import { CANCEL_BACKUP_PROPERTIES } from "../../../provider/resources/cancelBackup/outputs";
import { type CancelBackupArgs, CancelBackupOutputs } from "../cancelBackup";
import { tokenOf } from "../pluginToken";
import { byPlugin, withMarkedSecrets } from "./reach";

/**
 * Stops the ongoing backups of OceanBase tenants, as the class of this name in `pulumi-oceanbase-backup` does, by the
 * plugin: a preview shows the statement, `customTimeouts` count, Ctrl-C ends a wait at once, and the option `provider`
 * says which cluster is meant.
 *
 * @example A stack that has the resource by Pulumi's dynamic host keeps it.
 * ```ts
 * const aliases = [{ type: "pulumi-nodejs:dynamic/oceanbase:CancelBackup" }];
 * const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] }, { aliases });
 * ```
 */
export class CancelBackup extends CancelBackupOutputs {
  /** The type of the resources of this class, by which the SDK of Pulumi's policies knows it. */
  static readonly __pulumiType: string = tokenOf("CancelBackup");

  /**
   * @param name the resource's name in the stack
   * @param args whose backups, on which cluster, and when
   * @param options Pulumi's resource options; `dependsOn` decides what a teardown waits for
   */
  constructor(name: string, args: CancelBackupArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(
      byPlugin(CancelBackup.__pulumiType),
      name,
      { ...CANCEL_BACKUP_PROPERTIES, ...withMarkedSecrets(args) },
      options,
    );
  }
}
