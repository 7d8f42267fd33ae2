import { given, withoutNulls } from "../given";
import { completeLogin, type GivenLogin } from "../resources/completeLogin";
import { OUTPUTS_WITH_CONNECTION, type Source } from "../resources/connectionSources";
import type { Context } from "../resources/context";
import { type Declaration, type Lifecycle, PartialFailure } from "../resources/defineResource";
import type { Configuration } from "./configuration";
import { detailedDiff, type PropertyDifference } from "./detailedDiff";
import type { PluginContext } from "./plugin";
import { hasSecret, markedLike, type Properties, plain, Secret, UNKNOWN } from "./values";

/** What differs between a resource and its record. */
export interface ResourceDiff {
  places: ReadonlyMap<string, PropertyDifference>;
  changed: readonly string[];
  replaces: readonly string[];
  deleteBeforeReplace: boolean;
}

/** A resource as it is kept. */
export interface Kept {
  id: string;
  properties: Properties;
  inputs: Properties;
}

/** What is kept of a resource whose making or updating was interrupted. */
export class PartlyMade extends Error {
  readonly kept: Kept;

  constructor(reason: string, kept: Kept) {
    super(reason);
    this.kept = kept;
  }
}

/** The engine's calls about one kind of resource, in property values with their marks. */
export interface ResourceCalls {
  check(
    news: Properties,
    source: Configuration,
    declaration: Declaration,
  ): { inputs: Properties; problems: string[] };
  diff(state: Properties, olds: Properties, news: Properties): ResourceDiff;
  /** @param state the record of the resource that would be updated; undefined when it would be made */
  preview(
    news: Properties,
    context: Context,
    state?: Properties,
  ): Promise<{ properties: Properties; text?: string }>;
  create(news: Properties, context: Context): Promise<Kept>;
  update(id: string, state: Properties, news: Properties, context: Context): Promise<Kept>;
  /** @returns undefined when it is gone */
  read(id: string, state: Properties, inputs: Properties, context: PluginContext): Promise<Kept | undefined>;
  delete(state: Properties, context: Context): Promise<void>;
}

/** A lifecycle the way the engine calls it. */
export function resourceCalls<Inputs extends object, State extends Inputs>(
  lifecycle: Lifecycle<Inputs, State>,
): ResourceCalls {
  const { outputNames, repeatedInputs } = lifecycle;

  /** A state as properties: what repeats an input is a secret where that is one. */
  function marked(state: object, inputs: Properties): Properties {
    const repeatsSecret = repeatedInputs.some((name) => hasSecret(inputs[name]));
    const secretTexts = hasSecret(inputs.connection) ? OUTPUTS_WITH_CONNECTION : [];
    return Object.fromEntries(
      Object.entries(state).map(([name, value]) => {
        const isOutput = outputNames.includes(name) && !(name in inputs);
        const isSecret = isOutput && (repeatsSecret || secretTexts.includes(name));
        return [name, isSecret ? new Secret(value) : markedLike(value, inputs[name])];
      }),
    );
  }

  /** @param before what was kept so far, and may hold what is the other front's own */
  function kept(id: string, state: State, inputs: Properties, before: Properties = {}): Kept {
    return { id, properties: { ...marked(state, inputs), ...ownOfDynamicHost(before) }, inputs };
  }

  /** What was made in part is kept as it is, with the inputs that it was made from. */
  async function keepingPart<T>(inputs: Properties, work: Promise<T>, before?: Properties): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      throw new PartlyMade(error.message, kept(error.id, error.state as State, inputs, before));
    }
  }

  return {
    check(news, source, declaration) {
      let inputs: Properties;
      try {
        inputs = withCompleteLogin(withoutNulls(plain<Properties>(news)), source);
      } catch (error) {
        // A file with authorities that cannot be read.
        return { inputs: news, problems: [`connection.tls: ${(error as Error).message}`] };
      }
      const problems = lifecycle.check(inputs as Inputs, source, declaration);
      return {
        inputs: withMarks(inputs, news, source),
        // No problem names its property: the engine would print the value, and it may hold a secret.
        problems: problems.map(({ path, reason }) => `${path}: ${reason}`),
      };
    },

    diff(state, olds, news) {
      const { changed, replaces = [] } = lifecycle.diff(plain<State>(state), plain<Inputs>(news));
      const places = detailedDiff(changed, olds, news);
      return { changed, replaces, places, deleteBeforeReplace: lifecycle.deleteBeforeReplace };
    },

    async preview(news, context, state) {
      const record = state === undefined ? undefined : plain<State>(state);
      const planned = await lifecycle.preview(plain<Inputs>(news), context, record);
      const unknown = Object.fromEntries(outputNames.map((name) => [name, UNKNOWN]));
      const known = planned.state ?? { ...unknown, ...plain<Properties>(news), ...planned.outputs };
      return { properties: marked(known, news), ...given({ text: planned.text }) };
    },

    async create(news, context) {
      const { id, state } = await keepingPart(news, lifecycle.create(plain<Inputs>(news), context));
      return kept(id, state, news);
    },

    async update(id, state, news, context) {
      const work = lifecycle.update(id, plain<State>(state), plain<Inputs>(news), context);
      return kept(id, await keepingPart(news, work, state), news, state);
    },

    async read(id, state, inputs, context) {
      const record = plain<State>(state);
      const isRecord = lifecycle.isRecord(record);
      const known = isRecord
        ? record
        : (withCompleteLogin(withoutNulls(plain<Properties>({ ...inputs, ...state })), context) as State);
      const found = await lifecycle.read(id, known, context);
      if (found === undefined) return undefined;
      const stands = lifecycle.inputsOf(found, isRecord ? plain<Inputs>(inputs) : undefined);
      const kept = { ...inputs, ...state };
      const marks = isRecord ? kept : withMarks(found as unknown as Properties, kept, context);
      const properties = { ...marked(found, marks), ...ownOfDynamicHost(state) };
      return { id, properties, inputs: withMarks(stands as Properties, kept, context) };
    },

    async delete(state, context) {
      await lifecycle.delete(plain<State>(state), context);
    },
  };
}

/**
 * The reference to the code in a state that came from the dynamic host: without it the resource could not go back there,
 * and it costs nothing here.
 */
function ownOfDynamicHost({ __provider }: Properties): Properties {
  return __provider === undefined ? {} : { __provider };
}

/** Arguments with a complete login, whose secrets stand beside the connection. */
export function withCompleteLogin(asked: Properties, source: Source): Properties {
  const { connection, password, tlsKey, ...others } = asked as Properties & GivenLogin;
  return { ...others, ...completeLogin({ connection, password, tlsKey }, source) };
}

/**
 * Inputs with the marks of what they were made from. The secrets of a login are secrets, however they were given, and so is
 * a field of the connection that was found in the configuration as one.
 */
export function withMarks(
  inputs: Properties,
  original: Properties,
  configuration: Configuration,
): Properties {
  const marks = {
    ...original,
    connection: connectionMarks(inputs.connection, original.connection, configuration),
    password: new Secret(original.password),
    tlsKey: new Secret(original.tlsKey),
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      markedLike(value, marks[name as keyof typeof marks]),
    ]),
  );
}

/** A connection as it was given, and beside it as secrets what was found as one. */
function connectionMarks(complete: unknown, original: unknown, { isSecret }: Configuration): unknown {
  if (original instanceof Secret) return original;
  const found = Object.keys(complete ?? {}).filter((name) => isSecret(name));
  const fields = Object.entries(original ?? {}).filter(([, value]) => value !== null);
  return Object.fromEntries([...found.map((name) => [name, new Secret(undefined)]), ...fields]);
}
