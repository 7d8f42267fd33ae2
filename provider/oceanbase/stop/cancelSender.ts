import { settleMs } from "../connection/backoff";
import type { Session } from "../connection/session";
import { leavesEffectOpen, OceanBaseError } from "../errors";
import { type CancelScope, cancelBackupStatement } from "../statements";
import { pauseUntilNextLook } from "./jobWatch";

/** How often one action sends the statement at most: after a lost reply, and for jobs that started late. */
const MAX_SENDS = 5;

/** What the jobs say of a statement whose reply is missing. */
export type Effect =
  /** A job that the statement is meant for runs on, unaware of it. */
  | "left unmarked"
  /** None does, and one that ran before is being cancelled now: it arrived. */
  | "marked"
  /** There is nothing to be seen either way. */
  | "none";

/** What the sender has to ask of the action it belongs to. */
export interface SenderQuestions {
  effect(): Promise<Effect>;
  /** The same target without tenants that do not exist any more; fails when one of them may not be missing. */
  withoutGone(target: CancelScope): Promise<CancelScope>;
}

/**
 * Sends CANCEL BACKUP until it is known to have arrived, and keeps what is known of it. After a send without a clear
 * answer it asks the jobs what the statement has done; it never guesses and never repeats blindly.
 */
export class CancelSender {
  /** The statement as the server took it first; while nobody knows that it did, as it was sent last. */
  statement: string | undefined;
  /** When the server took it first; undefined as long as nobody knows that it did. */
  issuedAt: string | undefined;
  readonly warnings: string[] = [];

  private readonly session: Session;
  private readonly questions: SenderQuestions;
  private readonly signal: AbortSignal | undefined;
  private sends = 0;
  private hasResolvedAgain = false;
  /** Whether a send without a clear answer may have marked jobs. */
  private effectIsOpen = false;

  constructor(
    session: Session,
    questions: SenderQuestions,
    earlier: { statement?: string; issuedAt?: string } = {},
    signal?: AbortSignal,
  ) {
    this.session = session;
    this.questions = questions;
    this.statement = earlier.statement;
    this.issuedAt = earlier.issuedAt;
    this.signal = signal;
  }

  get mayStillSend(): boolean {
    return this.sends < MAX_SENDS;
  }

  /**
   * Throws when the statement was refused and nothing has happened.
   *
   * @returns why it is not known to have arrived, or undefined when it has, or when nothing is left to send it for
   */
  async send(scope: CancelScope): Promise<OceanBaseError | undefined> {
    let target = scope;
    try {
      while (!Array.isArray(target) || target.length > 0) {
        const next = await this.sendOnce(target);
        if (next === "done") return undefined;
        target = next;
      }
      return undefined;
    } catch (error) {
      // What has, or may have, taken effect is for the record; only before that nothing has happened.
      const nothingHappened = !this.effectIsOpen && this.issuedAt === undefined;
      if (nothingHappened || !(error instanceof OceanBaseError)) throw error;
      return error;
    }
  }

  /** @returns what is to be sent next, when the matter is not settled by this */
  private async sendOnce(target: CancelScope): Promise<CancelScope | "done"> {
    const statement = cancelBackupStatement(target);
    if (this.issuedAt === undefined) this.statement = statement;
    const sentAt = new Date().toISOString();
    this.sends += 1;
    try {
      await this.session.send(statement, `cancelling the backups of ${scopeText(target)}`);
      this.issuedAt ??= sentAt;
      return "done";
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      if (error.errno === 5160 && !this.hasResolvedAgain) {
        // A tenant was dropped since the look, and the statement has done nothing for the others, too.
        this.hasResolvedAgain = true;
        return await this.questions.withoutGone(target);
      }
      // It was refused, or there was no connection to send it on: nothing has happened.
      if (!leavesEffectOpen(error)) throw error;
      this.effectIsOpen = true;
      // An answer that nobody can read gets no better by being asked for again.
      if (error.kind === "refused" || error.kind === "server") throw error;
      return (await this.isSettled(error, sentAt)) ? "done" : target;
    }
  }

  /** Asks the jobs what the statement has done; false when it is to be sent again. */
  private async isSettled(error: OceanBaseError, sentAt: string): Promise<boolean> {
    await pauseUntilNextLook(settleMs(this.sends), this.session.address, this.signal);
    const effect = await this.questions.effect();
    if (effect === "left unmarked") {
      if (this.mayStillSend) return false;
      throw error;
    }
    if (effect === "marked") this.issuedAt ??= sentAt;
    this.warnings.push(
      effect === "marked"
        ? `the reply to the statement was lost (${error.message}); the jobs show that it arrived`
        : `the reply to the statement was lost (${error.message}); nobody knows whether it arrived, but no job is left to cancel`,
    );
    return true;
  }
}

function scopeText(scope: CancelScope): string {
  if (scope === "all") return "all user tenants";
  if (scope === "own") return "this tenant";
  const shown = scope.slice(0, 5).join(", ");
  return scope.length > 5 ? `${shown} and ${scope.length - 5} more tenants` : shown;
}
