import type { ServerRecord } from "../sessions";
import type { BackupCleanupPolicyInputs } from "./inputs";

/*
 * Loaded by programs too: types and names, no code behind them.
 */

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
   * - `create`: it may have added the policy; a different one that is found belongs to another owner.
   * - `change`: it may have dropped the policy that was there.
   */
  unfinished?: "create" | "change";
}

/**
 * Inputs and outputs. `recoveryWindow` is what the server showed last; `redundancy` and `backupCopies`, which it does
 * not show, are those that the policy was made with.
 */
export type BackupCleanupPolicyState = BackupCleanupPolicyInputs & BackupCleanupPolicyOutputs;

/** Every output that a program can read, by name; the window is an input that the server may write in another way. */
export const BACKUP_CLEANUP_POLICY_OUTPUTS = {
  adopted: undefined,
  statement: undefined,
  recoveryWindow: undefined,
  tenantId: undefined,
  server: undefined,
  summary: undefined,
  warnings: undefined,
} as const satisfies Record<
  keyof Omit<BackupCleanupPolicyOutputs, "unfinished"> | "recoveryWindow",
  undefined
>;

/** Everything that a program can read of it, by name: the inputs as they were given, and the outputs. */
export const BACKUP_CLEANUP_POLICY_PROPERTIES = {
  connection: undefined,
  tenant: undefined,
  policyName: undefined,
  redundancy: undefined,
  backupCopies: undefined,
  overwrite: undefined,
  onUnreachable: undefined,
  ...BACKUP_CLEANUP_POLICY_OUTPUTS,
} as const satisfies Record<
  keyof Omit<BackupCleanupPolicyState, "password" | "tlsKey" | "unfinished">,
  undefined
>;
