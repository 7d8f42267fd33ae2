import { setTimeout as pause } from "node:timers/promises";
import { isInSys, type Server, type Tenant } from "../cluster/server";
import type { Session } from "../connection/session";
import { isWorthRepeating, leavesEffectOpen, OceanBaseError } from "../errors";
import { addCleanupPolicyStatement, type CleanupPolicy, dropCleanupPolicyStatement } from "../statements";
import { readCleanupPolicy, type ShownPolicy } from "./cleanupPolicies";
import { asPolicyError } from "./cleanupPolicyErrors";
import { isSameWindow } from "./recoveryWindow";

/** How many statements may go without a clear answer before it is given up. */
const MAX_FAILURES = 3;

/** Pause before the view is asked what a statement without a reply has done; grows with every failure. */
const SETTLE_MS = 500;

/** Error number of an ADD when there is a policy already. */
const POLICY_EXISTS = 1062;

/** Whose policy it is about, and for how long it may take. */
export interface PolicyPlace {
  session: Session;
  server: Server;
  /** A user tenant that the login can name, or is in. */
  tenant: Tenant;
  /** Until when the view may be asked, in milliseconds since 1970; asked anew for every look. */
  untilMs: () => number;
  /** Aborted when the caller gives up. */
  signal?: AbortSignal;
}

/** What a tenant's cleanup policy is to be. */
export interface PolicyRequest {
  wanted: CleanupPolicy;
  /** Whether this policy, which is not the one that is wanted, may be dropped; otherwise it is an error. */
  mayReplace: (shown: ShownPolicy) => boolean;
  /**
   * The policy as it was last made by whoever asks. It knows what the server does not show: when redundancy or copies
   * are to be others, the policy is made anew although it looks the same. Absent when nobody knows.
   */
  record?: CleanupPolicy;
}

/** What has become of a request. */
export interface PolicyReport {
  /**
   * The policy that the tenant has now, its window as the server shows it; undefined when it has none. Without
   * `certain`: what it has if it has one.
   */
  policy: CleanupPolicy | undefined;
  /** Whether the server's word is behind it. */
  certain: boolean;
  /** The last ADD that was sent for what was wanted; undefined when none was. */
  statement: string | undefined;
  /** Whether a policy of the tenant was dropped for it. */
  hasDropped: boolean;
  /** Why the tenant may not have the policy that was wanted; undefined when it has. */
  interrupted: OceanBaseError | undefined;
}

/**
 * Gives a tenant a cleanup policy. One that is there already, with a window of the same length, is left as it is.
 *
 * OceanBase cannot change a policy: a different one is dropped and the new one added. After a statement without a clear
 * answer the view is read again and decides how to go on; nothing is repeated blindly. When the new one cannot be
 * added, the dropped one is put back. What fails before anything has happened is thrown; from then on it is part of
 * the report.
 */
export async function ensureCleanupPolicy(place: PolicyPlace, request: PolicyRequest): Promise<PolicyReport> {
  return await new PolicyChange(place).ensure(request);
}

/**
 * Drops a tenant's cleanup policy. One that is not there counts as dropped, and nothing is sent for it.
 *
 * @param isMeant whether the policy that is found is the one to be dropped; another one is left alone
 */
export async function dropCleanupPolicy(
  place: PolicyPlace,
  isMeant: (shown: ShownPolicy) => boolean = () => true,
): Promise<void> {
  await new PolicyChange(place).drop(isMeant);
}

class PolicyChange {
  private readonly place: PolicyPlace;
  /** The policy as the server showed or confirmed it last. */
  private shown: ShownPolicy | undefined;
  /** What the tenant has if the last statement, which nobody knows the effect of, did or did not arrive. */
  private inDoubt: { policy: CleanupPolicy | undefined } | undefined;
  /** The policy that was dropped last, as it could be put back. */
  private dropped: CleanupPolicy | undefined;
  /** The last ADD for what was wanted. */
  private statement: string | undefined;
  /** How many statements went without a clear answer, and the last answer. */
  private failures = 0;
  private lastFailure: unknown;

  constructor(place: PolicyPlace) {
    this.place = place;
  }

