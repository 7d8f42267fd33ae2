import { isOfKind, OceanBaseError } from "../oceanbase/errors";
import { DEFAULT_CONNECT_TIMEOUT_SECONDS, type LoginInputs } from "./connection";
import type { Context } from "./context";

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
