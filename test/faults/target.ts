import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import type { Sandbox, SandboxOptions } from "../../sdk/sandbox/sandbox.ts";
import { connectionTo, startFast } from "../tools/support/sandbox.ts";
import type { Stack } from "./engine.ts";
import { LONG_WAIT } from "./expectations.ts";
import { FaultProxy } from "./proxy.ts";

/** A cluster, and what stands between it and the package. */
export interface Target {
  sandbox: Sandbox;
  proxy: FaultProxy;
}

/** Does something with a cluster of its own. */
export async function withTarget<T>(
  act: (target: Target) => Promise<T>,
  options: Pick<SandboxOptions, "version"> = {},
): Promise<T> {
  const sandbox = await startFast(options);
  const proxy = await FaultProxy.to(sandbox.port);
  try {
    return await act({ sandbox, proxy });
  } finally {
    await proxy.close();
    await sandbox.stop();
  }
}

/** Inputs for the stop of one tenant's backups, through the proxy. */
export function inputsFor(
  { sandbox, proxy }: Target,
  changes: Partial<CancelBackupInputs> = {},
): CancelBackupInputs {
  const { sys } = sandbox.logins;
  return {
    connection: { ...connectionTo(sandbox, sys), host: proxy.host, port: proxy.port },
    password: sys.password,
    tenants: ["mysql_tenant"],
    timeoutSeconds: LONG_WAIT,
    ...changes,
  };
}

/** A command is a process of its own, and takes no connection over from the one before. */
export async function nobodyConnected(sandbox: Sandbox): Promise<void> {
  while (sandbox.openConnections > 0) await pause(20);
}

/** The backup has stopped, and what the state says of it is what the server says. */
export function checkTruth(sandbox: Sandbox, stack: Stack): void {
  expect(sandbox.rows("SELECT job_id FROM oceanbase.__all_backup_job")).toEqual([]);
  const [ended] = sandbox.rows(
    "SELECT job_id, status, result FROM oceanbase.__all_backup_job_history ORDER BY job_id DESC",
  );
  expect(ended).toMatchObject({ status: "CANCELED" });
  if (stack.saved === undefined) return;
  const { state } = stack.saved;
  expect(state).toMatchObject({
    outcome: "stopped",
    issuedAt: expect.any(String),
    stoppedAt: expect.any(String),
    jobs: [
      {
        jobId: String(ended?.job_id),
        status: ended?.status,
        result: Number(ended?.result),
        endedAt: expect.any(String),
      },
    ],
  });
}
