import type { ServerError } from "./cluster/errors.ts";
import { errorOf } from "./cluster/errorTexts.ts";

/**
 * An error to inject. SQLSTATE and text are the server's own unless given. In an Oracle-mode session it arrives with
 * that mode's number, after the login.
 */
export interface InjectedError {
  errno: number;
  sqlState?: string;
  message?: string;
  /** In an Oracle-mode session: another server has sent the text on as it was, without the code in it. */
  forwarded?: boolean;
}

/** What goes wrong with a statement. */
export type FaultAction =
  /** The statement does nothing and this error comes back. */
  | ({ kind: "error" } & InjectedError)
  /** The statement does its work, and this error comes back all the same. */
  | ({ kind: "error after" } & InjectedError)
  /** The connection dies before the statement did anything. */
  | { kind: "cut before" }
  /** The statement does its work, then the connection dies without a reply. */
  | { kind: "cut after" }
  /** No reply, and the connection stays open. */
  | { kind: "stall" }
  /** The statement does its work, and its reply comes when the test lets it. */
  | { kind: "reply later"; until: Promise<void> }
  /** Something happens on the cluster first; then the statement runs as usual. */
  | { kind: "just before"; happens: () => void };

/** What goes wrong, with which statements, and how often. */
export interface Fault {
  /** Which statements; a login counts as `login user@tenant`, and only an error can be done to it. */
  match: RegExp;
  /** The first of them that it happens to, counted from now; default 1. */
  nth?: number;
  /** How many of them; default 1. */
  times?: number;
  act: FaultAction;
}

/** Faults that wait for their statement. */
export class Faults {
  private readonly pending: Required<Fault>[] = [];

  inject(fault: Fault): void {
    this.pending.push({ nth: 1, times: 1, ...fault });
  }

  /** How many have not found their statement yet. */
  get waiting(): number {
    return this.pending.length;
  }

  clear(): void {
    this.pending.length = 0;
  }

  /** The fault for this statement, used up by taking it. */
  take(sql: string): FaultAction | undefined {
    for (const fault of this.pending) {
      if (!fault.match.test(sql)) continue;
      if (fault.nth > 1) {
        fault.nth -= 1;
        continue;
      }
      fault.times -= 1;
      if (fault.times <= 0) this.pending.splice(this.pending.indexOf(fault), 1);
      return fault.act;
    }
    return undefined;
  }
}

/** The error of a fault, as it is before a session sees it. */
export function faultError({ errno, sqlState, message }: InjectedError): ServerError {
  return errorOf(errno, sqlState, message);
}
