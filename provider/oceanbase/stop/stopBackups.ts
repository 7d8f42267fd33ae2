import { given } from "../../given";
import { readPrivilegeWarning } from "../cluster/privileges";
import type { Session } from "../connection/session";
import { isOfKind } from "../errors";
import { cancelBackupStatement } from "../statements";
import { CancelSender } from "./cancelSender";
import { checkCleanupComes } from "./cleanupWait";
import { checkRestorePoints, makePlan, type Plan } from "./plan";
import type { StopControl, StopReport, StopRequest } from "./stopRequest";
import { chooseTarget, type Target } from "./target";
import { type Wait, waitForStop } from "./wait";

/**
 * Stops the backups of a scope: plan, look, send, wait, report.
 *
 * CANCEL BACKUP only marks jobs and returns; each stops some time later, or finishes first, or fails. So the statement is
 * followed until every job it was for stands in the job history. It is sent even when no job is seen: one may start in
 * between, and it is harmless then. Facts: cancel-marks, finish-wins, nothing-running
 *
 * Until the statement went out every failure is thrown and nothing has happened. From then on a failure is part of the
 * report, so that the record stays true.
 */
export async function stopBackups(
  session: Session,
  request: StopRequest,
  control: StopControl,
): Promise<StopReport> {
  const plan = await makePlan(session, request, control);
  const target = await chooseTarget(plan);
  const sender = new CancelSender(plan, target);
  const failure = target.selection === undefined ? undefined : await sender.send(target.selection);
  target.watch.leaveOut(sender.unreached.tenants.map(({ tenantId }) => tenantId));
  // What has reached some of the tenants is followed to its end there.
  const hasReachedSome = sender.unreached.hasSplit && sender.issuedAt !== undefined;
  const isFollowed = failure === undefined || (hasReachedSome && !isOfKind(failure, "aborted"));
  const wait = isFollowed ? await waitForStop(plan, target, sender) : { leftovers: [], warnings: [] };
  return reportOf(plan, target, sender, { ...wait, ...given({ interrupted: failure ?? wait.interrupted }) });
}

/** What a stop would be for as things are now. Refuses what the stop would refuse, and sends nothing. */
export async function plannedTarget(
  session: Session,
  request: StopRequest,
  control: StopControl,
): Promise<Target> {
  return await chooseTarget(await makePlan(session, request, control));
}

/** The statement for a target; undefined when none would be sent. */
export function statementFor({ selection }: Target): string | undefined {
  return selection === undefined || selection.length === 0 ? undefined : cancelBackupStatement(selection);
}

/** Identifies the server and resolves the scope, and sends nothing: whether a later stop could work. */
export async function rehearseStop(
  session: Session,
  request: StopRequest,
  control: StopControl,
): Promise<StopReport> {
  const plan = await makePlan(session, request, control);
  await checkRestorePoints(plan, plan.scope);
  await checkCleanupComes(plan, plan.scope, []);
  const lacking = await readPrivilegeWarning(plan.cluster);
  return {
    server: plan.cluster.server,
    jobs: [],
    startingClusterJobs: [],
    leftovers: [],
    excluded: [],
    notCancelled: [],
    restarted: [],
    warnings: [...plan.warnings, ...(lacking === undefined ? [] : [lacking])],
  };
}

function reportOf(plan: Plan, { watch, excluded }: Target, sender: CancelSender, wait: Wait): StopReport {
  return {
    server: plan.cluster.server,
    ...given({
      statement: sender.statement,
      issuedAt: sender.issuedAt,
      stoppedAt: wait.stoppedAt,
      interrupted: wait.interrupted,
    }),
    jobs: watch.jobs,
    startingClusterJobs: watch.startingClusterJobs,
    leftovers: wait.leftovers,
    excluded,
    notCancelled: sender.unreached.tenants,
    restarted: watch.restartedJobs,
    warnings: [...plan.warnings, ...wait.warnings, ...sender.warnings, ...watch.warnings],
  };
}
