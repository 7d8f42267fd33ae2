/**
 * Front for Pulumi's dynamic provider host. The state of every resource asks for this module by its public name
 * (`pulumi-oceanbase-backup/provider`) and for one of its exports; neither may ever be renamed, and every version
 * has to understand the state that older ones wrote.
 */
import type { dynamic } from "@pulumi/pulumi";
import { cancelBackup as lifecycle } from "../resources/cancelBackup";
import type { CancelBackupInputs } from "../resources/cancelBackupInputs";
import type { CancelBackupState } from "../resources/cancelBackupState";
import { type Context, type InputProblem, PartialFailure } from "../resources/context";
import { showStatus, showWarning } from "./progress";

let config: dynamic.Config | undefined;

/**
 * Keeps the stack's configuration. It has to be done when it returns: the host calls the other methods without
 * waiting for a promise.
 */
function configure(request: dynamic.ConfigureRequest): Promise<void> {
  config = request.config;
  return Promise.resolve();
}

/** What this host can give: it knows no deadline, cannot abort a call, and calls nothing in a preview but check and diff. */
function context(): Context {
  return {
    env: process.env,
    config: (key) => config?.get(key),
    preview: false,
    progress: showStatus,
    warn: showWarning,
  };
}

/** The provider of CancelBackup. */
export const cancelBackup: dynamic.ResourceProvider<CancelBackupInputs, CancelBackupState> = {
  configure,
  async check(_olds, news) {
    const { inputs, problems } = lifecycle.check(withoutNulls(news));
    return { inputs, failures: problems.map(checkFailure) };
  },
  async diff(_id, olds, news) {
    return lifecycle.diff(olds, news);
  },
  async create(inputs) {
    const { id, state } = await hostFailures(lifecycle.create(inputs, context()));
    return { id, outs: state };
  },
  async update(id, olds, news) {
    return { outs: await hostFailures(lifecycle.update(id, olds, news, context())) };
  },
  async read(id, props) {
    return { id, props: await lifecycle.read((props ?? {}) as CancelBackupState, context()) };
  },
  async delete(_id, props) {
    await lifecycle.delete(props, context());
  },
};

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

/** A partial failure the way the host knows it: it saves the properties and prints the reasons. */
async function hostFailures<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    throw Object.assign(error, { properties: error.state, reasons: [error.message] });
  }
}
