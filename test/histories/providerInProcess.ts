import { backupCleanupPolicy } from "../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { cancelBackup } from "../../provider/resources/cancelBackup/lifecycle.ts";
import { Command } from "../../provider/resources/command.ts";
import type { Context } from "../../provider/resources/context.ts";
import { type Lifecycle, PartialFailure } from "../../provider/resources/defineResource.ts";
import type { Kind } from "../tools/support/providerClient.ts";
import type { Declared, MadePart, Properties, Provider, Saved } from "../tools/support/pulumiEngine.ts";

const LIFECYCLES = {
  CancelBackup: cancelBackup,
  BackupCleanupPolicy: backupCleanupPolicy,
} as unknown as Record<Kind, Lifecycle<Properties, Properties>>;

/** The lifecycles of this package in the process of the test, for the length of one command. */
export class ProviderInProcess implements Provider {
  /** Everything that was said to people. */
  readonly said: string[] = [];
  private readonly giveUp = new AbortController();
  private readonly killed: { call: (error: Error) => void; gone: Promise<never> };
  private readonly context: Context;

  constructor(env: Record<string, string>) {
    const killed = Promise.withResolvers<never>();
    killed.promise.catch(() => {});
    this.killed = { call: killed.reject, gone: killed.promise };
    const say = (text: string) => this.said.push(text);
    this.context = {
      command: new Command(),
      env,
      config: () => undefined,
      preview: false,
      signal: this.giveUp.signal,
      progress: say,
      inform: say,
      warn: say,
      debug: say,
    };
  }

  /** The signal that the calls are given. */
  get signal(): AbortSignal {
    return this.giveUp.signal;
  }

  /** The person gives up; what was done until then is saved. */
  interrupt(): void {
    this.giveUp.abort();
  }

  /** The process is gone, and with it everything that was not saved. */
  kill(): void {
    this.killed.call(new Error("the provider was killed"));
    this.giveUp.abort();
  }

  async end(): Promise<void> {}

  async check(name: string, { kind, inputs }: Declared): Promise<readonly string[]> {
    const { command } = this.context;
    const problems = LIFECYCLES[kind].check(inputs, this.context, { command, name });
    return problems.map(({ path, reason }) => `${path}: ${reason}`);
  }

  async diff({ kind, state }: Saved, inputs: Properties) {
    const { changed, replaces = [] } = LIFECYCLES[kind].diff(state, inputs);
    return { changes: changed.length > 0 || replaces.length > 0, replaces: replaces.length > 0 };
  }

  async preview({ kind, inputs }: Declared, saved: Saved | undefined): Promise<void> {
    const context = { ...this.context, preview: true };
    await this.living(LIFECYCLES[kind].preview(inputs, context, saved?.state));
  }

  async create({ kind, inputs }: Declared) {
    return await this.living(partly(LIFECYCLES[kind].create(inputs, this.context)));
  }

  async update({ kind, id, state }: Saved, inputs: Properties): Promise<Properties> {
    return await this.living(partly(LIFECYCLES[kind].update(id, state, inputs, this.context)));
  }

  async read({ kind, id, state, inputs }: Saved) {
    const now = await this.living(LIFECYCLES[kind].read(id, state, this.context));
    return now && { state: now, inputs: LIFECYCLES[kind].inputsOf(now, inputs) };
  }

  async delete({ kind, state }: Saved): Promise<void> {
    await this.living(LIFECYCLES[kind].delete(state, this.context));
  }

  private living<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.killed.gone]);
  }
}

async function partly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    throw Object.assign(error, { partial: { id: error.id, state: error.state } } satisfies MadePart);
  }
}
