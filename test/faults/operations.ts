import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../provider/resources/cancelBackup/lifecycle.ts";
import type { CancelBackupState } from "../../provider/resources/cancelBackup/outputs.ts";
import { PartialFailure } from "../../provider/resources/defineResource.ts";
import type { Front } from "../tools/support/fronts.ts";
import { recordingContext } from "../tools/support/sandbox.ts";
import { Stack } from "./engine.ts";
import type { Target } from "./target.ts";

/** A stack, and the command that is run on it: the one that a fault strikes, and the one after it, too. */
export interface Attempt {
  stack: Stack;
  /** @returns whether anything was done */
  run(): Promise<boolean>;
}

/** The occasions on which the statement is sent. Each begins with a running backup that is to be stopped. */
export const OPERATIONS = {
  /** A new resource. */
  async create({ sandbox }: Target, inputs: CancelBackupInputs, front?: Front): Promise<Attempt> {
    const stack = new Stack(undefined, front);
    await startBackup(sandbox);
    return { stack, run: () => stack.up(inputs) };
  },

  /** A change of `triggers`. */
  async replay({ sandbox }: Target, inputs: CancelBackupInputs, front?: Front): Promise<Attempt> {
    const stack = new Stack(undefined, front);
    await stack.up(inputs);
    await startBackup(sandbox);
    return { stack, run: () => stack.up({ ...inputs, triggers: ["again"] }) };
  },

  /** The `up` after one whose statement got lost. */
  async resume({ sandbox }: Target, inputs: CancelBackupInputs, front?: Front): Promise<Attempt> {
    await startBackup(sandbox);
    const stack = new Stack(await interrupted(sandbox, inputs), front);
    return { stack, run: () => stack.up(inputs) };
  },

  /** The deletion of a resource that was deferred for it. */
  async delete({ sandbox }: Target, inputs: CancelBackupInputs, front?: Front): Promise<Attempt> {
    const stack = new Stack(undefined, front);
    await stack.up({ ...inputs, cancelOn: ["delete"] });
    await startBackup(sandbox);
    return { stack, run: () => stack.destroy() };
  },
} as const;

export type Operation = keyof typeof OPERATIONS;

async function startBackup(sandbox: Target["sandbox"]): Promise<void> {
  sandbox.startBackup("mysql_tenant");
}

/** A resource whose statement has gone out, and the process that sent it was told to give up before a reply came. */
async function interrupted(sandbox: Target["sandbox"], inputs: CancelBackupInputs) {
  const giveUp = new AbortController();
  sandbox.faults.inject({ match: /CANCEL BACKUP/, act: { kind: "stall" } });
  const creating = cancelBackup.create(inputs, recordingContext({ signal: giveUp.signal }));
  const watch = setInterval(() => {
    if (sandbox.log.cancels.length > 0) giveUp.abort();
  }, 10);
  const failure: unknown = await creating.catch((error) => error).finally(() => clearInterval(watch));
  if (!(failure instanceof PartialFailure)) throw new Error("the attempt was to be interrupted");
  return { id: failure.id, state: failure.state as CancelBackupState, inputs, hasFailed: true };
}
