import { isDeepStrictEqual } from "node:util";
import type { JobFilter } from "../../oceanbase/jobs/jobFilter";
import { type CancelScope, tenantNameProblem } from "../../oceanbase/statements";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { type LoginInputs, loginProblems, SYS_TENANT, sameConnection } from "../connection";
import { type CheckResult, hasUnknown, type InputProblem } from "../context";
import {
  choiceProblem,
  secondsProblem,
  shown,
  switchProblem,
  textProblem,
  unknownFieldProblems,
} from "../inputProblems";

/** The inputs of a CancelBackup as they stand in the state. */
export interface CancelBackupInputs extends LoginInputs {
  tenants?: readonly string[] | "all";
  cancelOn?: readonly ("create" | "delete")[];
  triggers?: readonly unknown[];
  timeoutSeconds?: number;
  onTimeout?: "fail" | "warn";
  onUnreachable?: "fail" | "skip";
  reason?: string;
  keepStopped?: boolean;
  requireRestorePoint?: boolean;
  waitForCleanup?: boolean;
  onlyOlderThanSeconds?: number;
  onlyTypes?: readonly BackupType[];
  settleSeconds?: number;
}

/** A full backup, or one of what has changed since another. */
export type BackupType = "full" | "incremental";

/** Every input, in the order in which messages and diffs name them. */
const INPUTS = [
  "connection",
  "password",
  "tlsKey",
  "tenants",
  "cancelOn",
  "triggers",
  "timeoutSeconds",
  "onTimeout",
  "onUnreachable",
  "reason",
  "keepStopped",
  "requireRestorePoint",
  "waitForCleanup",
  "onlyOlderThanSeconds",
  "onlyTypes",
  "settleSeconds",
] as const satisfies readonly (keyof CancelBackupInputs)[];

/** Default of `timeoutSeconds`: a stop takes up to 90 s when all is well. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/** Longest wait: one day. */
const MAX_TIMEOUT_SECONDS = 86_400;

/** Longest time to look on after the stop: one hour. */
const MAX_SETTLE_SECONDS = 3600;

/** Largest age a job can be asked to have: one year. */
const MAX_AGE_SECONDS = 366 * 86_400;

/** Longest `reason`. */
const MAX_REASON_LENGTH = 1000;

/** Whether the statement goes out when the resource is made or changed, not only when it is deleted. */
export function cancelsOnCreate(inputs: CancelBackupInputs): boolean {
  return inputs.cancelOn === undefined || inputs.cancelOn.includes("create");
}

/** Whether the statement goes out when the resource is deleted. */
export function cancelsOnDelete(inputs: CancelBackupInputs): boolean {
  return inputs.cancelOn?.includes("delete") ?? false;
}

/** Whose backups are meant: what was asked for from sys, or the login's own tenant. */
export function scopeAskedFor(inputs: Pick<CancelBackupInputs, "tenants">): CancelScope {
  return inputs.tenants ?? "own";
}

/** Which jobs may be cancelled at all; undefined when every one may. */
export function filterOf({ onlyOlderThanSeconds, onlyTypes }: CancelBackupInputs): JobFilter | undefined {
  if (onlyOlderThanSeconds === undefined && onlyTypes === undefined) return undefined;
  return {
    ...(onlyOlderThanSeconds === undefined ? {} : { olderThanSeconds: onlyOlderThanSeconds }),
    ...(onlyTypes === undefined ? {} : { types: onlyTypes }),
  };
}

/** What these inputs ask of the database side. */
export function stopRequestOf(inputs: CancelBackupInputs): StopRequest {
  const filter = filterOf(inputs);
  return {
    asked: scopeAskedFor(inputs),
    loginTenant: inputs.connection.tenant,
    allowGone: false,
    timeoutSeconds: inputs.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    requireRestorePoint: inputs.requireRestorePoint ?? false,
    settleSeconds: inputs.settleSeconds ?? 0,
    waitForCleanup: inputs.waitForCleanup ?? false,
    ...(filter === undefined ? {} : { filter }),
  };
}

