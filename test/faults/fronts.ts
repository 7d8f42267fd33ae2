import { isDeepStrictEqual } from "node:util";
import { cancelBackup } from "../../provider/dynamic/index.ts";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import type { CancelBackupState } from "../../provider/resources/cancelBackup/outputs.ts";
import type { Front } from "../tools/support/fronts.ts";
import { PluginInProcess } from "../tools/support/pluginInProcess.ts";
import type { ProviderFailure } from "../tools/support/providerMessages.ts";

/** What Pulumi keeps of the resource. */
export interface Saved {
  id: string;
  state: CancelBackupState;
  inputs: CancelBackupInputs;
}

/** A failure that has made the resource in part, and what is saved of it. */
export class SavedInPart extends Error {
  readonly saved: Pick<Saved, "id" | "state">;

  constructor(message: string, saved: Pick<Saved, "id" | "state">) {
    super(message);
    this.saved = saved;
  }
}

/** The calls of a front that the engine makes for one CancelBackup. */
export interface FrontCalls {
  create(inputs: CancelBackupInputs): Promise<Pick<Saved, "id" | "state">>;
  isUpdateDue(saved: Saved, inputs: CancelBackupInputs): Promise<boolean>;
  update(saved: Saved, inputs: CancelBackupInputs): Promise<CancelBackupState>;
  delete(saved: Saved): Promise<void>;
}

const dynamic: FrontCalls = {
  async create(inputs) {
    const { id, outs } = await savingPart(cancelBackup.create(inputs));
    return { id, state: outs as CancelBackupState };
  },
  async isUpdateDue({ id, state, inputs: olds }, inputs) {
    const diff = await cancelBackup.diff?.(id, state, inputs);
    // What the provider does not say, the engine finds out by comparing the inputs.
    return diff?.changes ?? !isDeepStrictEqual(olds, inputs);
  },
  async update({ id, state }, inputs) {
    const work = cancelBackup.update?.(id, state, inputs);
    return (await savingPart(work as NonNullable<typeof work>)).outs as CancelBackupState;
  },
  async delete({ id, state }) {
    await cancelBackup.delete?.(id, state);
  },
};

/** By the protocol, over a connection of its own; one server serves every stack of the process. */
const plugin = async (): Promise<FrontCalls> => {
  const client = await PluginInProcess.start();
  return {
    async create(inputs) {
      const { id, properties } = await savingPart(client.create({ ...inputs }));
      return { id, state: properties as unknown as CancelBackupState };
    },
    async isUpdateDue({ id, state, inputs: olds }, inputs) {
      const { changes } = await client.diff(id, { ...state }, { ...inputs }, { oldInputs: { ...olds } });
      return changes === "some";
    },
    async update({ id, state }, inputs) {
      return (await savingPart(
        client.update(id, { ...state }, { ...inputs }),
      )) as unknown as CancelBackupState;
    },
    async delete({ id, state }) {
      await savingPart(client.delete(id, { ...state }));
    },
  };
};

let started: Promise<FrontCalls> | undefined;

/** The calls of a front. */
export async function callsOf(front: Front): Promise<FrontCalls> {
  if (front === "dynamic") return dynamic;
  started ??= plugin();
  return await started;
}

/** Either front says in its own way what is to be saved of a failure. */
async function savingPart<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { message, partial } = error as ProviderFailure;
    const { id, properties, reasons } = (partial ?? error) as Partial<NonNullable<typeof partial>>;
    if (id === undefined || properties === undefined || !reasons?.length) {
      throw error instanceof Error ? error : new Error(message);
    }
    throw new SavedInPart(message, { id, state: properties as unknown as CancelBackupState });
  }
}
