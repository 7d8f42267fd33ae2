import { setTimeout as pause } from "node:timers/promises";
import type { Trouble } from "./proxy.ts";
import type { Target } from "./target.ts";

/** The query at which a fault strikes: the nth of those that match. */
export interface Moment {
  match: RegExp;
  nth: number;
}

/**
 * Faults that the package cannot tell apart, or that mean the same to it.
 *
 * - `away`: the address answers nobody any more, until somebody mends it.
 * - `cut`: a connection ends at one query, and the server has not done it or it was only a question.
 * - `cut after`: a connection ends, and the server has done what it was told.
 * - `stall`: the server has done what it was told, and its reply never comes.
 * - `transient`: an error of a server that is busy with itself.
 * - `refusal`: an error that asking again does not mend.
 * - `unknown tenant`: a refusal, too; but for the statement it may mean that a tenant was dropped a moment ago.
 */
export type FaultClass = "away" | "cut" | "cut after" | "stall" | "transient" | "refusal" | "unknown tenant";

export interface Fault {
  name: string;
  class: FaultClass;
  /** What a message has to say of it when an operation fails for it. */
  says: RegExp;
  /** Makes it happen at a moment that is still to come; without one, now. */
  strike(target: Target, moment: Moment | undefined): unknown;
}

/** Everything that was asked for at once: for how long a server that restarts is away. */
const RESTART_MS = 300;

/** A fault of the address itself: from the moment on, or from now on. */
function away(name: string, says: RegExp, act: (target: Target) => unknown): Fault {
  return {
    name,
    class: "away",
    says,
    strike(target, moment) {
      if (moment === undefined) return act(target);
      return target.proxy.trap(moment.match, { kind: "happens", act: () => act(target) }, moment.nth);
    },
  };
}

/** A fault of one query and its connection. Before the first query, it is the first query that it strikes. */
export function atQuery(name: string, faultClass: FaultClass, trouble: (target: Target) => Trouble): Fault {
  return {
    name,
    class: faultClass,
    says: /the connection was cut|no reply within/,
    strike(target, { match, nth } = { match: /./, nth: 1 }) {
      target.proxy.trap(match, trouble(target), nth);
    },
  };
}

function serverError(faultClass: FaultClass, errno: number, name: string): Fault {
  return {
    name: `error ${errno}, ${name}`,
    class: faultClass,
    says: new RegExp(`\\(error ${errno}\\)`),
    strike({ sandbox }, { match, nth } = { match: /./, nth: 1 }) {
      sandbox.faults.inject({ match, nth, act: { kind: "error", errno } });
    },
  };
}

export const FAULTS: readonly Fault[] = [
  away("connection refused", /nothing listens there|the connection was cut/, ({ proxy }) => proxy.refuse()),
  away("name not found", /the host name is not known|the connection was cut/, ({ proxy }) => proxy.forget()),
  away("accept, then silence", /no (answer|reply) within|the connection was cut/, ({ proxy }) =>
    proxy.silence(),
  ),
  atQuery("cut before the statement", "cut", () => ({ kind: "cut before" })),
  atQuery("cut after the statement and before its reply", "cut after", () => ({ kind: "cut after" })),
  atQuery("cut in the middle of a result", "cut after", () => ({ kind: "truncate" })),
  atQuery("stalled reply", "stall", () => ({ kind: "stall" })),
  atQuery("server restart", "cut", ({ proxy }) => ({
    kind: "happens",
    act: async () => {
      await proxy.refuse();
      pause(RESTART_MS).then(() => proxy.restore());
    },
  })),
  serverError("transient", 4012, "timeout"),
  serverError("transient", 4023, "try again"),
  serverError("transient", 4038, "not the leader"),
  serverError("transient", 4109, "state not match"),
  serverError("transient", 4124, "server not reached"),
  serverError("transient", 4550, "root service shuts down"),
  serverError("transient", 4638, "root service has moved"),
  serverError("transient", 4654, "no leader"),
  serverError("transient", 4722, "no log stream leader"),
  serverError("transient", 8001, "server starts"),
  serverError("transient", 8002, "server stops"),
  serverError("transient", 4064, "session killed"),
  serverError("transient", 5066, "session interrupted"),
  serverError("refusal", 1227, "no privilege"),
  serverError("refusal", 1235, "not supported"),
  serverError("unknown tenant", 5160, "unknown tenant"),
  serverError("refusal", 5260, "tenant locked"),
];
