import type { ServerError } from "../cluster/errors.ts";

/** A reply that the server takes its time for, unless it is ended before. */
export class SlowReply {
  private readonly timer: NodeJS.Timeout;
  private readonly fail: (error: ServerError) => void;

  constructor(ms: number, reply: () => void, fail: (error: ServerError) => void) {
    this.timer = setTimeout(reply, ms);
    this.fail = fail;
  }

  /** Gives this error as the reply instead. */
  interrupt(error: ServerError): void {
    this.drop();
    this.fail(error);
  }

  /** Gives no reply at all. */
  drop(): void {
    clearTimeout(this.timer);
  }
}
