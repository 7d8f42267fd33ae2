/**
 * Front for Pulumi's dynamic provider host. The state of every resource asks for this module by its public name
 * (`pulumi-oceanbase-backup/provider`) and for one of its exports; neither may ever be renamed, and every version has to
 * understand the state that older ones wrote.
 */
import type { dynamic } from "@pulumi/pulumi";
import { withoutNulls } from "../given";
import { nodeProblem } from "../nodeVersion";
import { backupCleanupPolicy as backupCleanupPolicyLifecycle } from "../resources/backupCleanupPolicy/lifecycle";
import { cancelBackup as cancelBackupLifecycle } from "../resources/cancelBackup/lifecycle";
import { Command } from "../resources/command";
import type { Source } from "../resources/connectionSources";
import type { Context } from "../resources/context";
import { type Lifecycle, PartialFailure, type Preview } from "../resources/defineResource";
import { clauseFirst } from "../text";
import { whileEngineLives } from "./lifeline";
import { recall, remember, showPreview, unmarked } from "./previews";
import { showInfo, showStatus, showWarning } from "./progress";

const problem = nodeProblem();
// The host prints the stack of what is thrown; the message is complete without it.
if (problem !== undefined) throw Object.assign(new Error(problem), { stack: "" });

let config: dynamic.Config | undefined;

/** The host lives for one command. */
const command = new Command();

/**
 * Keeps the stack's configuration. It has to be done when it returns: the host calls the other methods without waiting for
 * a promise.
 */
function configure(request: dynamic.ConfigureRequest): Promise<void> {
  config = request.config;
  return Promise.resolve();
}

/** What the inputs come from that a resource does not give. */
const source: Source = { env: process.env, config: (key) => config?.get(key) };

/** What this host can give: it knows no deadline, and calls nothing in a preview but check and diff. */
function context(signal: AbortSignal): Context {
  return {
    ...source,
    preview: false,
    command,
    signal,
    progress: showStatus,
    inform: showInfo,
    warn: showWarning,
  };
}

/** A lifecycle the way the host calls it. */
function provider<Inputs extends object, State extends Inputs>(
  lifecycle: Lifecycle<Inputs, State>,
): dynamic.ResourceProvider<Inputs, State> {
  const isInput = (name: string) => lifecycle.inputNames.includes(name);

  /**
   * Whether an update is due, as the engine is told: where inputs have changed it compares them itself, because only then
   * it heeds `replaceOnChanges`.
   */
  function changesFor(changed: readonly string[]): { changes?: boolean } {
    if (changed.length === 0) return { changes: false };
    return changed.some(isInput) ? {} : { changes: true };
  }

  return {
    configure,
    async check(olds, news) {
      const { inputs, urn } = unmarked(withoutNulls(news));
      // Without a property: the engine prints the value of a named one, and it may hold a secret.
      const problems = lifecycle.check(inputs, source, { command });
      if (urn !== undefined && problems.length === 0) {
        const isNew = olds === undefined || Object.keys(olds).length === 0;
        // The state of a resource that is there comes with the diff.
        if (isNew) await previewed(urn, (preview) => lifecycle.preview(inputs, preview));
        else remember(inputs, urn);
      }
      const failures = problems.map(({ path, reason }) => ({ property: "", reason: `${path}: ${reason}` }));
      return { inputs, failures };
    },
    async diff(_id, olds, news) {
      const { changed, replaces = [] } = lifecycle.diff(olds, news);
      const urn = recall(news);
      if (urn !== undefined && changed.length > 0) {
        await previewed(urn, (preview) => lifecycle.preview(news, preview, olds));
      }
      return {
        ...(lacksReference(olds, news) ? { changes: true } : changesFor(changed)),
        ...(replaces.length > 0 ? { replaces: [...replaces] } : {}),
      };
    },
    async create(inputs) {
      const { id, state } = await hostFailures(
        inputs,
        whileEngineLives((signal) => lifecycle.create(inputs, context(signal))),
      );
      return { id, outs: state };
    },
    async update(id, olds, news) {
      const outs = await hostFailures(
        news,
        whileEngineLives((signal) => lifecycle.update(id, olds, news, context(signal))),
      );
      return { outs };
    },
    async read(id, props) {
      const given = withoutNulls((props ?? {}) as State);
      const reading = whileEngineLives((signal) => lifecycle.read(id, given, context(signal)));
      const state = await hostFailures(given, reading);
      // Without an id it is gone.
      if (state === undefined) return { id: "" };
      const inputs = lifecycle.inputsOf(state);
      // Inputs that were changed on the server become those of the record, and the engine compares them like any others.
      return lifecycle.isRecord(given) && lifecycle.diff(given, inputs).changed.some(isInput)
        ? { id, props: state, inputs: inputs as unknown as State }
        : { id, props: state };
    },
    async delete(_id, props) {
      const deleting = whileEngineLives((signal) => lifecycle.delete(props, context(signal)));
      await hostFailures(props, deleting);
    },
  };
}

/** Looks for as long as the engine lives, and shows what was found. */
async function previewed<State>(
  urn: string,
  preview: (context: Context) => Promise<Preview<State>>,
): Promise<void> {
  await whileEngineLives((signal) => showPreview(urn, context(signal), preview));
}

/** The provider of CancelBackup. */
export const cancelBackup = provider(cancelBackupLifecycle);

/** The provider of BackupCleanupPolicy. */
export const backupCleanupPolicy = provider(backupCleanupPolicyLifecycle);

/** Whether the plugin has made this resource: its state says nothing of the code yet, and could not be deleted so. */
function lacksReference(olds: object, news: object): boolean {
  return "__provider" in news && !("__provider" in olds);
}

/**
 * Failures the way the host knows them. Of a partial one it saves the properties and prints the reasons. Unlike those of a
 * success it saves them as they are; without the reference to the code the resource could be neither refreshed nor deleted.
 */
async function hostFailures<T>(inputs: object, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = clauseFirst(error.message);
    if (!(error instanceof PartialFailure)) throw Object.assign(error, { message });
    const { __provider } = inputs as { __provider?: unknown };
    throw Object.assign(error, { message, properties: { ...error.state, __provider }, reasons: [message] });
  }
}
