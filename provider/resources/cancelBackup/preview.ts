import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { plannedStatement } from "../../oceanbase/stop/stopBackups";
import { oneLine } from "../../text";
import { withSession } from "../cluster";
import type { Context } from "../context";
import type { Preview } from "../defineResource";
import { hasUnknown } from "../inputTable";
import { inPreviewTime } from "../previewTime";
import type { CancelBackupInputs } from "./inputs";
import { nextStep } from "./nextStep";
import type { CancelBackupState } from "./outputs";
import { describe, readSnapshot } from "./previewText";

/**
 * What a create, or with a state an update, would do as things are now: the statement, and the jobs that it would stop. A
 * cluster that cannot be asked fails no preview.
 */
export async function preview(
  inputs: CancelBackupInputs,
  context: Context,
  state?: CancelBackupState,
): Promise<Preview<CancelBackupState>> {
  // A trigger that is not known yet is another one, and no server is asked about it.
  const { triggers: _, reason: __, ...asked } = inputs;
  if (hasUnknown(asked)) {
    return { text: "what runs now cannot be shown: some inputs are not known yet" };
  }
  try {
    return await inPreviewTime(inputs, context, (inTime) => look(inputs, inTime, state));
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const isAway = isOfKind(error, "unreachable", "transient", "aborted");
    const what = isAway ? "what this would do cannot be seen from here" : "as things are now it would fail";
    return { text: oneLine(`${what}: ${error.message}`) };
  }
}

async function look(
  inputs: CancelBackupInputs,
  context: Context,
  state: CancelBackupState | undefined,
): Promise<Preview<CancelBackupState>> {
  const step = await nextStep(inputs, context, state);
  if (step.kind === "keep") return { state: step.state };
  if (inputs.previewJobs === false) return {};
  const jobs = describe(await readSnapshot(inputs, context), inputs);
  if (step.kind === "rehearse") return { text: oneLine(jobs) };
  const statement = await withSession(inputs, context, (session) =>
    plannedStatement(session, step.request, context),
  );
  if (statement === undefined) return { text: oneLine(`${jobs}; nothing would be sent`) };
  return { outputs: { statement }, text: oneLine(`${jobs}; would send ${statement}`) };
}
