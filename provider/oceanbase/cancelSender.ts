import { leavesEffectOpen, OceanBaseError } from "./errors";
import type { Session } from "./session";
import { type CancelScope, cancelBackupStatement } from "./statements";
import { pauseUntilNextLook } from "./watchJobs";

/** How often one action sends the statement at most: after a lost reply, and for jobs that started late. */
const MAX_SENDS = 5;

/** Pause before the jobs are asked what a statement without a reply has done; grows with every send. */
const SETTLE_MS = 500;

/** What the sender has to ask of the action it belongs to. */
export interface SenderQuestions {
  /** Whether a job that the statement is meant for is still unmarked. */
  leftUnmarked(): Promise<boolean>;
  /** The same target without tenants that do not exist any more; fails when one of them may not be missing. */
  withoutGone(target: CancelScope): Promise<CancelScope>;
}

/**
 * Sends CANCEL BACKUP until it is known to have arrived, and keeps what is known of it. After a send without a clear
 * answer it asks the jobs what the statement has done; it never guesses and never repeats blindly.
 */
export class CancelSender {
  /** The statement as it was sent last. */
  statement: string | undefined;
  /** When the server took it; undefined as long as nobody knows that it did. */
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
   * @returns why it is not known to have arrived, or undefined when it has
   */
  async send(scope: CancelScope): Promise<OceanBaseError | undefined> {
    let target = scope;
    while (target.length > 0) {
      this.statement = cancelBackupStatement(target);
      const sentAt = new Date().toISOString();
      this.sends += 1;
      try {
        await this.session.send(this.statement, `cancelling the backups of ${scopeText(target)}`);
        this.issuedAt = sentAt;
        return undefined;
      } catch (error) {
        if (!(error instanceof OceanBaseError)) throw error;
        if (error.errno === 5160 && !this.hasResolvedAgain) {
          // A tenant was dropped since the look, and the statement has done nothing for the others, too.
          this.hasResolvedAgain = true;
          target = await this.questions.withoutGone(target);
          continue;
        }
        if (leavesEffectOpen(error)) this.effectIsOpen = true;
        else if (!this.effectIsOpen && this.issuedAt === undefined) throw error;
        const settled = await this.settle(error, sentAt);
        if (settled !== "send again") return settled;
      }
    }
    return undefined;
  }

  private async settle(
    error: OceanBaseError,
    sentAt: string,
  ): Promise<OceanBaseError | undefined | "send again"> {
    try {
      await pauseUntilNextLook(SETTLE_MS * this.sends, this.session.address, this.signal);
      if (!(await this.questions.leftUnmarked())) {
        this.issuedAt = sentAt;
        this.warnings.push(
          `the reply to the statement was lost (${error.message}); the jobs show that none is left to cancel`,
        );
        return undefined;
      }
    } catch (lookError) {
      if (!(lookError instanceof OceanBaseError)) throw lookError;
      return lookError;
    }
    const isFinal = error.kind === "server" || error.kind === "refused";
    return isFinal || !this.mayStillSend ? error : "send again";
  }
}

function scopeText(scope: CancelScope): string {
  if (scope === "all") return "all user tenants";
  if (scope === "own") return "this tenant";
  const shown = scope.slice(0, 5).join(", ");
  return scope.length > 5 ? `${shown} and ${scope.length - 5} more tenants` : shown;
}
