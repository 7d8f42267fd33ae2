import { isDeepStrictEqual } from "node:util";
import { given } from "../../given";
import type { JobFilter } from "../../oceanbase/jobs/jobFilter";
import type { TenantSelection } from "../../oceanbase/statements";
import type { StopRequest } from "../../oceanbase/stop/stopRequest";
import { comparable } from "../comparable";
import type { LoginInputs } from "../connection";
import { LOGIN } from "../connectionInputs";
import { flag, list, listOf, oneOf, seconds, text } from "../inputChecks";
import { hasUnknown, type InputTable } from "../inputTable";
import { sameTenants, tenantsProblems } from "../tenantsInput";

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
  /** Whether a preview by the provider says what runs now. A front whose program says it does not pass it on. */
  previewJobs?: boolean;
}

/** A full backup, or one of what has changed since another. */
export type BackupType = "full" | "incremental";

/** Longest wait: one day. */
const MAX_TIMEOUT_SECONDS = 86_400;

/** Longest time to look on after the stop: one hour. */
const MAX_SETTLE_SECONDS = 3600;

/** Largest age a job can be asked to have: one year. */
const MAX_AGE_SECONDS = 366 * 86_400;

/** Longest `reason`. */
const MAX_REASON_LENGTH = 1000;

/** The inputs of a CancelBackup. */
export const CANCEL_BACKUP: InputTable<CancelBackupInputs> = {
  ...LOGIN,
  tenants: { check: (_, inputs) => tenantsProblems(inputs), same: sameTenants, isRepeated: true },
  cancelOn: { check: listOf("create", "delete"), byDefault: ["create"] },
  triggers: {
    check: list,
    byDefault: [],
    same: (olds, news) => isDeepStrictEqual(comparable(olds), comparable(news)),
  },
  timeoutSeconds: { check: seconds(0, MAX_TIMEOUT_SECONDS) },
  onTimeout: { check: oneOf("fail", "warn"), byDefault: "fail" },
  onUnreachable: { check: oneOf("fail", "skip"), byDefault: "fail" },
  reason: { check: text(MAX_REASON_LENGTH) },
  keepStopped: {
    check: (value, inputs) => flag(value) ?? keepStoppedProblem(inputs),
    byDefault: false,
  },
  requireRestorePoint: { check: flag, byDefault: false },
  waitForCleanup: {
    check: (value, inputs) => flag(value) ?? waitProblem(value, inputs),
    byDefault: false,
  },
  onlyOlderThanSeconds: { check: seconds(0, MAX_AGE_SECONDS) },
  onlyTypes: { check: listOf("full", "incremental") },
  settleSeconds: {
    check: (value, inputs) => seconds(0, MAX_SETTLE_SECONDS)(value) ?? waitProblem(value, inputs),
    byDefault: 0,
  },
  // It asks for nothing that would be kept.
  previewJobs: { check: flag, same: () => true, byDefault: true },
};

/** Whether the statement goes out when the resource is made or changed, not only when it is deleted. */
export function cancelsOnCreate(inputs: CancelBackupInputs): boolean {
  return inputs.cancelOn === undefined || inputs.cancelOn.includes("create");
}

/** Whether the statement goes out when the resource is deleted. */
export function cancelsOnDelete(inputs: CancelBackupInputs): boolean {
  return inputs.cancelOn?.includes("delete") ?? false;
}

/** Whose backups are meant: what was asked for from sys, or the login's own tenant. */
export function selectionOf(inputs: Pick<CancelBackupInputs, "tenants">): TenantSelection {
  return inputs.tenants ?? "own";
}

/** Which jobs may be cancelled at all; undefined when every one may. */
export function filterOf({ onlyOlderThanSeconds, onlyTypes }: CancelBackupInputs): JobFilter | undefined {
  if (onlyOlderThanSeconds === undefined && onlyTypes === undefined) return undefined;
  return given({ olderThanSeconds: onlyOlderThanSeconds, types: onlyTypes });
}

/** What these inputs ask of the database side. */
export function stopRequestOf(inputs: CancelBackupInputs): StopRequest {
  return {
    selection: selectionOf(inputs),
    loginTenant: inputs.connection.tenant,
    ignoreMissing: false,
    timeoutSeconds: inputs.timeoutSeconds,
    requireRestorePoint: inputs.requireRestorePoint ?? false,
    settleSeconds: inputs.settleSeconds ?? 0,
    waitForCleanup: inputs.waitForCleanup ?? false,
    ...given({ filter: filterOf(inputs) }),
  };
}

function keepStoppedProblem(inputs: CancelBackupInputs): string | undefined {
  if (!inputs.keepStopped || hasUnknown(inputs.cancelOn) || cancelsOnCreate(inputs)) return undefined;
  return 'has no use without "create" in cancelOn: nothing is stopped before the resource is deleted';
}

function waitProblem(isAskedFor: unknown, { timeoutSeconds }: CancelBackupInputs): string | undefined {
  return isAskedFor && timeoutSeconds === 0 ? "requires timeoutSeconds greater than 0" : undefined;
}
