import { OceanBaseError } from "../oceanbase/errors";
import type { Command } from "./command";
import type { Source } from "./connectionSources";
import type { Context } from "./context";
import { checkInputs, type InputProblem, type InputTable, inputsOf, repeatedInputs } from "./inputTable";

/** What became of a create or an update. */
export interface Made<State> {
  state: State;
  /** What a person should be told now. */
  warnings: readonly string[];
  /** Why what was to be done is not done; the state says how far it came. */
  interrupted?: OceanBaseError | undefined;
}

/** What makes an update due. */
export interface Difference {
  /**
   * The inputs that ask for something else, and the outputs that say that an attempt is not through. When there are none,
   * nothing is to be done.
   */
  changed: readonly string[];
  /** Those of them that make another resource of it. @default none */
  replaces?: readonly string[];
}

/** What a create or an update would do as things are now. */
export interface Preview<State> {
  /** What the state would be, where nothing is to be found out before. */
  state?: State;
  /** What is known of the state otherwise. */
  outputs?: Partial<State>;
  /** One line for people. */
  text?: string;
}

/** The rules of one kind of resource. */
export interface ResourceRules<Inputs, State> {
  inputs: InputTable<Inputs>;
  /** The names of everything that the state adds to the inputs. */
  outputs: Readonly<Partial<Record<keyof State, undefined>>>;
  /** Whether a replacement has to delete the old one first. @default false */
  deleteBeforeReplace?: boolean;
  /**
   * Takes note of a resource of the program, before anything is done in the command.
   *
   * @returns what is wrong when another resource has what only one may have
   */
  declare?(inputs: Inputs, declaration: Declaration): InputProblem | undefined;
  /** The state as any version may have written it, in the words of this one. @default as it is */
  upgrade?(recorded: State): State;
  diff(state: State, inputs: Inputs): Difference;
  /** @param state the record of the resource that would be updated; undefined when it would be made */
  preview(inputs: Inputs, context: Context, state?: State): Promise<Preview<State>>;
  create(inputs: Inputs, context: Context): Promise<Made<State> & { id: string }>;
  update(id: string, state: State, inputs: Inputs, context: Context): Promise<Made<State>>;
  /** The record brought up to date; undefined when the resource is gone. */
  refresh(state: State, context: Context): Promise<State | undefined>;
  /** What a program only reads, or what is to be imported, without a record; throws where that makes no sense. */
  get(id: string, inputs: Inputs, context: Context): Promise<State>;
  delete(state: State, context: Context): Promise<void>;
}

/** A resource of a program, among all others of it. */
export interface Declaration {
  command: Command;
  /** Undefined where the caller is not told; then the program itself sees to what only one resource may have. */
  name?: string;
}

/** The lifecycle of one kind of resource, however Pulumi calls it. */
export interface Lifecycle<Inputs, State> {
  readonly inputNames: readonly string[];
  /** The names of everything that the state adds to the inputs. */
  readonly outputNames: readonly string[];
  /** The inputs that outputs repeat: when one is a secret, so are they. */
  readonly repeatedInputs: readonly string[];
  /** Whether a replacement has to delete the old one first. */
  readonly deleteBeforeReplace: boolean;
  /**
   * Everything that is wrong with the inputs, at once.
   *
   * @param source what the connection among them was completed from
   * @param declaration the resource among those of its program
   */
  check(inputs: Inputs, source?: Source, declaration?: Declaration): InputProblem[];
  diff(state: State, inputs: Inputs): Difference;
  /** Sends nothing. @param state the record of the resource that would be updated; undefined when it would be made */
  preview(inputs: Inputs, context: Context, state?: State): Promise<Preview<State>>;
  create(inputs: Inputs, context: Context): Promise<{ id: string; state: State }>;
  update(id: string, state: State, inputs: Inputs, context: Context): Promise<State>;
  /** Whether this is what was kept of a resource, and not the inputs alone of what a program only reads. */
  isRecord(state: State): boolean;
  /** Undefined when the resource is gone. What a program only reads comes with inputs alone. */
  read(id: string, state: State, context: Context): Promise<State | undefined>;
  /** The inputs that a state stands for, those that ask for the same as before as they were given. */
  inputsOf(state: State, before?: Inputs): Inputs;
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
export function defineResource<Inputs extends object, State extends Inputs & { summary?: string }>(
  rules: ResourceRules<Inputs, State>,
): Lifecycle<Inputs, State> {
  const { upgrade = (recorded) => recorded } = rules;
  return {
    inputNames: Object.keys(rules.inputs),
    outputNames: Object.keys(rules.outputs),
    repeatedInputs: repeatedInputs(rules.inputs),
    deleteBeforeReplace: rules.deleteBeforeReplace ?? false,
    check: (inputs, source, declaration) => {
      const problems = checkInputs(rules.inputs, inputs, source);
      const conflict = declaration === undefined ? undefined : rules.declare?.(inputs, declaration);
      return conflict === undefined ? problems : [...problems, conflict];
    },
    diff: (state, inputs) => rules.diff(upgrade(state), inputs),
    preview: (inputs, context, recorded) =>
      rules.preview(inputs, context, recorded === undefined ? undefined : upgrade(recorded)),
    create: async (inputs, context) => {
      refuseInPreview(context);
      const { id, ...made } = await rules.create(inputs, context);
      return { id, state: settled(id, made, context) };
    },
    update: async (id, recorded, inputs, context) => {
      refuseInPreview(context);
      return settled(id, await rules.update(id, upgrade(recorded), inputs, context), context);
    },
    isRecord,
    read: async (id, recorded, context) => {
      const state = upgrade(recorded);
      if (!isRecord(state)) return await rules.get(id, state, context);
      try {
        return await rules.refresh(state, context);
      } catch (error) {
        // A cluster that cannot be asked does not fail a refresh.
        if (!(error instanceof OceanBaseError)) throw error;
        context.warn(`the record was kept as it is: ${error.message}`);
        return state;
      }
    },
    inputsOf: (state, before) => inputsOf(rules.inputs, upgrade(state), before),
    delete: async (recorded, context) => {
      refuseInPreview(context);
      await rules.delete(upgrade(recorded), context);
    },
  };
}

/** Every record has a line for people, and inputs alone have none. */
function isRecord({ summary }: { summary?: string }): boolean {
  return summary !== undefined;
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
