import type { CancelBackupInputs } from "../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../provider/resources/cancelBackup/lifecycle.ts";
import type { CancelBackupState } from "../../../provider/resources/cancelBackup/outputs.ts";
import type { Context } from "../../../provider/resources/context.ts";
import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { connectionTo } from "./sandbox.ts";

/** Inputs from sys for `mysql_tenant`. The password stands in the resource, unless a test says otherwise. */
export function inputsFor(sandbox: Sandbox, changes: Partial<CancelBackupInputs> = {}): CancelBackupInputs {
  const { sys } = sandbox.logins;
  return {
    connection: connectionTo(sandbox, sys),
    password: sys.password,
    tenants: ["mysql_tenant"],
    timeoutSeconds: 15,
    ...changes,
  };
}

/** The record as a refresh leaves it. */
export async function refreshed(state: CancelBackupState, context: Context): Promise<CancelBackupState> {
  const now = await cancelBackup.read("id", state, context);
  if (now === undefined) throw new Error("a CancelBackup cannot be gone");
  return now;
}
