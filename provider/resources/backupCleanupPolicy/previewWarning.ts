import { readCleanupPolicy, type ShownPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { isShorterWindow } from "../../oceanbase/cleanup/recoveryWindow";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { cleansUpAtAdd } from "../../oceanbase/cluster/versions";
import { oneLine } from "../../text";
import { withCluster } from "../cluster";
import type { Context } from "../context";
import { checkInputs } from "../inputTable";
import { inPreviewTime } from "../previewTime";
import { BACKUP_CLEANUP_POLICY, type BackupCleanupPolicyInputs, targetTenant } from "./inputs";
import { findTarget } from "./target";

/**
 * What a person should know before these inputs are carried out: a shorter recovery window deletes backups, on newer
 * servers as soon as the policy is there. Undefined when there is nothing to be said, and when the inputs are wrong, because
 * the check of the resource says so. Fails when the cluster cannot be asked. Facts: cleanup-at-add, cleanup-hourly
 */
export async function previewWarning(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<string | undefined> {
  if (checkInputs(BACKUP_CLEANUP_POLICY, inputs).length > 0) return undefined;
  const look = async (cluster: Cluster) => {
    const tenant = findTarget(cluster.server, inputs);
    return tenant && shorterWindowText(inputs, await readCleanupPolicy(cluster, tenant), cluster);
  };
  return await inPreviewTime(inputs, context, (inTime) => withCluster(inputs, inTime, look));
}

/** What a window that is shorter than that of the policy which is there costs; undefined when it is not. */
export function shorterWindowText(
  inputs: BackupCleanupPolicyInputs,
  shown: ShownPolicy | undefined,
  { server }: Pick<Cluster, "server">,
): string | undefined {
  const { recoveryWindow } = inputs;
  if (!isShorterWindow(recoveryWindow, shown?.recoveryWindow)) return undefined;
  const when = cleansUpAtAdd(server) ? "as soon as the policy is added" : "within the hour";
  const change = `the recovery window gets shorter, ${recoveryWindow} instead of ${shown?.recoveryWindow}`;
  return oneLine(
    `tenant ${targetTenant(inputs)}: ${change}; OceanBase ${server.version} removes the backups that it does not need any more ${when}`,
  );
}
