import type { Operation, Watch } from "../tools/support/pulumiEngine.ts";
import { type Carried, isCancel, isPolicyChange, type Job, type Moment } from "./ledger.ts";
import type { World } from "./world.ts";

/** An operation with everything that the server has seen of it. */
export interface Observed extends Operation {
  /** Whether the process that ran it is gone. */
  isKilled: boolean;
  /** In milliseconds. */
  tookMs: number;
  /** CANCEL BACKUP as it reached the server, whatever became of it. */
  logged: readonly string[];
  /** Whether the server has answered one of them with an error. */
  hasFailed: boolean;
  /** Whether the server has answered a question about the jobs with an error: then they may count as such that cannot be read. */
  isUnreadable: boolean;
  /** The same of statements that change a policy; those of other resources of the command are among them. */
  loggedPolicyChanges: readonly string[];
  /** The CANCEL BACKUP that was carried out, or refused by the cluster itself. */
  carried: readonly Carried[];
  moments: readonly Moment[];
  /** How many moments of the ledger were before. */
  momentsBefore: number;
  /** Live jobs at the end of it. */
  live: readonly Job[];
}

/** Watches the operations of a stack, in which one resource at a time sends CANCEL BACKUP. */
export function watching(
  { ledger, sandbox }: World,
  isKilled: () => boolean,
  tell: (observed: Observed) => void,
): Watch {
  return async (operation, run) => {
    const startedAtMs = Date.now();
    ledger.note();
    const carriedBefore = ledger.carried.length;
    const momentsBefore = ledger.moments.length - 1;
    const loggedBefore = sandbox.log.entries.length;
    const end = await run();
    ledger.note();
    const { user, tenant } = operation.inputs.connection;
    const login = `${user}@${tenant}`;
    const logged = sandbox.log.entries.slice(loggedBefore).filter((entry) => entry.login === login);
    const sqls = logged.map(({ sql }) => sql);
    const carried = ledger.carried.slice(carriedBefore).filter((one) => one.login === login);
    tell({
      ...operation,
      ...end,
      isKilled: isKilled(),
      tookMs: Date.now() - startedAtMs,
      logged: sqls.filter(isCancel),
      isUnreadable: logged.some(({ sql, outcome }) => /BACKUP_JOBS/.test(sql) && typeof outcome === "number"),
      hasFailed: logged.some(({ sql, outcome }) => isCancel(sql) && typeof outcome === "number"),
      loggedPolicyChanges: sqls.filter(isPolicyChange),
      carried: carried.filter(({ sql }) => isCancel(sql)),
      moments: ledger.moments.slice(momentsBefore),
      momentsBefore,
      live: ledger.jobs("live"),
    });
    return end;
  };
}
