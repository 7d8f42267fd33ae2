import { isDeepStrictEqual } from "node:util";
import type { Kind } from "./providerClient.ts";

/*
 * What Pulumi's engine does with the resources of a program: which method it calls when, and what it saves of what comes
 * back. The engine itself has its tests in `test/host` and `test/e2e`.
 */

// biome-ignore lint/suspicious/noExplicitAny: the properties of any kind of resource
export type Properties = Record<string, any>;

/** What is kept of a resource. */
export interface Saved {
  kind: Kind;
  id: string;
  inputs: Properties;
  state: Properties;
  /** The last create or update of it has failed in part; then every `up` updates it. */
  hasFailed: boolean;
}

/** A resource as a program declares it. */
export interface Declared {
  kind: Kind;
  inputs: Properties;
}

/** The resources of a program, by name. */
export type Program = Readonly<Record<string, Declared>>;

/** A failure that has made the resource all the same: what is to be saved of it. */
export interface MadePart {
  partial?: { id: string; state: Properties };
}

/** The process that serves the resources for the length of one command. */
export interface Provider {
  check(name: string, declared: Declared): Promise<readonly string[]>;
  diff(saved: Saved, inputs: Properties): Promise<{ changes: boolean; replaces: boolean }>;
  preview(declared: Declared, saved: Saved | undefined): Promise<void>;
  /** Fails with a {@link MadePart}, as `update` does. */
  create(declared: Declared): Promise<{ id: string; state: Properties }>;
  update(saved: Saved, inputs: Properties): Promise<Properties>;
  /** Undefined when the resource is gone. */
  read(saved: Saved): Promise<{ state: Properties; inputs: Properties } | undefined>;
  delete(saved: Saved): Promise<void>;
}

/** One call of the engine's, for who watches. */
export interface Operation {
  action: "preview" | "create" | "update" | "read" | "delete";
  name: string;
  kind: Kind;
  /** Of the program; of the state for a deletion and a read. */
  inputs: Properties;
  before: Saved | undefined;
  /** What is saved afterwards; undefined: nothing. */
  after: Saved | undefined;
  failure: Error | undefined;
}

/** Wraps a call; is told of it when it has ended. */
export type Watch = (
  operation: Omit<Operation, "after" | "failure">,
  run: () => Promise<Pick<Operation, "after" | "failure">>,
) => Promise<Pick<Operation, "after" | "failure">>;

/** What has come of a command. */
export interface CommandEnd {
  /** Whether any resource was made, changed or deleted, or failed to be. */
  acted: boolean;
  failures: readonly Error[];
}

/** A stack with its state. */
export class PulumiStack {
  readonly saved = new Map<string, Saved>();
  private readonly watch: Watch;

  constructor(watch: Watch) {
    this.watch = watch;
  }

  /** Checks, compares and previews; changes nothing. */
  async preview(provider: Provider, program: Program): Promise<CommandEnd> {
    const problems = await this.check(provider, program);
    if (problems.length > 0) return { acted: false, failures: problems };
    const shown = Object.entries(program).map(async ([name, declared]) => {
      const before = this.saved.get(name);
      if (before !== undefined && !(await this.isDue(provider, before, declared))) return undefined;
      return await this.call({ action: "preview", name, ...declared, before }, async () => {
        await provider.preview(declared, before);
        return before;
      });
    });
    return endOf(await Promise.all(shown));
  }

  /** Makes and changes what the program declares, and then deletes what it does not. */
  async up(provider: Provider, program: Program): Promise<CommandEnd> {
    const problems = await this.check(provider, program);
    if (problems.length > 0) return { acted: false, failures: problems };
    const names = Object.keys(program);
    const made = await Promise.all(names.map((name) => this.make(provider, name, program[name] as Declared)));
    const end = endOf(made);
    if (end.failures.length > 0) return end;
    const gone = [...this.saved.keys()].filter((name) => !names.includes(name));
    return endOf([...made, ...(await this.removeAll(provider, gone))]);
  }

