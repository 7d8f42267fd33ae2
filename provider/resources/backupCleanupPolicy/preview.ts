import { readCleanupPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import { plannedStatements } from "../../oceanbase/cleanup/cleanupPolicyChange";
import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { oneLine } from "../../text";
import type { Context } from "../context";
import type { Preview } from "../defineResource";
import { hasUnknown } from "../inputTable";
import { inPreviewTime } from "../previewTime";
import { type BackupCleanupPolicyInputs, targetTenant } from "./inputs";
import { type NextStep, takeNextStep } from "./nextStep";
import type { BackupCleanupPolicyState } from "./outputs";
import { shorterWindowText } from "./previewWarning";

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
  try {
    return await inPreviewTime(inputs, context, (inTime) =>
      takeNextStep(inputs, inTime, state, (step) => previewOf(step, inputs, context)),
    );
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const isAway = isOfKind(error, "unreachable", "transient", "aborted");
    const what = isAway ? "what this would do cannot be seen from here" : "as things are now it would fail";
    return { text: oneLine(`${what}: ${error.message}`) };
  }
}

async function previewOf(
  step: NextStep,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<Preview<BackupCleanupPolicyState>> {
  if (step.kind === "keep") return { state: step.state };
  const { cluster, tenant } = step.place;
  const statements = await plannedStatements(step.place, step.request);
  const warning = shorterWindowText(inputs, await readCleanupPolicy(cluster, tenant), cluster);
  if (warning !== undefined) context.warn(warning);
  const statement = statements.at(-1);
  if (statement !== undefined) return { outputs: { statement }, text: `would send ${statements.join("; ")}` };
  return { text: `tenant ${targetTenant(inputs)} has this cleanup policy already: nothing would be sent` };
}
