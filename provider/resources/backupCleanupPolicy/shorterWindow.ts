import type { ShownPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { isShorterWindow } from "../../oceanbase/cleanup/recoveryWindow";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { cleansUpAtAdd } from "../../oceanbase/cluster/versions";
import { oneLine } from "../../text";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";

/**
 * What a window that is shorter than that of the policy which is there costs; undefined when it is not.
 * Facts: cleanup-at-add, cleanup-hourly
 */
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
