import { cancelBackup } from "../../provider/dynamic/index.ts";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import type { CancelBackupState } from "../../provider/resources/cancelBackup/outputs.ts";

/** What Pulumi keeps of the resource. */
export interface Saved {
  id: string;
  state: CancelBackupState;
  /** The last create or update of it has failed in part; then every `up` updates it. */
  hasFailed: boolean;
}

/**
 * A stack with one CancelBackup, as Pulumi's engine drives the dynamic provider: which method it calls when, and what
 * it saves of what comes back. The engine itself has its tests in `test/host` and `test/e2e`.
 */
export class Stack {
  saved: Saved | undefined;

  constructor(saved?: Saved) {
    this.saved = saved;
  }

  /** @returns whether anything was done */
  async up(inputs: CancelBackupInputs): Promise<boolean> {
    const { saved } = this;
    if (saved === undefined) {
      const { id, outs } = await this.savingPart(cancelBackup.create(inputs));
      this.saved = { id, state: outs as CancelBackupState, hasFailed: false };
      return true;
    }
    const diff = await cancelBackup.diff?.(saved.id, saved.state, inputs);
    if (!diff?.changes && !saved.hasFailed) return false;
    const update = cancelBackup.update?.(saved.id, saved.state, inputs);
    const outs = (await this.savingPart(update as NonNullable<typeof update>)).outs;
    this.saved = { id: saved.id, state: outs as CancelBackupState, hasFailed: false };
    return true;
  }

  /** @returns whether anything was done */
  async destroy(): Promise<boolean> {
    if (this.saved === undefined) return false;
    await cancelBackup.delete?.(this.saved.id, this.saved.state);
    this.saved = undefined;
    return true;
  }

  /** A failure that carries an id and properties has made the resource, and these are its state. */
  private async savingPart<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const { id, properties, reasons } = error as {
        id?: string;
        properties?: CancelBackupState;
        reasons?: string[];
      };
      if (id === undefined || properties === undefined || !reasons?.length) throw error;
      this.saved = { id, state: properties, hasFailed: true };
      throw error;
    }
  }
}
