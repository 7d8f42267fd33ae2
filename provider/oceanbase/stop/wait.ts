import { given } from "../../given";
import { firstOf } from "../../text";
import { type Leftover, readLeftovers } from "../cleanup/leftovers";
import { isOfKind, OceanBaseError } from "../errors";
import type { CancelSender } from "./cancelSender";
import type { Plan } from "./plan";
import { pauseUntilNextLook, pollDelayMs } from "./polling";
import { StuckJobs } from "./stuckJobs";
import { selectionFor, type Target } from "./target";
import {
  cleanupProgressText,
  cleanupTimeoutError,
  progressText,
  settleProgressText,
  timeoutError,
} from "./waitTexts";

/** What the last look of a wait may take beyond the timeout. */
const LAST_LOOK_MS = 5_000;

/** What has come of waiting. */
export interface Wait {
  /** When the last job was seen to have ended. */
  stoppedAt?: string;
  leftovers: readonly Leftover[];
  warnings: readonly string[];
  /** What has kept the wait from its end. */
  interrupted?: OceanBaseError;
}

/** From when to when an action waits, in milliseconds since 1970. */
interface Period {
  startedAtMs: number;
  endsAtMs: number;
}

/** Follows the jobs until all of them have ended, then what they left behind. */
export async function waitForStop(plan: Plan, target: Target, sender: CancelSender): Promise<Wait> {
  const { timeoutSeconds } = plan;
  if (timeoutSeconds === 0) return await lookOnce(plan, target, sender);
  const { deadlineMs = Number.POSITIVE_INFINITY } = plan.control;
  const startedAtMs = Date.now();
  const period = { startedAtMs, endsAtMs: Math.min(startedAtMs + timeoutSeconds * 1000, deadlineMs) };
  const stop = await untilStopped(plan, target, sender, period);
  if (stop.interrupted !== undefined) return { leftovers: [], warnings: [], ...stop };
  return { ...stop, ...(await untilCleanedUp(plan, target, period)) };
}

/** Without a wait the record should still say CANCELING where it is so, and what may still come. */
async function lookOnce(plan: Plan, target: Target, sender: CancelSender): Promise<Wait> {
  const { watch } = target;
  const warnings: string[] = [];
  let interrupted: OceanBaseError | undefined;
  try {
    const { missed } = await watch.look(plan.cluster);
    if (missed.length > 0) {
      interrupted = await sender.send(selectionFor(target.scope, plan.cluster, missed));
    }
    const starting = watch.startingClusterJobs;
    if (starting.length > 0) {
      warnings.push(
        `cluster backup ${firstOf(starting)} has not started its jobs yet, and without a wait they will not be cancelled (raise timeoutSeconds above 0, or change triggers later)`,
      );
    }
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    warnings.push(`the jobs could not be looked at after the statement: ${error.message}`);
  }
  return { leftovers: [], warnings, ...given({ interrupted }) };
}

/** Waits until every job has ended, and then looks on for as long as was asked for. */
async function untilStopped(
  { cluster, request, control }: Plan,
  { scope, watch }: Target,
  sender: CancelSender,
  { startedAtMs, endsAtMs }: Period,
): Promise<Pick<Wait, "stoppedAt" | "interrupted">> {
  const { deadlineMs = Number.POSITIVE_INFINITY } = control;
  const settleMs = (request.settleSeconds ?? 0) * 1000;
  const stuck = new StuckJobs(cluster.server, request.stuckAfterSeconds);
  let stoppedAtMs: number | undefined;
  const ended = (interrupted?: OceanBaseError) => {
    const stoppedAt = stoppedAtMs === undefined ? undefined : new Date(stoppedAtMs).toISOString();
    return given({ stoppedAt, interrupted });
  };
  try {
    for (;;) {
      const lookUntilMs = (stoppedAtMs ?? endsAtMs) + settleMs + LAST_LOOK_MS;
      const inTime = cluster.within(lookUntilMs - Date.now());
      const { unfinished, missed } = await watch.look(inTime);
      const elapsedMs = Date.now() - startedAtMs;
      let delayMs = pollDelayMs(elapsedMs);
      if (missed.length > 0 && sender.mayStillSend) {
        const failure = await sender.send(selectionFor(scope, cluster, missed));
        if (failure !== undefined) return ended(failure);
      }
      if (missed.length > 0 || unfinished.length > 0) {
        stoppedAtMs = undefined;
        await stuck.note(unfinished, cluster.within(endsAtMs + LAST_LOOK_MS - Date.now()));
        if (Date.now() >= endsAtMs) {
          return ended(timeoutError(cluster.address, elapsedMs, unfinished, stuck.diagnosis));
        }
        control.progress(progressText(unfinished, elapsedMs, stuck.diagnosis));
        delayMs = Math.min(delayMs, Math.max(0, endsAtMs - Date.now()));
      } else {
        stoppedAtMs ??= Date.now();
        const restMs = Math.min(stoppedAtMs + settleMs, deadlineMs) - Date.now();
        if (restMs <= 0) return ended();
        control.progress(settleProgressText(restMs));
        delayMs = Math.min(delayMs, restMs);
      }
      await pauseUntilNextLook(delayMs, cluster.address, control.signal);
    }
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    return ended(error);
  }
}

/** Finds out what the jobs have left behind and, when that was asked for, waits until it is gone. */
async function untilCleanedUp(
  { cluster, request, control }: Plan,
  { watch }: Target,
  { startedAtMs, endsAtMs }: Period,
): Promise<Omit<Wait, "stoppedAt">> {
  const isAwaited = request.waitForCleanup === true;
  let leftovers: readonly Leftover[] = [];
  try {
    for (;;) {
      const inTime = isAwaited ? cluster.within(endsAtMs + LAST_LOOK_MS - Date.now()) : cluster;
      leftovers = await readLeftovers(inTime, watch.jobs);
      if (!isAwaited || leftovers.length === 0) return { leftovers, warnings: [] };
      const elapsedMs = Date.now() - startedAtMs;
      const isInVain = leftovers.some(({ staysBecause }) => staysBecause !== undefined);
      if (isInVain || Date.now() >= endsAtMs) {
        const interrupted = cleanupTimeoutError(cluster.address, elapsedMs, leftovers);
        return { leftovers, warnings: [], interrupted };
      }
      control.progress(cleanupProgressText(leftovers, elapsedMs));
      const delayMs = Math.min(pollDelayMs(elapsedMs), Math.max(0, endsAtMs - Date.now()));
      await pauseUntilNextLook(delayMs, cluster.address, control.signal);
    }
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    if (isAwaited || isOfKind(error, "aborted")) return { leftovers, warnings: [], interrupted: error };
    const warning = `what the backups have left behind could not be read: ${error.message}`;
    return { leftovers, warnings: [warning] };
  }
}
