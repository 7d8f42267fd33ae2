import { given } from "../../given";
import { cleansUpAtAdd } from "../cluster/versions";
import { OceanBaseError } from "../errors";
import type { CleanupPolicy } from "../statements";
import { cleansNothing, type ShownPolicy, windowText } from "./cleanupPolicies";
import { type PolicyPlace, PolicySender } from "./policySender";
import { isSameWindow } from "./recoveryWindow";

/** What a tenant's cleanup policy is to be. */
export interface PolicyRequest {
  wanted: CleanupPolicy;
  /** Whether this policy, which is not the one that is wanted, may be dropped; otherwise it is an error. */
  mayReplace: (shown: ShownPolicy) => boolean;
  /**
   * The policy as the caller made it last. It knows what the server does not show: when redundancy or copies are to be
   * others, the policy is made anew although it looks the same.
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
 * OceanBase cannot change a policy: a different one is dropped and the new one added. When the new one cannot be added,
 * the dropped one is put back. What fails before anything has happened is thrown; from then on it is part of the report.
 * Fact: policy-no-change
 */
export async function ensureCleanupPolicy(place: PolicyPlace, request: PolicyRequest): Promise<PolicyReport> {
  const sender = await PolicySender.lookingAt(place);
  const { wanted } = request;
  const done: Done = {};
  let interrupted: OceanBaseError | undefined;
  try {
    await converge(sender, request, done);
    if (done.statement !== undefined) await sender.readBack();
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    if (sender.inDoubt !== undefined) interrupted = followedBy(error, nowText(sender));
    else if (done.dropped === undefined) throw error;
    else interrupted = await putBack(sender, error, done.dropped);
  }
  return {
    policy: policyNow(sender, interrupted === undefined ? wanted : done.dropped?.policy),
    certain: sender.inDoubt === undefined,
    statement: done.statement,
    hasDropped: done.dropped !== undefined,
    interrupted,
  };
}

/**
 * The statements that {@link ensureCleanupPolicy} would send as things are now; none when the tenant has the policy
 * already. Refuses what that would refuse, and sends nothing.
 */
export async function plannedStatements(place: PolicyPlace, request: PolicyRequest): Promise<string[]> {
  const sender = await PolicySender.lookingAt(place);
  const { wanted, record } = request;
  const { shown } = sender;
  if (shown === undefined) return [sender.addStatement(wanted)];
  if (!mustBeDropped(shown, wanted, record)) return [];
  droppable(sender, shown, request, record);
  return [sender.dropStatement, sender.addStatement(wanted)];
}

/**
 * Drops a tenant's cleanup policy. One that is not there counts as dropped, and nothing is sent for it.
 *
 * @param isTarget whether the policy that is found is the one to be dropped; another one is left alone
 */
export async function dropCleanupPolicy(
  place: PolicyPlace,
  isTarget: (shown: ShownPolicy) => boolean = () => true,
): Promise<void> {
  const sender = await PolicySender.lookingAt(place);
  while (sender.shown !== undefined && isTarget(sender.shown)) await sender.drop(sender.shown, "dropping");
}

/** A policy that was dropped. */
interface Dropped {
  /** As it could be put back. */
  policy: CleanupPolicy;
  /** Whether what the server does not show of it is known. */
  isHiddenKnown: boolean;
}

/** What a change has done so far. */
interface Done {
  /** The policy that was dropped last. */
  dropped?: Dropped;
  /** The last ADD for what was wanted. */
  statement?: string;
}

/** Sends what brings the tenant nearer to the policy, until it has it. */
async function converge(sender: PolicySender, request: PolicyRequest, done: Done): Promise<void> {
  const { wanted } = request;
  let { record } = request;
  for (;;) {
    const { shown } = sender;
    if (shown === undefined) {
      // What was made last is gone, and says nothing any more of what the server does not show.
      record = undefined;
      done.statement = sender.addStatement(wanted);
      await sender.add(wanted, "setting");
    } else if (!mustBeDropped(shown, wanted, record)) {
      return;
    } else {
      const old = droppable(sender, shown, request, record);
      await sender.drop(old.policy, "setting");
      if (sender.shown === undefined) done.dropped = old;
    }
  }
}

/** Whether a policy is not the one that is wanted, by its window or by what is known of the rest. */
function mustBeDropped(shown: ShownPolicy, wanted: CleanupPolicy, record?: CleanupPolicy): boolean {
  const isSameRest = record === undefined || isSameHidden(record, wanted);
  return !isSameRest || !isSameWindow(shown.recoveryWindow, wanted.recoveryWindow);
}

/** The shown policy as it could be put back; refused when it may not be replaced. */
function droppable(
  sender: PolicySender,
  shown: ShownPolicy,
  { wanted, mayReplace }: PolicyRequest,
  record: CleanupPolicy | undefined,
): Dropped {
  if (!mayReplace(shown)) throw differentPolicyError(sender, shown, wanted);
  const hidden = hiddenOf(shown, record);
  return { policy: restorable(sender, shown, hidden ?? {}), isHiddenKnown: hidden !== undefined };
}

/**
 * Puts the dropped policy back when the new one could not be added.
 *
 * @returns the failure, with what has become of the old one
 */
async function putBack(
  sender: PolicySender,
  failure: OceanBaseError,
  { policy: dropped, isHiddenKnown }: Dropped,
): Promise<OceanBaseError> {
  const after = (what: string) => followedBy(failure, what);
  const notPutBack = (why: string) => after(`${old} could not be put back (${why}); ${nowText(sender)}`);
  const old = `the policy that was there (${windowText(dropped)})`;
  if (sender.shown !== undefined) {
    return after(`${old} was dropped, and another one was added since (${windowText(sender.shown)})`);
  }
  try {
    sender.startAnew();
    while (sender.shown === undefined) await sender.add(dropped, "putting back");
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    return notPutBack(error.message);
  }
  // The loop has just ended with one.
  const shown = sender.shown as ShownPolicy;
  if (!isSameWindow(shown.recoveryWindow, dropped.recoveryWindow)) {
    return notPutBack(differentPolicyError(sender, shown, dropped).message);
  }
  const hidden = isHiddenKnown
    ? ""
    : ", but its redundancy and number of copies, which the server does not show, are the server's defaults now";
  return after(`${old} was put back${hidden}`);
}

/** The same failure with what has become of the policies. */
function followedBy({ kind, message, errno }: OceanBaseError, what: string): OceanBaseError {
  return new OceanBaseError(kind, `${message}; ${what}`, given({ errno }));
}

/** Which policy the tenant has now, for the end of a message. */
function nowText({ place: { tenant }, inDoubt, shown }: PolicySender): string {
  if (inDoubt !== undefined) return `it is unknown whether tenant ${tenant.name} has a cleanup policy now`;
  const now = shown === undefined ? "no cleanup policy" : `another one (${windowText(shown)})`;
  return `tenant ${tenant.name} has ${now} now`;
}

/** What is known of the tenant's policy at the end; what the server does not show is that of `made`, unless it is another one. */
function policyNow(
  { shown, inDoubt }: PolicySender,
  made: CleanupPolicy | undefined,
): CleanupPolicy | undefined {
  if (inDoubt !== undefined) return inDoubt.policy;
  return shown === undefined ? undefined : { ...hiddenOf(shown, made), ...shown };
}

/**
 * The shown policy as it could be put back. One that the server would not take again, or whose window no statement of ours
 * can say, is better not dropped at all: the tenant would be left with none. Fact: cleanup-at-add
 */
function restorable(sender: PolicySender, shown: ShownPolicy, hidden: CleanupPolicy): CleanupPolicy {
  // OceanBase takes a policy without a window with this redundancy only. Fact: window-or-redundancy
  const old = { ...(shown.recoveryWindow === undefined ? { redundancy: 1 } : {}), ...hidden, ...shown };
  const { cluster, tenant } = sender.place;
  const notAgain = (why: string) =>
    refusal(
      sender,
      `the cleanup policy of tenant ${tenant.name} could not be put back if something went wrong (${why}), so it was left as it is; drop it by hand (${sender.dropStatement})`,
    );
  if (cleansUpAtAdd(cluster.server) && cleansNothing(shown)) {
    throw notAgain(`OceanBase ${cluster.server.version} takes none without a recovery window`);
  }
  try {
    sender.addStatement(old);
    return old;
  } catch (error) {
    throw notAgain((error as Error).message);
  }
}

function differentPolicyError(
  sender: PolicySender,
  shown: ShownPolicy,
  wanted: CleanupPolicy,
): OceanBaseError {
  return refusal(
    sender,
    `tenant ${sender.place.tenant.name} has a cleanup policy already, with ${windowText(shown)} instead of ${windowText(wanted)}; set overwrite: true to replace it, or ask for the one that is there`,
  );
}

function refusal({ place }: PolicySender, message: string): OceanBaseError {
  return new OceanBaseError("refused", `${place.cluster.address}: ${message}`);
}

/** Whether two policies agree in what the server does not show. */
function isSameHidden(one: CleanupPolicy, other: CleanupPolicy): boolean {
  return one.redundancy === other.redundancy && one.backupCopies === other.backupCopies;
}

/** What the server does not show of a policy, when it is one that is known; another session may have added another one. */
function hiddenOf(shown: ShownPolicy, known: CleanupPolicy | undefined): CleanupPolicy | undefined {
  if (known === undefined || !isSameWindow(shown.recoveryWindow, known.recoveryWindow)) return undefined;
  const { recoveryWindow: _, ...hidden } = known;
  return hidden;
}