  async ensure(request: PolicyRequest): Promise<PolicyReport> {
    const { wanted, record, mayReplace } = request;
    this.shown = await this.look();
    const hidden = record === undefined ? {} : hiddenPart(record);
    const isHiddenTheSame = record === undefined || isSameHidden(record, wanted);
    let interrupted: OceanBaseError | undefined;
    try {
      await this.converge(wanted, { mayReplace, mustDrop: !isHiddenTheSame, hidden, doing: "setting" });
      // The server may write the window in another way; it has been made, whether or not this look succeeds.
      if (this.statement !== undefined) this.shown = (await this.look().catch(() => undefined)) ?? this.shown;
    } catch (error) {
      if (!(error instanceof OceanBaseError) || !this.hasHadEffect) throw error;
      interrupted = await this.putBack(error, record !== undefined);
    }
    return {
      policy: this.policyNow(interrupted === undefined ? wanted : this.dropped),
      certain: this.inDoubt === undefined,
      statement: this.statement,
      hasDropped: this.dropped !== undefined,
      interrupted,
    };
  }

  async drop(isMeant: (shown: ShownPolicy) => boolean): Promise<void> {
    this.shown = await this.look();
    while (this.shown !== undefined && isMeant(this.shown)) {
      await this.send(dropCleanupPolicyStatement(this.tenantClause), "dropping", undefined, this.shown);
    }
  }

  /** Whether anything may be another way than before. */
  private get hasHadEffect(): boolean {
    return this.dropped !== undefined || this.inDoubt !== undefined;
  }

  /** Sends what brings the tenant nearer to the policy, until it has it. */
  private async converge(
    wanted: CleanupPolicy,
    how: { mayReplace: PolicyRequest["mayReplace"]; mustDrop: boolean; hidden: CleanupPolicy; doing: string },
  ): Promise<void> {
    let { mustDrop } = how;
    for (;;) {
      if (this.shown === undefined) {
        mustDrop = false;
        const statement = addCleanupPolicyStatement(wanted, this.tenantClause);
        if (how.doing === "setting") this.statement = statement;
        await this.send(statement, how.doing, wanted, wanted);
      } else if (!mustDrop && isSameWindow(this.shown.recoveryWindow, wanted.recoveryWindow)) {
        return;
      } else {
        if (!how.mayReplace(this.shown)) throw this.isAnother(this.shown, wanted);
        // Somebody else keeps adding another one.
        if (this.failures >= MAX_FAILURES) throw this.lastFailure;
        const old = this.asItCouldBePutBack(this.shown, how.hidden);
        await this.send(dropCleanupPolicyStatement(this.tenantClause), how.doing, undefined, old);
        if (this.shown === undefined) this.dropped = old;
      }
    }
  }

  /**
   * Sends one statement and finds out what it has done. Throws when it was refused, and when there is no use in trying
   * again.
   *
   * @param effect the policy that it leaves
   * @param ifAny the policy that the tenant has afterwards if it has one
   */
  private async send(
    statement: string,
    doing: string,
    effect: CleanupPolicy | undefined,
    ifAny: CleanupPolicy,
  ): Promise<void> {
    const { session, server, tenant } = this.place;
    try {
      await session.send(statement, `${doing} the cleanup policy of tenant ${tenant.name}`);
      this.shown = effect === undefined ? undefined : shownPart(effect);
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      const exists = error.errno === POLICY_EXISTS;
      if (!exists && !leavesEffectOpen(error) && !isWorthRepeating(error)) throw asPolicyError(error, server);
      this.failures += 1;
      this.lastFailure = asPolicyError(error, server);
      if (leavesEffectOpen(error)) this.inDoubt = { policy: ifAny };
      if (!exists) await this.settle();
      this.shown = await this.look();
      this.inDoubt = undefined;
      const isDone = (this.shown === undefined) === (effect === undefined);
      // An answer that nobody can read gets no better by being asked for again.
      const isHopeless = !exists && !isWorthRepeating(error);
      if (!isDone && (isHopeless || this.failures >= MAX_FAILURES)) throw this.lastFailure;
    }
  }