/** Finds everything that is wrong, without asking anybody. What is not known yet is passed over in silence. */
export function checkCancelBackup(inputs: CancelBackupInputs): CheckResult<CancelBackupInputs> {
  const problems: InputProblem[] = [];
  const check = (name: keyof CancelBackupInputs, reason: string | undefined) => {
    if (reason !== undefined && !hasUnknown(inputs[name])) problems.push({ path: name, reason });
  };
  problems.push(
    ...loginProblems(inputs),
    ...unknownFieldProblems(inputs, INPUTS, ""),
    ...tenantsProblems(inputs),
  );
  check("cancelOn", listProblem(inputs.cancelOn, ["create", "delete"]));
  check(
    "triggers",
    inputs.triggers === undefined || Array.isArray(inputs.triggers) ? undefined : "must be a list",
  );
  check("timeoutSeconds", secondsProblem(inputs.timeoutSeconds, 0, MAX_TIMEOUT_SECONDS));
  check("onTimeout", choiceProblem(inputs.onTimeout, ["fail", "warn"]));
  check("onUnreachable", choiceProblem(inputs.onUnreachable, ["fail", "skip"]));
  check("reason", textProblem(inputs.reason, MAX_REASON_LENGTH));
  check("keepStopped", switchProblem(inputs.keepStopped) ?? keepStoppedProblem(inputs));
  check("requireRestorePoint", switchProblem(inputs.requireRestorePoint));
  check("waitForCleanup", switchProblem(inputs.waitForCleanup) ?? waitForCleanupProblem(inputs));
  check("onlyOlderThanSeconds", secondsProblem(inputs.onlyOlderThanSeconds, 0, MAX_AGE_SECONDS));
  check("onlyTypes", listProblem(inputs.onlyTypes, ["full", "incremental"]));
  check(
    "settleSeconds",
    secondsProblem(inputs.settleSeconds, 0, MAX_SETTLE_SECONDS) ?? settleProblem(inputs),
  );
  return { inputs, problems };
}

/** What is wrong with whose backups are meant; it depends on who logs in. */
export function tenantsProblems({
  tenants,
  connection,
}: Pick<CancelBackupInputs, "tenants" | "connection">): InputProblem[] {
  const loginTenant = typeof connection === "object" ? connection.tenant : undefined;
  // Blank or not text has been said of the connection already.
  if (hasUnknown(loginTenant) || typeof loginTenant !== "string" || loginTenant.trim() === "") {
    return namesProblems(tenants);
  }
  if (loginTenant !== SYS_TENANT) {
    if (tenants === undefined || hasUnknown(tenants)) return [];
    const reason = `only the sys tenant can name tenants; a login to ${loginTenant} cancels its own backups, so leave tenants out or log in to sys`;
    return [{ path: "tenants", reason }];
  }
  if (tenants === undefined) {
    const reason = 'a login to the sys tenant has to name tenants, or to say "all" for every user tenant';
    return [{ path: "tenants", reason }];
  }
  return namesProblems(tenants);
}

function namesProblems(tenants: CancelBackupInputs["tenants"]): InputProblem[] {
  if (tenants === undefined || tenants === "all" || (!Array.isArray(tenants) && hasUnknown(tenants)))
    return [];
  if (!Array.isArray(tenants))
    return [{ path: "tenants", reason: 'must be a list of tenant names, or "all"' }];
  if (tenants.length === 0) {
    return [{ path: "tenants", reason: 'is empty: name tenants, or say "all" for every user tenant' }];
  }
  return tenants.flatMap((name: unknown, i) => {
    if (hasUnknown(name)) return [];
    const problem = typeof name === "string" ? tenantNameProblem(name) : "is not text";
    return problem === undefined ? [] : [{ path: `tenants[${i}]`, reason: `${shown(name)} ${problem}` }];
  });
}

function listProblem(list: unknown, words: readonly string[]): string | undefined {
  if (list === undefined) return undefined;
  if (Array.isArray(list) && list.length > 0 && list.every((word) => words.includes(word))) return undefined;
  return `must be a list with ${words.map((word) => `"${word}"`).join(", ")} or both`;
}

function keepStoppedProblem(inputs: CancelBackupInputs): string | undefined {
  if (!inputs.keepStopped || hasUnknown(inputs.cancelOn) || cancelsOnCreate(inputs)) return undefined;
  return 'has no use without "create" in cancelOn: nothing is stopped before the resource is deleted';
}

function waitForCleanupProblem({ waitForCleanup, timeoutSeconds }: CancelBackupInputs): string | undefined {
  return waitForCleanup && timeoutSeconds === 0 ? NEEDS_A_WAIT : undefined;
}

function settleProblem({ settleSeconds, timeoutSeconds }: CancelBackupInputs): string | undefined {
  return settleSeconds && timeoutSeconds === 0 ? NEEDS_A_WAIT : undefined;
}

const NEEDS_A_WAIT = "needs a timeoutSeconds above 0: with 0 nobody waits";

/** The inputs that differ. Tenants are a set: their order, and a name given twice, make no difference. */
export function changedInputs(
  olds: CancelBackupInputs,
  news: CancelBackupInputs,
): (keyof CancelBackupInputs)[] {
  return INPUTS.filter((name) => {
    if (name === "connection") return !sameConnection(olds.connection, news.connection);
    if (name === "tenants") return !sameTenants(olds, news);
    if (name === "triggers") return !isDeepStrictEqual(olds.triggers ?? [], news.triggers ?? []);
    return !isDeepStrictEqual(olds[name], news[name]);
  });
}

function sameTenants(olds: CancelBackupInputs, news: CancelBackupInputs): boolean {
  const asSet = ({ tenants }: CancelBackupInputs) =>
    Array.isArray(tenants) ? [...new Set(tenants)].sort() : tenants;
  return isDeepStrictEqual(asSet(olds), asSet(news));
}
