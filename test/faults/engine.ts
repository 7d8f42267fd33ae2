import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import type { Front } from "../tools/support/fronts.ts";
import { callsOf, type Saved, SavedInPart } from "./fronts.ts";

/** What Pulumi keeps of the resource, and whether the last create or update of it has failed in part: then every `up` updates it. */
export interface SavedResource extends Saved {
  hasFailed: boolean;
}

/**
 * A stack with one CancelBackup, as Pulumi's engine drives it by a front: which call it makes when, and what it saves of
 * what comes back. The engine itself has its tests in `test/host` and `test/e2e`.
 */
export class Stack {
  saved: SavedResource | undefined;
  private readonly front: Front;

  constructor(saved?: SavedResource, front: Front = "dynamic") {
    this.saved = saved;
    this.front = front;
  }

  /** @returns whether anything was done */
  async up(inputs: CancelBackupInputs): Promise<boolean> {
    const calls = await callsOf(this.front);
    const { saved } = this;
    if (saved === undefined) {
      const made = await this.savingPart(inputs, calls.create(inputs));
      this.saved = { ...made, inputs, hasFailed: false };
      return true;
    }
    if (!(await calls.isUpdateDue(saved, inputs)) && !saved.hasFailed) return false;
    const state = await this.savingPart(inputs, calls.update(saved, inputs));
    this.saved = { id: saved.id, state, inputs, hasFailed: false };
    return true;
  }

  /** @returns whether anything was done */
  async destroy(): Promise<boolean> {
    if (this.saved === undefined) return false;
    await (await callsOf(this.front)).delete(this.saved);
    this.saved = undefined;
    return true;
  }

  private async savingPart<T>(inputs: CancelBackupInputs, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof SavedInPart) this.saved = { ...error.saved, inputs, hasFailed: true };
      throw error;
    }
  }
}
