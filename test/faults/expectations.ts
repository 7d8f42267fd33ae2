import type { FaultClass } from "./faults.ts";
import type { Phase } from "./phases.ts";

/** What has to come of an operation when a fault strikes in one of its phases. */
export interface Expected {
  /**
   * - `done`: the backup is stopped, and the state says so.
   * - `thrown`: it fails, and the state is what it was before.
   * - `lost`: it fails; the state has the attempt, of whose statement nobody knows whether it arrived.
   * - `issued`: it fails; the state has the attempt, whose statement has arrived.
   *
   * A deletion has no place for a record: where others are `lost` or `issued`, it is `thrown`.
   */
  ending: "done" | "thrown" | "lost" | "issued";
  /** How often the server receives the statement. */
  sent: number;
  /** Why it is not once. */
  why?: string;
  /** How often the next command sends it. What was `thrown` is begun anew, so once. */
  next: number;
  /** After how many seconds it has ended, on a machine that has nothing else to do. */
  seconds: number;
}

/** What is done at once: nobody waits but for the backup to stop. */
const SOON = 3;
/** How long a look keeps asking. */
const LOOK = 30;
/** How long one reply is waited for. */
const REPLY = 40;
/** `timeoutSeconds` of these operations when the address is away, and how long the last look may take. */
export const SHORT_WAIT = 8;
const LAST_LOOK = 5;
/** `timeoutSeconds` of the others: long enough for a reply that never comes and one that does. */
export const LONG_WAIT = 90;

/** What a machine may need beyond the time that is waited for, with a hundred cells at once on it. */
export const SLACK_SECONDS = 25;

const done = (seconds = SOON): Expected => ({ ending: "done", sent: 1, next: 0, seconds });
const doneInTwo = (why: string): Expected => ({ ending: "done", sent: 2, why, next: 0, seconds: SOON });
const nothingSent = (seconds: number): Expected => ({
  ending: "thrown",
  sent: 0,
  why: "it has not come that far",
  next: 1,
  seconds,
});
const refused: Expected = { ending: "thrown", sent: 1, next: 1, seconds: SOON };
const neverArrived: Expected = {
  ending: "lost",
  sent: 0,
  why: "it was lost on the way, and nobody could be asked",
  next: 1,
  seconds: LOOK + SOON,
};
const issued = (seconds = SOON): Expected => ({ ending: "issued", sent: 1, next: 0, seconds });

/** A question may be asked again, and is. So this is what follows from asking in vain. */
const QUESTION = {
  cut: done(),
  "cut after": done(),
  transient: done(),
};

/** By hand, from what each fault means, never from a run. */
export const EXPECTED: Record<Phase, Record<FaultClass, Expected>> = {
  look: {
    ...QUESTION,
    away: nothingSent(SOON + SHORT_WAIT),
    stall: nothingSent(LOOK),
    refusal: nothingSent(SOON),
    "unknown tenant": nothingSent(SOON),
  },
  issue: {
    away: neverArrived,
    // The server has it from the second try alone.
    cut: done(),
    // The jobs show that it has arrived, so it is not sent again.
    "cut after": done(),
    stall: done(REPLY + SOON),
    transient: doneInTwo("the server answered with the error, and the job was seen to run on"),
    refusal: refused,
    "unknown tenant": doneInTwo("the server did nothing, and every tenant that was named is there"),
  },
  watch: {
    ...QUESTION,
    away: issued(SHORT_WAIT + LAST_LOOK),
    stall: done(REPLY + SOON),
    refusal: issued(),
    "unknown tenant": issued(),
  },
  report: {
    ...QUESTION,
    away: issued(SHORT_WAIT + LAST_LOOK),
    stall: done(REPLY + SOON),
    refusal: issued(),
    "unknown tenant": issued(),
  },
  // What is left behind is good to know. That it cannot be found out is a warning.
  leftovers: {
    ...QUESTION,
    away: done(LOOK + SOON),
    stall: done(LOOK + SOON),
    refusal: done(),
    "unknown tenant": done(),
  },
};
