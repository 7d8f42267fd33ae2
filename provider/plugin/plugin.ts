import type { Engine } from "../engine/engine";
import { Lifeline } from "../engine/lifeline";
import { showLine, sparingly } from "../engine/log";
import { Command } from "../resources/command";
import type { Context } from "../resources/context";
import { type Configuration, sourceOf } from "./configuration";
import type { Properties } from "./values";

/** What the engine says of one call. */
export interface CallOptions {
  /** The resource; empty for a function. */
  urn: string;
  /** The resource option `customTimeouts`, in seconds. @default 0, none */
  timeoutSeconds?: number;
  /** @default false */
  preview?: boolean;
}

/** What a call is given, and which fields of the configuration are secrets. */
export interface PluginContext extends Context, Configuration {}

/** How long after its deadline a call is aborted that has not ended by itself; a wait does, and knows more to say. */
const GRACE_MS = 2_000;

/** What one provider has for all of its calls: engine, configuration, and what they have claimed. */
export class Plugin {
  private engine: Engine | undefined;
  private lifeline: Lifeline;
  private configured: Configuration = sourceOf({}, undefined);
  /** What the calls of the present command know of each other. */
  command = new Command();

  /** @param engine the one that has started this process, and whose end ends it */
  constructor(engine?: Engine) {
    this.engine = engine;
    this.lifeline = new Lifeline(() => engine);
  }

  /** An engine that ends before its first call ends this process, too. */
  watchEngine(): void {
    this.lifeline.watchEngine();
  }

  /** An engine that has not started this process shows its lines, and leaves it behind when it ends. */
  attach(engine: Engine): void {
    this.engine = engine;
  }

  configure(configuration: Properties, urn: string | undefined): void {
    this.configured = sourceOf(configuration, urn);
    // An engine that attaches may do so for one command after another.
    this.command = new Command();
  }

  /** What a connection is completed from. */
  get source(): Configuration {
    return this.configured;
  }

  /** Shows a line that stays, on the row of a resource. */
  inform(urn: string, text: string): void {
    showLine(this.engine, text, { urn });
  }

  /** Aborts what is under way. The engine calls this at the normal end of a command, too. */
  cancel(): void {
    this.lifeline.abortCalls();
  }

  /** Runs something on behalf of the engine: for as long as that lives, does not cancel, and has time. */
  async run<T>(options: CallOptions, work: (context: PluginContext) => Promise<T>): Promise<T> {
    const { timeoutSeconds = 0 } = options;
    return await this.lifeline.run(async (cancelled) => {
      if (timeoutSeconds === 0) return await work(this.context(options, cancelled));
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutSeconds * 1000 + GRACE_MS);
      const deadlineMs = Date.now() + timeoutSeconds * 1000;
      try {
        const signal = AbortSignal.any([cancelled, late.signal]);
        return await work({ ...this.context(options, signal), deadlineMs });
      } catch (error) {
        if (error instanceof Error && Date.now() >= deadlineMs && !cancelled.aborted) {
          error.message += `; customTimeouts gives it ${timeoutSeconds} s`;
        }
        throw error;
      } finally {
        clearTimeout(timer);
      }
    });
  }

  private context({ urn, preview = false }: CallOptions, signal: AbortSignal): PluginContext {
    const show = (severity: "debug" | "info" | "warning", text: string, ephemeral = false) =>
      showLine(this.engine, text, { severity, ephemeral, ...(urn === "" ? {} : { urn }) });
    return {
      ...this.configured,
      preview,
      command: this.command,
      signal,
      progress: sparingly((text) => show("info", text, true)),
      inform: (text) => show("info", text),
      warn: (text) => show("warning", text),
      debug: (text) => show("debug", text),
    };
  }
}
