import { readCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { plannedStatements } from "../../oceanbase/cleanup/cleanupPolicyChange";
import { readPrivilegeWarning } from "../../oceanbase/cluster/privileges";
import type { Context } from "../context";
import type { Preview } from "../defineResource";
import { hasUnknown } from "../inputTable";
import { inPreviewTime, orFailureText } from "../previewTime";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";
import { type NextStep, takeNextStep } from "./nextStep";
import type { BackupCleanupPolicyState } from "./outputs";
import { shorterWindowText } from "./shorterWindow";

/**
 * What a create, or with a state an update, would send as things are now. A cluster that cannot be asked fails no preview.
 */
export async function preview(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
  state?: BackupCleanupPolicyState,
): Promise<Preview<BackupCleanupPolicyState>> {
  if (hasUnknown(inputs)) {
    return { text: "what would be sent cannot be shown: some inputs are not known yet" };
  }
  return await orFailureText(context, () =>
    inPreviewTime(inputs, context, (inTime) =>
      takeNextStep(inputs, inTime, state, (step) => previewOf(step, inputs, context)),
    ),
  );
}

async function previewOf(
  step: NextStep,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<Preview<BackupCleanupPolicyState>> {
  if (step.kind === "keep") {
    return { state: step.state, text: "only the record changes: nothing would be sent" };
  }
  const { cluster, tenant } = step.place;
  const statements = await plannedStatements(step.place, step.request);
  const warning = shorterWindowText(inputs, await readCleanupPolicy(cluster, tenant), cluster);
  if (warning !== undefined) context.warn(warning);
  const statement = statements.at(-1);
  if (statement === undefined) {
    return { text: `tenant ${targetTenant(inputs)} has this cleanup policy already: nothing would be sent` };
  }
  const privilege = await readPrivilegeWarning(cluster);
  if (privilege !== undefined) context.warn(privilege);
  return { outputs: { statement }, text: `would send ${statements.join("; ")}` };
}
