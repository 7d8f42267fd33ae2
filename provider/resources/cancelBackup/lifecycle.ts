import { randomUUID } from "node:crypto";
import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { rehearseStop, stopBackups } from "../../oceanbase/stop/stopBackups";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import type { Context } from "../context";
import { type Difference, defineResource, type Made } from "../defineResource";
import { changedInputs } from "../inputTable";
import { atDeletion, recordIn, withSession } from "../sessions";
import { CANCEL_BACKUP, type CancelBackupInputs, cancelsOnDelete, stopRequestOf } from "./inputs";
import { hasDrifted, nextStep } from "./nextStep";
import { CANCEL_BACKUP_OUTPUTS, type CancelBackupOutputs, type CancelBackupState, NO_LISTS } from "./outputs";
import { preview } from "./preview";
import { inCurrentWords } from "./recordedState";
import { refresh } from "./refresh";
import { endTexts, outcomeOf, outputsFrom, withSummary } from "./report";

/** The lifecycle of a CancelBackup. It cannot be gone: what was done was done. */
export const cancelBackup = defineResource<CancelBackupInputs, CancelBackupState>({
  inputs: CANCEL_BACKUP,
  outputs: CANCEL_BACKUP_OUTPUTS,
  upgrade: inCurrentWords,
  diff,
  preview,
  create: async (inputs, context) => ({ id: randomUUID(), ...(await carryOut(inputs, context)) }),
  update: (_id, state, inputs, context) => carryOut(inputs, context, state),
  refresh,
  get: () => {
    throw new Error("a CancelBackup is something that was done: there is none to be imported or read");
  },
  delete: remove,
});

/** What has changed, or that the last attempt is not settled. Nothing ever replaces. */
function diff(state: CancelBackupState, inputs: CancelBackupInputs): Difference {
  const { outcome } = state;
  const isOpen = outcome === "unfinished" || outcome === "wouldFail" || hasDrifted(state, inputs);
  return { changed: [...changedInputs(CANCEL_BACKUP, state, inputs), ...(isOpen ? ["outcome"] : [])] };
}

/** Does what the resource, or a change of it, asks for. */
async function carryOut(
  inputs: CancelBackupInputs,
  context: Context,
  state?: CancelBackupState,
): Promise<Made<CancelBackupState>> {
  const step = await nextStep(inputs, context, state);
  switch (step.kind) {
    case "stop":
      return await stop(inputs, context, step.request);
    case "rehearse":
      return await rehearse(inputs, context, state);
    case "keep":
      return { state: step.state, warnings: [] };
  }
}

/** Stops the backups and turns the report into state. */
async function stop(
  inputs: CancelBackupInputs,
  context: Context,
  request: StopRequest,
): Promise<Made<CancelBackupState>> {
  const report = await withSession(inputs, context, (session) => stopBackups(session, request, context));
  const state = { ...inputs, ...outputsFrom(report, outcomeOf(report, inputs)) };
  const { outcome, warnings } = state;
  return { state, warnings, interrupted: outcome === "unfinished" ? report.interrupted : undefined };
}

/**
 * Finds out whether a stop at deletion could work. What would keep it from that is a warning: the day of the teardown may
 * be far away, and the tenants and the login can be mended until then. The cluster of record stays the one that was found
 * last: a deletion must not reach for another one that happens to answer then.
 */
async function rehearse(
  inputs: CancelBackupInputs,
  context: Context,
  before?: CancelBackupState,
): Promise<Made<CancelBackupState>> {
  const outputs = await withSession(inputs, context, (session) =>
    rehearseStop(session, stopRequestOf(inputs), context),
  ).then(
    (report) => outputsFrom(report, "deferred"),
    (error): CancelBackupOutputs => {
      if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
      const isSameLogin = before?.connection.tenant === inputs.connection.tenant;
      return withSummary({
        outcome: "wouldFail",
        ...NO_LISTS,
        ...(isSameLogin && before?.server ? { server: before.server } : {}),
        warnings: [`as things are, nothing could be cancelled at deletion: ${error.message}`],
      });
    },
  );
  return { state: { ...inputs, ...outputs }, warnings: outputs.warnings };
}

/** Deletes nothing on the server; when asked to, it stops the backups first, as a teardown needs it. */
async function remove(state: CancelBackupState, context: Context): Promise<void> {
  if (!cancelsOnDelete(state)) return;
  const request = { ...stopRequestOf(state), ignoreMissing: true, ...recordIn(state) };
  await atDeletion(state, context, async (session) => {
    // Only before anything was sent a failure is thrown as such.
    const report = await stopBackups(session, request, context);
    const { warnings, interrupted } = report;
    // Nothing is left of the resource that could be looked into.
    for (const text of endTexts(report)) context.inform(text);
    for (const warning of warnings) context.warn(warning);
    if (interrupted === undefined) return;
    if (interrupted.kind !== "timeout" || state.onTimeout !== "warn") throw interrupted;
    context.warn(interrupted.message);
  });
}
