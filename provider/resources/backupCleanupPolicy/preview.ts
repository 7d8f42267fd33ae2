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
  const tenant = targetTenant(inputs);
  try {
    return await inPreviewTime(inputs, context, (inTime) =>
      takeNextStep(inputs, inTime, state, (step) => previewOf(step, tenant)),
    );
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const isAway = isOfKind(error, "unreachable", "transient", "aborted");
    const what = isAway ? "what this would do cannot be seen from here" : "as things are now it would fail";
    return { text: oneLine(`${what}: ${error.message}`) };
  }
}

async function previewOf(step: NextStep, tenant: string): Promise<Preview<BackupCleanupPolicyState>> {
  if (step.kind === "keep") return { state: step.state };
  const statements = await plannedStatements(step.place, step.request);
  const statement = statements.at(-1);
  if (statement !== undefined) return { outputs: { statement }, text: `would send ${statements.join("; ")}` };
  return { text: `tenant ${tenant} has this cleanup policy already: nothing would be sent` };
}
