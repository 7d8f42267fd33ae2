/**
 * Front for Pulumi's dynamic provider host. The state of every resource asks for this module by its public name
 * (`pulumi-oceanbase-backup/provider`) and for one of its exports; neither may ever be renamed, and every version
 * has to understand the state that older ones wrote.
 */
import type { dynamic } from "@pulumi/pulumi";
import type { BackupCleanupPolicyInputs } from "../resources/backupCleanupPolicy/inputs";
import { backupCleanupPolicy as backupCleanupPolicyLifecycle } from "../resources/backupCleanupPolicy/lifecycle";
import type { BackupCleanupPolicyState } from "../resources/backupCleanupPolicy/outputs";
import type { CancelBackupInputs } from "../resources/cancelBackup/inputs";
import { cancelBackup as cancelBackupLifecycle } from "../resources/cancelBackup/lifecycle";
import type { CancelBackupState } from "../resources/cancelBackup/outputs";
import { type CheckResult, type Context, type InputProblem, PartialFailure } from "../resources/context";
import { whileEngineLives } from "./lifeline";
import { showStatus, showWarning } from "./progress";

let config: dynamic.Config | undefined;

/** The host lives for one command, so what its calls have made their own is kept here. */
const held = new Set<string>();

/**
 * Keeps the stack's configuration. It has to be done when it returns: the host calls the other methods without
 * waiting for a promise.
 */
function configure(request: dynamic.ConfigureRequest): Promise<void> {
  config = request.config;
  return Promise.resolve();
}

/** What this host can give: it knows no deadline, and calls nothing in a preview but check and diff. */
function context(signal: AbortSignal): Context {
  return {
    env: process.env,
    config: (key) => config?.get(key),
    preview: false,
    held,
    signal,
    progress: showStatus,
    warn: showWarning,
  };
}

/** The lifecycle of one kind of resource, as this front calls it. */
interface Lifecycle<Inputs, State> {
  check(inputs: Inputs): CheckResult<Inputs>;
  /** `replaces` names the inputs that make another resource of it. */
  diff(state: State, inputs: Inputs): { changes: boolean; replaces?: string[] };
  create(inputs: Inputs, context: Context): Promise<{ id: string; state: State }>;
  update(id: string, state: State, inputs: Inputs, context: Context): Promise<State>;
  /** Undefined when the resource is gone. What a program only reads comes with inputs alone. */
  read(id: string, state: State, context: Context): Promise<State | undefined>;
  delete(state: State, context: Context): Promise<void>;
}

/** A lifecycle the way the host calls it. */
function provider<Inputs extends object, State extends object>(
  lifecycle: Lifecycle<Inputs, State>,
): dynamic.ResourceProvider<Inputs, State> {
  return {
    configure,
    async check(_olds, news) {
      const { inputs, problems } = lifecycle.check(withoutNulls(news));
      return { inputs, failures: problems.map(checkFailure) };
    },
    async diff(_id, olds, news) {
      return lifecycle.diff(olds, news);
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
      const state = await whileEngineLives((signal) => lifecycle.read(id, given, context(signal)));
      // Without an id it is gone.
      return state === undefined ? { id: "" } : { id, props: state };
    },
    async delete(_id, props) {
      await whileEngineLives((signal) => lifecycle.delete(props, context(signal)));
    },
  };
}

/** The provider of CancelBackup. It cannot be gone: what was done was done. */
export const cancelBackup = provider<CancelBackupInputs, CancelBackupState>({
  ...cancelBackupLifecycle,
  read: (_id, state, given) => cancelBackupLifecycle.read(state, given),
});

/** The provider of BackupCleanupPolicy. */
export const backupCleanupPolicy = provider<BackupCleanupPolicyInputs, BackupCleanupPolicyState>(
  backupCleanupPolicyLifecycle,
);

/** An output that turned out to be undefined arrives as null: it was not given. Triggers may well be null. */
function withoutNulls<T extends object>(inputs: T): T {
  const given = Object.entries(inputs).filter(([, value]) => value !== null);
  const isObject = (value: unknown) => typeof value === "object" && !Array.isArray(value);
  return Object.fromEntries(
    given.map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : value]),
  ) as T;
}

/** Without a property: the engine prints the value of a named one, and it may hold a secret. */
function checkFailure({ path, reason }: InputProblem): dynamic.CheckFailure {
  return { property: "", reason: `${path}: ${reason}` };
}

/**
 * A partial failure the way the host knows it: it saves the properties and prints the reasons. Unlike those of a success
 * it saves them as they are; without the reference to the code nobody could refresh or delete the resource any more.
 */
async function hostFailures<T>(inputs: object, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    const { __provider } = inputs as { __provider?: unknown };
    throw Object.assign(error, { properties: { ...error.state, __provider }, reasons: [error.message] });
  }
}
