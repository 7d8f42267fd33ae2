/*
 * The engine, as far as a provider talks to it. How its client is come by is for each front.
 */

/** A line for the engine to show. */
export interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setEphemeral(ephemeral: boolean): void;
  setUrn(urn: string): void;
}

/** The connection to the engine, by the gRPC library's own numbers for its states. */
export interface EngineChannel {
  getConnectivityState(tryToConnect: boolean): number;
  /**
   * Calls back once when the state is another one, or with an error when it still is the same at the deadline:
   * milliseconds since 1970, or `Infinity`.
   */
  watchConnectivityState(state: number, deadline: number, changed: (isUnchanged?: Error) => void): void;
}

/** The engine, as far as a provider talks to it. */
export interface Engine {
  client: { log(request: LogRequest, done: () => void): void; getChannel(): EngineChannel };
  newRequest(): LogRequest;
}
