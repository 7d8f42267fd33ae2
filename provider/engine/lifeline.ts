import type { Engine, EngineChannel } from "./engine";

/** States of the connection to the engine, as the gRPC library numbers them. */
const READY = 2;
const TRANSIENT_FAILURE = 3;

/** An engine to which no connection could be made again for this long is gone. */
const GONE_AFTER_MS = 2_000;

/**
 * What ties a provider's work to the engine that asked for it.
 *
 * An engine that was killed cannot end the processes it has started, and neither Pulumi's host of dynamic providers nor a
 * plugin ends by itself. Left alone, it would wait on, and even send a statement for a command that is no more. So the work
 * is aborted, and when it has ended, the process gets the signal by which the engine ends it after every command.
 */
export class Lifeline {
  private readonly findEngine: () => Engine | undefined;
  /** The calls that are under way. */
  private readonly calls = new Set<AbortController>();
  private isWatching = false;
  private wasCalled = false;
  private isGone = false;

  /** @param findEngine gives the engine whose end ends this process; undefined when there is none */
  constructor(findEngine: () => Engine | undefined) {
    this.findEngine = findEngine;
  }

  /** Runs something on behalf of the engine for as long as it lives. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.wasCalled = true;
    this.watchEngine();
    const call = new AbortController();
    this.calls.add(call);
    if (this.isGone) call.abort();
    try {
      return await work(call.signal);
    } finally {
      this.calls.delete(call);
      this.endWithEngine();
    }
  }

  /** Aborts what is under way; what comes later is not touched. */
  abortCalls(): void {
    for (const call of this.calls) call.abort();
  }

  /** Begins with the first call at the latest. Before it, an engine that has started a program and cannot be reached is gone. */
  watchEngine(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    try {
      const channel = this.findEngine()?.client.getChannel();
      if (channel !== undefined) this.watch(channel, false);
    } catch {
      // Not the gRPC library that is known here: then the engine is not watched.
    }
  }

  /**
   * A connection that was lost may be made again; an engine to which none can be made any more is gone. One that calls and to
   * which there never was a connection says nothing: the address may not be one that can be reached from here.
   */
  private watch(channel: EngineChannel, wasReady: boolean): void {
    const state = channel.getConnectivityState(true);
    const mayBeGone = () => wasReady || !this.wasCalled;
    const isLost = state === TRANSIENT_FAILURE && mayBeGone();
    const deadline = isLost ? Date.now() + GONE_AFTER_MS : Number.POSITIVE_INFINITY;
    channel.watchConnectivityState(state, deadline, (isUnchanged) => {
      if (!isUnchanged || !mayBeGone()) return this.watch(channel, wasReady || state === READY);
      this.isGone = true;
      this.abortCalls();
      this.endWithEngine();
    });
  }

  private endWithEngine(): void {
    if (this.isGone && this.calls.size === 0) process.kill(process.pid, "SIGINT");
  }
}
