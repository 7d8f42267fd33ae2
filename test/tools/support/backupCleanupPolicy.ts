import { expect } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import type { BackupCleanupPolicyState } from "../../../provider/resources/backupCleanupPolicy/outputs.ts";
import type { Context } from "../../../provider/resources/context.ts";
import { PartialFailure } from "../../../provider/resources/defineResource.ts";
import { policiesIn } from "./cleanupPolicy.ts";
import { connectionTo, recordingContext, useSandbox } from "./sandbox.ts";

/** What a test lets the server answer to a statement. */
export const REFUSAL = { kind: "error", errno: 1235, message: "injected, not supported" } as const;

/** The record that an operation saves although it fails. */
export async function partialFailure(
  work: Promise<unknown>,
): Promise<PartialFailure<BackupCleanupPolicyState>> {
  const failure = await work.catch((error) => error);
  if (!(failure instanceof PartialFailure)) throw failure;
  return failure;
}

export const failsWith = (work: Promise<unknown>, message: RegExp | string) =>
  expect(work).rejects.toThrow(message);

/** The record as it would be if the address had belonged to another cluster then. */
export function onAnotherCluster(state: BackupCleanupPolicyState): BackupCleanupPolicyState {
  return { ...state, server: { ...state.server, clusterId: "7" } };
}

/** Gives every test of a file a sandbox of its own, and BackupCleanupPolicy resources on it. */
export function useBackupCleanupPolicy() {
  const sandbox = useSandbox();

  /** Inputs from sys for one tenant. */
  function inputs(changes: Partial<BackupCleanupPolicyInputs> = {}): BackupCleanupPolicyInputs {
    const { sys } = sandbox().logins;
    return {
      connection: connectionTo(sandbox(), sys),
      password: sys.password,
      tenant: "mysql_tenant",
      recoveryWindow: "7d",
      ...changes,
    };
  }

  /** Inputs from a user tenant for its own policy. */
  function ownInputs(who: "mysqlTenant" | "oracleTenant" = "mysqlTenant"): BackupCleanupPolicyInputs {
    const { tenant: _, ...others } = inputs();
    const login = sandbox().logins[who];
    return { ...others, connection: connectionTo(sandbox(), login), password: login.password };
  }

  /** A resource that was made without a failure; the log begins after it. */
  async function created(
    changes: Partial<BackupCleanupPolicyInputs> = {},
    context: Context = recordingContext(),
  ) {
    const { id, state } = await backupCleanupPolicy.create(inputs(changes), context);
    sandbox().log.clear();
    return { id, state };
  }

  /** Makes `mysql_tenant` anew, under another id. */
  function remakeTenant(): void {
    sandbox().dropTenant("mysql_tenant");
    sandbox().addTenant("mysql_tenant");
  }

  return { sandbox, ...policiesIn(sandbox), inputs, ownInputs, created, remakeTenant };
}
