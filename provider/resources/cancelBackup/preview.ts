import { readPrivilegeWarning } from "../../oceanbase/cluster/privileges";
import { type JobSnapshot, readJobSnapshot } from "../../oceanbase/jobs/jobList";
import { plannedTarget, statementFor } from "../../oceanbase/stop/stopBackups";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { type Target, targetAt } from "../../oceanbase/stop/target";
import { oneLine } from "../../text";
import type { ClusterSight } from "../command";
import type { Context } from "../context";
import type { Preview } from "../defineResource";
import { hasUnknown } from "../inputTable";
import { inPreviewTime, orFailureText } from "../previewTime";
import { withCluster, withSession } from "../sessions";
import { type CancelBackupInputs, cancelsOnCreate, stopRequestOf } from "./inputs";
import { nextStep } from "./nextStep";
import type { CancelBackupState } from "./outputs";
import { jobsText, shortStatement } from "./previewText";

/**
 * What a create, or with a state an update, would do as things are now: the jobs that it would stop, and the statement. A
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
  return await orFailureText(context, () =>
    inPreviewTime(inputs, context, (inTime) => look(inputs, inTime, state)),
  );
}

async function look(
  inputs: CancelBackupInputs,
  context: Context,
  state: CancelBackupState | undefined,
): Promise<Preview<CancelBackupState>> {
  const step = await nextStep(inputs, context, state);
  if (step.kind === "keep")
    return { state: step.state, text: "only the record changes: nothing would be sent" };
  if (inputs.previewJobs === false) return {};
  const { snapshot, privilege } = await sharedSight(inputs, context);
  const request = step.kind === "stop" ? step.request : stopRequestOf(inputs);
  const target = await targetFor(request, snapshot, inputs, context);
  const jobs = jobsText(snapshot, target, {
    asked: request.selection,
    isDeferred: !cancelsOnCreate(inputs),
  });
  const statement = step.kind === "rehearse" ? undefined : statementFor(target);
  if (step.kind === "stop" && statement === undefined)
    return { text: oneLine(`${jobs}; nothing would be sent`) };
  if (privilege !== undefined) context.warn(privilege);
  if (statement === undefined) return { text: oneLine(jobs) };
  return { outputs: { statement }, text: oneLine(`${jobs}; would send ${shortStatement(target)}`) };
}

/** What the snapshot says, unless there is more to be asked for before anything is sent. */
async function targetFor(
  request: StopRequest,
  snapshot: JobSnapshot,
  inputs: CancelBackupInputs,
  context: Context,
): Promise<Target> {
  const { requireRestorePoint, waitForCleanup } = request;
  if (!requireRestorePoint && !waitForCleanup) return targetAt(snapshot, request);
  return await withSession(inputs, context, (session) => plannedTarget(session, request, context));
}

/** What one preview has seen, for all resources of the same login. */
async function sharedSight(inputs: CancelBackupInputs, context: Context): Promise<ClusterSight> {
  const { connection, password, tlsKey } = inputs;
  const login = JSON.stringify([connection, password, tlsKey]);
  const { sights } = context.command;
  const sight =
    sights.get(login) ??
    withCluster(inputs, context, async (cluster) => ({
      snapshot: await readJobSnapshot(cluster),
      privilege: await readPrivilegeWarning(cluster),
    }));
  sights.set(login, sight);
  return await sight;
}
