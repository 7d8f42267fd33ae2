import { isOfKind, OceanBaseError } from "../oceanbase/errors";
import { oneLine } from "../text";
import { DEFAULT_CONNECT_TIMEOUT_SECONDS, type LoginInputs } from "./connection";
import type { Context } from "./context";
import type { Preview } from "./defineResource";

/** Runs something that only looks, within the time that a connection may take; a preview has no more to spare. */
export async function inPreviewTime<T>(
  { connection }: LoginInputs,
  context: Context,
  look: (inTime: Context) => Promise<T>,
): Promise<T> {
  const { host, port, connectTimeoutSeconds = DEFAULT_CONNECT_TIMEOUT_SECONDS } = connection;
  const timeoutMs = connectTimeoutSeconds * 1000;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = context.signal === undefined ? timeout : AbortSignal.any([context.signal, timeout]);
  try {
    return await look({ ...context, signal, deadlineMs: Date.now() + timeoutMs });
  } catch (error) {
    if (!isOfKind(error, "aborted") || context.signal?.aborted) throw error;
    throw new OceanBaseError("unreachable", `${host}:${port}: no answer within ${timeoutMs / 1000} s`);
  }
}

/**
 * A preview that fails for nothing the cluster says. What the update would be refused with is a warning; a cluster that is
 * merely away from where the preview runs is a line.
 */
export async function orFailureText<State>(
  context: Context,
  preview: () => Promise<Preview<State>>,
): Promise<Preview<State>> {
  try {
    return await preview();
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    if (isOfKind(error, "unreachable", "transient", "aborted")) {
      return { text: oneLine(`what this would do cannot be seen from here: ${error.message}`) };
    }
    context.warn(oneLine(`as things are now it would fail: ${error.message}`));
    return {};
  }
}
