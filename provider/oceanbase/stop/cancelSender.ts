import { firstOf } from "../../text";
import { settleMs } from "../connection/backoff";
import { leavesEffectOpen } from "../connection/failures";
import { OceanBaseError } from "../errors";
import { cancelBackupStatement, type TenantSelection } from "../statements";
import { readEffect, tenantsIn, withoutMissing } from "./cancelEffect";
import { afterFailure } from "./failedSend";
import type { Plan } from "./plan";
import { pauseUntilNextLook } from "./polling";
import type { Target } from "./target";
import { Unreached } from "./unreached";

/** How often one action sends the same at most: after a lost reply, and for jobs that started late. Fact: cancel-again */
const MAX_SENDS = 5;

/** Most tenants that a message names. */
const MAX_TENANTS_SHOWN = 2;

/** Error number for a named tenant that does not exist; then none is cancelled. Fact: bad-name-refuses-all */
const NO_SUCH_TENANT = 5160;

/**
 * Sends CANCEL BACKUP until it is known to have arrived, and keeps what is known of it. After a send without a clear
 * answer it asks the jobs what the statement has done; it never repeats blindly.
 */
export class CancelSender {
  /** The statement as the server took it first; until one is known to have arrived, as it was sent last. */
  statement: string | undefined;
  /** When the server took it first; undefined until one is known to have arrived. */
  issuedAt: string | undefined;
  readonly warnings: string[] = [];
  readonly unreached = new Unreached();

  private readonly plan: Plan;
  private readonly target: Target;
  private sends = 0;
  private hasResolvedAgain = false;
  /** Whether a send without a clear answer may have marked jobs. */
  private effectIsOpen = false;
  /** The statement that failed last. */
  private failedStatement: string | undefined;

  constructor(plan: Plan, target: Target) {
    this.plan = plan;
    this.target = target;
    this.statement = plan.request.earlier?.statement;
    this.issuedAt = plan.request.earlier?.issuedAt;
  }

  get mayStillSend(): boolean {
    return this.sends < MAX_SENDS;
  }

  /**
   * Throws when the statement was refused and nothing has happened.
   *
   * @returns why it is not known to have reached every tenant, or undefined when it has, or when nothing is left to send it
   * for
   */
  async send(selection: TenantSelection): Promise<OceanBaseError | undefined> {
    let next: TenantSelection | undefined = selection;
    try {
      while (next !== undefined) next = (await this.sendOnce(next)) ?? this.unreached.nextSuspect();
    } catch (error) {
      // What has, or may have, taken effect is for the record; only before that nothing has happened.
      const nothingHappened = !this.effectIsOpen && this.issuedAt === undefined;
      if (nothingHappened || !(error instanceof OceanBaseError)) throw error;
      if (!this.unreached.hasSplit) return error;
      this.unreached.giveUp(tenantsIn(this.target.scope, next ?? []), error);
    }
    return this.unreached.error(this.plan.cluster.address);
  }

  /** @returns what is to be sent next, when this send does not settle it */
  private async sendOnce(selection: TenantSelection): Promise<TenantSelection | undefined> {
    if (selection.length === 0) return undefined;
    const statement = cancelBackupStatement(selection);
    if (this.issuedAt === undefined) this.statement = statement;
    const sentAt = new Date().toISOString();
    this.sends += 1;
    try {
      await this.plan.cluster.send(statement, `cancelling the backups of ${selectionText(selection)}`);
      this.issuedAt ??= sentAt;
      return undefined;
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      if (error.errno === NO_SUCH_TENANT && !this.hasResolvedAgain) {
        // A tenant was dropped since the look, and the statement has done nothing for the others either.
        this.hasResolvedAgain = true;
        return await withoutMissing(this.plan, selection);
      }
      // It was refused, or there was no connection to send it on: nothing has happened.
      if (!leavesEffectOpen(error)) throw error;
      this.effectIsOpen = true;
      return await this.afterUnclearAnswer(selection, error, { statement, sentAt });
    }
  }

  /** Asks the jobs what the statement has done. */
  private async afterUnclearAnswer(
    selection: TenantSelection,
    error: OceanBaseError,
    { statement, sentAt }: { statement: string; sentAt: string },
  ): Promise<TenantSelection | undefined> {
    const { cluster, control } = this.plan;
    const { scope } = this.target;
    await pauseUntilNextLook(settleMs(this.sends), cluster.address, control.signal);
    const hasArrived = this.issuedAt !== undefined;
    const effect = await readEffect(this.plan, this.target, { selection, hasArrived });
    const tenants = tenantsIn(scope, selection);
    const isRepeated = this.failedStatement === statement;
    this.failedStatement = statement;
    const after = afterFailure({ selection, tenants, error, effect, isRepeated });
    if (tenants.some(({ id }) => effect.marked.has(id))) this.issuedAt ??= sentAt;
    if (after.do === "nothing") {
      this.warnings.push(lostReplyText(error, effect.marked.size > 0));
      return undefined;
    }
    if (after.do === "split") return this.unreached.split(after, error);
    if (after.do === "repeat" && this.mayStillSend) return selection;
    if (!this.unreached.hasSplit) throw error;
    this.unreached.add(tenants, error);
    return undefined;
  }
}

function lostReplyText(error: OceanBaseError, isMarked: boolean): string {
  const what = error.errno === undefined ? "the reply to the statement was lost" : "the statement failed";
  return isMarked
    ? `${what} (${error.message}); the jobs show that it arrived`
    : `${what} (${error.message}); it is unknown whether the server received it, but no job is left to cancel`;
}

function selectionText(selection: TenantSelection): string {
  if (selection === "all") return "all user tenants";
  if (selection === "own") return "this tenant";
  return firstOf(selection, MAX_TENANTS_SHOWN, { noun: "tenants" });
}
