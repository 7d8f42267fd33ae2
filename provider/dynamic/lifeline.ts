import { type EngineChannel, findEngine } from "./engine";

/** States of the connection to the engine, as the gRPC library numbers them. */
const READY = 2;
const TRANSIENT_FAILURE = 3;

/** An engine to which no connection could be made again for this long is gone. */
const GONE_AFTER_MS = 2_000;

/** The calls that are under way. */
const calls = new Set<AbortController>();
let isWatching = false;
let isGone = false;

/**
 * Runs something on behalf of the engine for as long as it lives.
 *
 * An engine that was killed cannot end the processes it has started, and Pulumi's host of dynamic providers never ends by
 * itself. Left alone, it would wait on, and even send a statement for a command that is no more. So the work is aborted,
 * and when it has ended, the process gets the signal by which the engine ends it after every command.
 */
export async function whileEngineLives<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  watchEngine();
  const call = new AbortController();
  calls.add(call);
  if (isGone) call.abort();
  try {
    return await work(call.signal);
  } finally {
    calls.delete(call);
    endWithEngine();
  }
}

function watchEngine(): void {
  if (isWatching) return;
  isWatching = true;
  try {
    const channel = findEngine()?.client.getChannel();
    if (channel !== undefined) watch(channel, false);
  } catch {
    // Not the gRPC library that is known here: then the engine is not watched.
  }
}

/**
 * A connection that was lost may be made again; an engine to which none can be made any more is gone. One to which there
 * never was a connection says nothing: the address may not be one that can be reached from here.
 */
function watch(channel: EngineChannel, wasReady: boolean): void {
  const state = channel.getConnectivityState(true);
  const isLost = wasReady && state === TRANSIENT_FAILURE;
  const deadline = isLost ? Date.now() + GONE_AFTER_MS : Number.POSITIVE_INFINITY;
  channel.watchConnectivityState(state, deadline, (isUnchanged) => {
    if (isUnchanged) abortCalls();
    else watch(channel, wasReady || state === READY);
  });
}

function abortCalls(): void {
  isGone = true;
  for (const call of calls) call.abort();
  endWithEngine();
}

function endWithEngine(): void {
  if (isGone && calls.size === 0) process.kill(process.pid, "SIGINT");
}
