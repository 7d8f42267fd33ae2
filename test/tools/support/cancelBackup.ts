import type { CancelBackupInputs } from "../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../provider/resources/cancelBackup/lifecycle.ts";
import type { CancelBackupState } from "../../../provider/resources/cancelBackup/outputs.ts";
import type { Context } from "../../../provider/resources/context.ts";
import { PartialFailure } from "../../../provider/resources/defineResource.ts";
import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { backupsIn } from "./backups.ts";
import { connectionTo, recordingContext, useSandbox } from "./sandbox.ts";

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
export async function refreshed(
  state: CancelBackupState,
  context: Context = recordingContext(),
): Promise<CancelBackupState> {
  const now = await cancelBackup.read("id", state, context);
  if (now === undefined) throw new Error("a CancelBackup cannot be gone");
  return now;
}

/** The record as it would be if the address had belonged to another cluster then. */
export function onAnotherCluster(state: CancelBackupState): CancelBackupState {
  return {
    ...state,
    server: { version: "4.2.5.1", cluster: "obdemo", clusterId: "7", tenant: "sys", mode: "MYSQL" },
  };
}

/** Gives every test of a file a sandbox of its own, and CancelBackup resources on it. */
export function useCancelBackup() {
  const sandbox = useSandbox();
  const inputs = (changes: Partial<CancelBackupInputs> = {}) => inputsFor(sandbox(), changes);

  /** A resource that was made without a failure; the log begins after it. */
  async function created(changes: Partial<CancelBackupInputs> = {}, context: Context = recordingContext()) {
    const { id, state } = await cancelBackup.create(inputs(changes), context);
    sandbox().log.clear();
    return { id, state };
  }

  /** The record that a create leaves behind when the tenant's tasks cannot be stopped; the log begins after it. */
  async function unfinished(
    changes: Partial<CancelBackupInputs> = {},
  ): Promise<PartialFailure<CancelBackupState>> {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const failure = await cancelBackup
      .create(inputs({ timeoutSeconds: 1, ...changes }), recordingContext())
      .catch((error) => error);
    if (!(failure instanceof PartialFailure)) throw failure;
    sandbox().log.clear();
    return failure;
  }

  return { sandbox, ...backupsIn(sandbox), inputs, created, unfinished };
}
