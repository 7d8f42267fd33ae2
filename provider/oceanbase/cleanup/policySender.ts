import { setTimeout as pause } from "node:timers/promises";
import { given } from "../../given";
import type { Cluster } from "../cluster/cluster";
import { isInSys, type Tenant } from "../cluster/server";
import { isWorthRepeating, leavesEffectOpen } from "../connection/failures";
import { OceanBaseError } from "../errors";
import { addCleanupPolicyStatement, type CleanupPolicy, dropCleanupPolicyStatement } from "../statements";
import { readCleanupPolicy, readTenantPolicies, type ShownPolicy } from "./cleanupPolicies";
import { asPolicyError } from "./cleanupPolicyErrors";

/** How many statements may go without a clear answer. */
const MAX_FAILURES = 3;

/** Pause before the view is asked what a statement without a reply has done; grows with every failure. */
const SETTLE_MS = 500;

/** Error numbers of an ADD when there is a policy already. Fact: second-policy */
const POLICY_EXISTS: ReadonlySet<number> = new Set([1062, 4017]);

/** Error number of a DROP when there is no policy, in some versions. Fact: drop-of-absent */
const NO_POLICY = 4018;

/** Whose policy a change is about. */
export interface PolicyPlace {
  cluster: Cluster;
  /** A user tenant that the login can name, or is in. */
  tenant: Tenant;
  /** Aborted when the caller cancels. */
  signal?: AbortSignal | undefined;
}

/**
 * Sends ADD and DROP of one tenant's policy, and keeps what is known of the policy. After a statement without a clear
 * answer it asks the view what the statement has done; it never repeats one blindly.
 */
export class PolicySender {
  readonly place: PolicyPlace;
  /** The policy as the server showed or confirmed it last. */
  shown: ShownPolicy | undefined;
  /** What the tenant has if it has a policy, while the effect of the last statement is unknown. */
  inDoubt: { policy: CleanupPolicy } | undefined;
  /** How many statements went without a clear answer, and the last answer. */
  private failures = 0;
  private lastFailure: unknown;

  /** Looks at the policy as it is before anything is sent. */
  static async lookingAt(place: PolicyPlace): Promise<PolicySender> {
    const sender = new PolicySender(place);
    await sender.look();
    return sender;
  }

  private constructor(place: PolicyPlace) {
    this.place = place;
  }

  /** Only the sys tenant names the tenant it means. */
  private get tenantClause(): string | undefined {
    const { cluster, tenant } = this.place;
    return isInSys(cluster) ? tenant.name : undefined;
  }

  /** The ADD for a policy. Fails when no statement can say it. */
  addStatement(policy: CleanupPolicy): string {
    return addCleanupPolicyStatement(policy, this.tenantClause);
  }

  get dropStatement(): string {
    return dropCleanupPolicyStatement(this.tenantClause);
  }

  /** Throws when it was refused, and when there is no use in trying again. */
  async add(policy: CleanupPolicy, doing: string): Promise<void> {
    await this.send(this.addStatement(policy), doing, policy, policy);
  }

  /** Throws as {@link add} does. When another session keeps adding a policy, it throws after some turns. */
  async drop(old: CleanupPolicy, doing: string): Promise<void> {
    if (this.failures >= MAX_FAILURES) throw this.lastFailure;
    await this.send(this.dropStatement, doing, undefined, old);
  }

  /** Statements that went without a clear answer no longer count. */
  startAnew(): void {
    this.failures = 0;
  }

  /** Reads the policy as it is now, and gives the tenant's policies of other names. */
  private async look(): Promise<readonly string[]> {
    const { shown, others } = await readTenantPolicies(this.place.cluster, this.place.tenant);
    this.shown = shown;
    return others;
  }

  /** Takes the window as the server writes it, after an ADD; the policy is there whether or not this look succeeds. */
  async readBack(): Promise<void> {
    const { cluster, tenant } = this.place;
    this.shown = (await readCleanupPolicy(cluster, tenant).catch(() => undefined)) ?? this.shown;
  }

  /**
   * @param effect the policy that the statement leaves
   * @param ifAny the policy that the tenant has afterwards if it has one
   */
  private async send(
    statement: string,
    doing: string,
    effect: CleanupPolicy | undefined,
    ifAny: CleanupPolicy,
  ): Promise<void> {
    const { cluster, tenant } = this.place;
    try {
      await cluster.send(statement, `${doing} the cleanup policy of tenant ${tenant.name}`);
      this.shown = effect && given({ recoveryWindow: effect.recoveryWindow });
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      const exists = effect !== undefined && POLICY_EXISTS.has(error.errno ?? 0);
      if (effect === undefined && error.errno === NO_POLICY) {
        this.shown = undefined;
        return;
      }
      const isOpen = leavesEffectOpen(error);
      const failure = asPolicyError(error, cluster.server);
      if (!exists && !isOpen && !isWorthRepeating(error)) throw failure;
      this.failures += 1;
      this.lastFailure = failure;
      if (isOpen) this.inDoubt = { policy: ifAny };
      if (!exists) await this.settle();
      const [other] = await this.look();
      this.inDoubt = undefined;
      if (exists && this.shown === undefined && other !== undefined) {
        throw otherPolicyError(this, other, error);
      }
      const isDone = (this.shown === undefined) === (effect === undefined);
      // An answer that cannot be read gets no better by being asked for again.
      const isHopeless = !exists && !isWorthRepeating(error);
      if (!isDone && (isHopeless || this.failures >= MAX_FAILURES)) throw failure;
    }
  }

  /** Time for a statement that is still at work. */
  private async settle(): Promise<void> {
    const { signal, cluster } = this.place;
    await pause(SETTLE_MS * this.failures, undefined, signal ? { signal } : {}).catch(() => {
      const what = "cancelled by the caller while the cleanup policy was being set";
      throw new OceanBaseError("aborted", `${cluster.address}: ${what}`);
    });
  }
}

/** From 4.4.1 on a tenant has one policy, of whatever name. Fact: log-only */
function otherPolicyError(
  { place: { cluster, tenant } }: PolicySender,
  name: string,
  { errno, answer }: OceanBaseError,
): OceanBaseError {
  return new OceanBaseError(
    "refused",
    `${cluster.address}: tenant ${tenant.name} has the policy ${name} already; it cleans no backup sets, and the server takes one policy for a tenant; drop that one by hand first (ALTER SYSTEM DROP DELETE BACKUP POLICY '${name}'), or leave this resource out`,
    given({ errno, answer }),
  );
}