  async refresh(provider: Provider): Promise<CommandEnd> {
    const read = [...this.saved].map(([name, before]) =>
      this.call({ action: "read", name, kind: before.kind, inputs: before.inputs, before }, async () => {
        const found = await provider.read(before);
        return found && { ...before, ...found, hasFailed: false };
      }),
    );
    return endOf(await Promise.all(read));
  }

  async destroy(provider: Provider): Promise<CommandEnd> {
    return endOf(await this.removeAll(provider, [...this.saved.keys()]));
  }

  /** One after the other, so that it can be told which of them has sent what. */
  private async removeAll(provider: Provider, names: readonly string[]): Promise<(Ended | undefined)[]> {
    const removed: (Ended | undefined)[] = [];
    for (const name of names) removed.push(await this.remove(provider, name));
    return removed;
  }

  /** The resource has another name from now on, and an alias says so. */
  rename(from: string, to: string): void {
    const saved = this.saved.get(from);
    if (saved === undefined || this.saved.has(to)) return;
    this.saved.delete(from);
    this.saved.set(to, saved);
  }

  private async check(provider: Provider, program: Program): Promise<Error[]> {
    const checked = await Promise.all(
      Object.entries(program).map(([name, declared]) => provider.check(name, declared)),
    );
    return checked.flat().map((problem) => new Error(problem));
  }

  private async isDue(provider: Provider, before: Saved, { inputs }: Declared): Promise<boolean> {
    return before.hasFailed || (await provider.diff(before, inputs)).changes;
  }

  private async make(provider: Provider, name: string, declared: Declared): Promise<Ended | undefined> {
    const before = this.saved.get(name);
    if (before === undefined) return await this.create(provider, name, declared);
    const { changes, replaces } = await provider.diff(before, declared.inputs);
    if (replaces) {
      // Every resource here that can be replaced wants the old one deleted first.
      const removed = await this.remove(provider, name);
      return removed?.failure === undefined ? await this.create(provider, name, declared) : removed;
    }
    if (!changes && !before.hasFailed) {
      this.saved.set(name, { ...before, inputs: declared.inputs });
      return undefined;
    }
    return await this.call({ action: "update", name, ...declared, before }, async () => {
      const state = await savingPart(before, declared, provider.update(before, declared.inputs));
      return { ...before, inputs: declared.inputs, state, hasFailed: false };
    });
  }

  private async create(provider: Provider, name: string, declared: Declared): Promise<Ended> {
    return await this.call({ action: "create", name, ...declared, before: undefined }, async () => {
      const made = await savingPart(undefined, declared, provider.create(declared));
      return { ...declared, ...made, hasFailed: false };
    });
  }

  private async remove(provider: Provider, name: string): Promise<Ended | undefined> {
    const before = this.saved.get(name);
    if (before === undefined) return undefined;
    const { kind, state: inputs } = before;
    return await this.call({ action: "delete", name, kind, inputs, before }, async () => {
      await provider.delete(before);
      return undefined;
    });
  }

  private async call(
    operation: Omit<Operation, "after" | "failure">,
    run: () => Promise<Saved | undefined>,
  ): Promise<Ended> {
    const { name, before, action } = operation;
    const { after, failure } = await this.watch(operation, () =>
      run().then(
        (now) => ({ after: now, failure: undefined }),
        (error: Error) => ({ after: (error as SavedPart).saved ?? before, failure: error }),
      ),
    );
    if (after === undefined) this.saved.delete(name);
    else this.saved.set(name, after);
    const acted = action !== "read" && action !== "preview";
    return { acted: acted || !isDeepStrictEqual(before, after), failure };
  }
}

type Ended = { acted: boolean; failure: Error | undefined };

function endOf(ended: readonly (Ended | undefined)[]): CommandEnd {
  return {
    acted: ended.some((one) => one?.acted),
    failures: ended.flatMap((one) => one?.failure ?? []),
  };
}

interface SavedPart {
  saved?: Saved;
}

/** A failure that has made the resource carries what is saved of it. */
async function savingPart<T>(before: Saved | undefined, declared: Declared, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { partial } = error as MadePart;
    if (partial === undefined) throw error;
    const saved: Saved = { ...before, ...declared, ...partial, hasFailed: true };
    throw Object.assign(error as Error, { saved } satisfies SavedPart);
  }
}