  /**
   * Puts the dropped policy back when the new one could not be added.
   *
   * @param isHiddenKnown whether what the server does not show of the old one is known
   * @returns the failure, with what has become of the old one
   */
  private async putBack(failure: OceanBaseError, isHiddenKnown: boolean): Promise<OceanBaseError> {
    const { tenant } = this.place;
    const details = failure.errno === undefined ? {} : { errno: failure.errno };
    const after = (what: string) => new OceanBaseError(failure.kind, `${failure.message}; ${what}`, details);
    const nobodyKnows = `nobody knows whether tenant ${tenant.name} has a cleanup policy now`;
    if (this.inDoubt !== undefined || this.dropped === undefined) return after(nobodyKnows);
    const old = `the policy that was there (${windowText(this.dropped)})`;
    if (this.shown !== undefined) {
      return after(`${old} was dropped, and somebody else has added one since (${windowText(this.shown)})`);
    }
    try {
      this.failures = 0;
      await this.converge(this.dropped, {
        mayReplace: () => false,
        mustDrop: false,
        hidden: {},
        doing: "putting back",
      });
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      const now = this.inDoubt === undefined ? this.nowText() : nobodyKnows;
      return after(`${old} could not be put back (${error.message}); ${now}`);
    }
    const hidden = isHiddenKnown
      ? ""
      : ", but its redundancy and number of copies, which the server does not show, are the server's defaults now";
    return after(`${old} was put back${hidden}`);
  }

  /** What is known of the tenant's policy at the end; what the server does not show is that of `made`. */
  private policyNow(made: CleanupPolicy | undefined): CleanupPolicy | undefined {
    if (this.inDoubt !== undefined) return this.inDoubt.policy;
    return this.shown === undefined ? undefined : { ...hiddenPart(made ?? {}), ...this.shown };
  }

  /** A policy with a window that no statement of ours can say is better not dropped at all. */
  private asItCouldBePutBack(shown: ShownPolicy, hidden: CleanupPolicy): CleanupPolicy {
    // OceanBase takes a policy without a window with this redundancy only.
    const old = { ...(shown.recoveryWindow === undefined ? { redundancy: 1 } : {}), ...hidden, ...shown };
    try {
      addCleanupPolicyStatement(old, this.tenantClause);
      return old;
    } catch (error) {
      throw this.refusal(
        `the cleanup policy of tenant ${this.place.tenant.name} could not be put back if something went wrong (${(error as Error).message}), so it was left as it is; drop it by hand (${dropCleanupPolicyStatement(this.tenantClause)})`,
      );
    }
  }

  private isAnother(shown: ShownPolicy, wanted: CleanupPolicy): OceanBaseError {
    return this.refusal(
      `tenant ${this.place.tenant.name} has a cleanup policy already, with ${windowText(shown)} instead of ${windowText(wanted)}; set overwrite: true to replace it, or ask for the one that is there`,
    );
  }

  private refusal(message: string): OceanBaseError {
    return new OceanBaseError("refused", `${this.place.session.address}: ${message}`);
  }

  private nowText(): string {
    const now = this.shown === undefined ? "no cleanup policy" : `another one (${windowText(this.shown)})`;
    return `tenant ${this.place.tenant.name} has ${now} now`;
  }

  /** Only the sys tenant names the tenant it means. */
  private get tenantClause(): string | undefined {
    return isInSys(this.place.server) ? this.place.tenant.name : undefined;
  }

  private look(): Promise<ShownPolicy | undefined> {
    const { session, server, tenant, untilMs } = this.place;
    return readCleanupPolicy(session, server, tenant, untilMs());
  }

  /** Time for a statement that is still under way. */
  private async settle(): Promise<void> {
    const { signal, session } = this.place;
    try {
      await pause(SETTLE_MS * this.failures, undefined, signal ? { signal } : {});
    } catch {
      throw new OceanBaseError(
        "aborted",
        `${session.address}: given up on request while the cleanup policy was being set`,
      );
    }
  }
}

/** Whether two policies agree in what the server does not show. */
export function isSameHidden(one: CleanupPolicy, other: CleanupPolicy): boolean {
  return one.redundancy === other.redundancy && one.backupCopies === other.backupCopies;
}

/** `recovery window 7d`. */
export function windowText({ recoveryWindow }: ShownPolicy): string {
  return recoveryWindow === undefined ? "no recovery window" : `recovery window ${recoveryWindow}`;
}

function shownPart({ recoveryWindow }: CleanupPolicy): ShownPolicy {
  return recoveryWindow === undefined ? {} : { recoveryWindow };
}

function hiddenPart({ recoveryWindow: _, ...hidden }: CleanupPolicy): CleanupPolicy {
  return hidden;
}
