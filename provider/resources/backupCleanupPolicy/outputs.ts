import { windowText } from "../../oceanbase/cleanup/cleanupPolicyChange";
import type { CleanupPolicy } from "../../oceanbase/statements";
import type { ServerRecord } from "../cluster";
import { type BackupCleanupPolicyInputs, inputsIn } from "./inputs";

/** What a cleanup policy adds to the inputs in the state. */
export interface BackupCleanupPolicyOutputs {
  /** Whether the policy was there already, so that nothing was sent. */
  adopted: boolean;
  /** The last ADD DELETE BACKUP POLICY that was sent; absent when none was. */
  statement?: string;
  /** Id of the tenant, as text: a tenant that is made anew under the same name has another one. */
  tenantId: string;
  /** The server that the policy is on. */
  server: ServerRecord;
  /** One line for people. */
  summary: string;
  warnings: readonly string[];
  /**
   * The last attempt did not come to its end, and the next `up` goes on. Absent when all is well.
   *
   * - `create`: it may have added the policy; a different one that is found is somebody else's.
   * - `change`: it may have dropped the policy that was there.
   */
  unfinished?: "create" | "change";
}

/**
 * Inputs and outputs. `recoveryWindow` is what the server showed last; `redundancy` and `backupCopies`, which it does
 * not show, are those that the policy was made with.
 */
export type BackupCleanupPolicyState = BackupCleanupPolicyInputs & BackupCleanupPolicyOutputs;

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
  } = inputsIn(inputs);
  const text = outputs.unfinished === undefined ? policyText(policy) : "not finished";
  return { ...others, ...policy, ...outputs, summary: `cleanup policy of ${tenantName}: ${text}` };
}

/** New inputs with everything else as it was, for a change that sends nothing. */
export function withOutputsOf(
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
): BackupCleanupPolicyState {
  const { recoveryWindow, summary } = state;
  return {
    ...inputs,
    // As long as the one that is asked for, and written as the server has it.
    ...(recoveryWindow === undefined ? {} : { recoveryWindow }),
    ...settledOutputsOf(state),
    summary,
  };
}

/** The outputs of a state that is not unfinished any more, without what is said in words. */
export function settledOutputsOf(
  state: BackupCleanupPolicyState,
): Omit<BackupCleanupPolicyOutputs, "summary" | "unfinished"> {
  const { adopted, statement, tenantId, server, warnings } = state;
  return { adopted, ...(statement === undefined ? {} : { statement }), tenantId, server, warnings };
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
