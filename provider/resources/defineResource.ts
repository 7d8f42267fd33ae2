import { OceanBaseError } from "../oceanbase/errors";
import type { Source } from "./connectionSources";
import type { Context } from "./context";
import { checkInputs, type InputProblem, type InputTable } from "./inputTable";

/** What became of a create or an update. */
export interface Made<State> {
  state: State;
  /** What a person should be told now. */
  warnings: readonly string[];
  /** Why what was to be done is not done; the state says how far it came. */
  interrupted?: OceanBaseError | undefined;
}

/** The rules of one kind of resource. */
export interface ResourceRules<Inputs, State> {
  inputs: InputTable<Inputs>;
  /** The state as any version may have written it, in the words of this one. @default as it is */
  upgrade?(recorded: State): State;
  /** `replaces` names the inputs that make another resource of it. */
  diff(state: State, inputs: Inputs): { changes: boolean; replaces?: string[] };
  create(inputs: Inputs, context: Context): Promise<Made<State> & { id: string }>;
  update(id: string, state: State, inputs: Inputs, context: Context): Promise<Made<State>>;
  /** The record brought up to date; undefined when the resource is gone. */
  refresh(state: State, context: Context): Promise<State | undefined>;
  /** What a program only reads, without a record; absent where that makes no sense. */
  get?(id: string, inputs: Inputs, context: Context): Promise<State>;
  delete(state: State, context: Context): Promise<void>;
}

/** The lifecycle of one kind of resource, however Pulumi calls it. */
export interface Lifecycle<Inputs, State> {
  /**
   * Everything that is wrong with the inputs, at once.
   *
   * @param source what the connection among them was completed from
   */
  check(inputs: Inputs, source?: Source): InputProblem[];
  diff(state: State, inputs: Inputs): { changes: boolean; replaces?: string[] };
  create(inputs: Inputs, context: Context): Promise<{ id: string; state: State }>;
  update(id: string, state: State, inputs: Inputs, context: Context): Promise<State>;
  /** Undefined when the resource is gone. What a program only reads comes with inputs alone. */
  read(id: string, state: State, context: Context): Promise<State | undefined>;
  delete(state: State, context: Context): Promise<void>;
}

/**
 * The resource exists but what was to be done is not done. Its record is saved as it is, and the next update takes it up
 * from there.
 */
export class PartialFailure<State> extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly state: State;

  constructor(id: string, state: State, reason: string) {
    super(reason);
    this.id = id;
    this.state = state;
    this.stack = "";
  }
}

/** Adds to the rules of a resource what holds for every resource. */
export function defineResource<Inputs extends object, State extends Inputs & { server?: object }>(
  rules: ResourceRules<Inputs, State>,
): Lifecycle<Inputs, State> {
  const { upgrade = (recorded) => recorded } = rules;
  return {
    check: (inputs, source) => checkInputs(rules.inputs, inputs, source),
    diff: (state, inputs) => rules.diff(upgrade(state), inputs),
    create: async (inputs, context) => {
      refuseInPreview(context);
      const { id, ...made } = await rules.create(inputs, context);
      return { id, state: settled(id, made, context) };
    },
    update: async (id, recorded, inputs, context) => {
      refuseInPreview(context);
      return settled(id, await rules.update(id, upgrade(recorded), inputs, context), context);
    },
    read: async (id, recorded, context) => {
      const state = upgrade(recorded);
      if (state.server === undefined && rules.get !== undefined) return await rules.get(id, state, context);
      try {
        return await rules.refresh(state, context);
      } catch (error) {
        // A cluster that cannot be asked does not fail a refresh.
        if (!(error instanceof OceanBaseError)) throw error;
        context.warn(`the record was kept as it is: ${error.message}`);
        return state;
      }
    },
    delete: async (recorded, context) => {
      refuseInPreview(context);
      await rules.delete(upgrade(recorded), context);
    },
  };
}

/** Shows the warnings; an attempt that was interrupted is saved as far as it came. */
function settled<State>(id: string, { state, warnings, interrupted }: Made<State>, context: Context): State {
  for (const warning of warnings) context.warn(warning);
  if (interrupted === undefined) return state;
  throw new PartialFailure(id, state, `${interrupted.message}; the next pulumi up goes on from here`);
}

/** A front that previews answers with what it knows; these calls would change something. */
function refuseInPreview({ preview }: Context): void {
  if (preview) throw new Error("a preview must not create, update or delete");
}
