import { given } from "../../given";
import { windowText } from "../../oceanbase/cleanup/cleanupPolicies";
import type { CleanupPolicy } from "../../oceanbase/statements";
import { inputsIn } from "../inputTable";
import { BACKUP_CLEANUP_POLICY, type BackupCleanupPolicyInputs } from "./inputs";
import type { BackupCleanupPolicyOutputs, BackupCleanupPolicyState } from "./outputs";

/**
 * A state with this policy in the place of the one that the inputs ask for.
 *
 * @param inputs inputs, or a state, whose outputs are passed over
 */
export function stateOf(
  inputs: BackupCleanupPolicyInputs,
  policy: CleanupPolicy | undefined,
  tenantName: string,
  outputs: Omit<BackupCleanupPolicyOutputs, "summary">,
): BackupCleanupPolicyState {
  const {
    recoveryWindow: _window,
    redundancy: _redundancy,
    backupCopies: _copies,
    ...others
  } = inputsIn(BACKUP_CLEANUP_POLICY, inputs);
  const text = outputs.unfinished === undefined ? policyText(policy) : "not finished";
  return { ...others, ...policy, ...outputs, summary: `cleanup policy of ${tenantName}: ${text}` };
}

/** New inputs with everything else as it was, for a change that sends nothing. */
export function withOutputsOf(
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
): BackupCleanupPolicyState {
  const { recoveryWindow, summary } = state;
  // The window is as long as the one that is asked for, and written as the server has it.
  return { ...inputs, ...given({ recoveryWindow }), ...settledOutputsOf(state), summary };
}

/** The outputs of a state that is not unfinished any more, without what is said in words. */
export function settledOutputsOf(
  state: BackupCleanupPolicyState,
): Omit<BackupCleanupPolicyOutputs, "summary" | "unfinished"> {
  const { adopted, statement, tenantId, server, warnings } = state;
  return { adopted, ...given({ statement }), tenantId, server, warnings };
}

function policyText(policy: CleanupPolicy | undefined): string {
  if (policy === undefined) return "none";
  const { redundancy, backupCopies } = policy;
  const hidden = [
    ...(redundancy === undefined ? [] : [`redundancy ${redundancy}`]),
    ...(backupCopies === undefined ? [] : [`backup copies ${backupCopies}`]),
  ];
  return [windowText(policy), ...hidden].join(", ");
}
