import { isDeepStrictEqual } from "node:util";
import { isSameWindow, recoveryWindowProblem } from "../../oceanbase/cleanup/recoveryWindow";
import { type CleanupPolicy, POLICY_NAME, tenantNameProblem } from "../../oceanbase/statements";
import { type LoginInputs, loginProblems, SYS_TENANT } from "../connection";
import { type CheckResult, hasUnknown, type InputProblem } from "../context";
import { choiceProblem, shown, switchProblem, unknownFieldProblems } from "../inputProblems";

/** The inputs of a BackupCleanupPolicy as they stand in the state. */
export interface BackupCleanupPolicyInputs extends LoginInputs {
  tenant?: string;
  policyName?: string;
  recoveryWindow?: string;
  redundancy?: number;
  backupCopies?: number;
  overwrite?: boolean;
  onUnreachable?: "fail" | "skip";
}

/** Every input, in the order in which messages name them. */
const INPUTS = [
  "connection",
  "password",
  "tlsKey",
  "tenant",
  "policyName",
  "recoveryWindow",
  "redundancy",
  "backupCopies",
  "overwrite",
  "onUnreachable",
] as const satisfies readonly (keyof BackupCleanupPolicyInputs)[];

/** The inputs in a state, without its outputs. */
export function inputsIn(state: BackupCleanupPolicyInputs): BackupCleanupPolicyInputs {
  const given = INPUTS.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]);
  return Object.fromEntries(given);
}

/**
 * The tenant whose policy it is: the one that is named from sys, or the login's own. In a preview neither may be known;
 * a connection that is not known at all has no tenant.
 */
export function targetTenant({ tenant, connection }: BackupCleanupPolicyInputs): string {
  return tenant ?? connection.tenant;
}

/** The policy that is asked for. */
export function policyOf(inputs: BackupCleanupPolicyInputs): CleanupPolicy {
  const { recoveryWindow, redundancy, backupCopies } = inputs;
  return {
    ...(recoveryWindow === undefined ? {} : { recoveryWindow }),
    ...(redundancy === undefined ? {} : { redundancy }),
    ...(backupCopies === undefined ? {} : { backupCopies }),
  };
}

/** Finds everything that is wrong, without asking anybody. What is not known yet is passed over in silence. */
export function checkBackupCleanupPolicy(
  inputs: BackupCleanupPolicyInputs,
): CheckResult<BackupCleanupPolicyInputs> {
  const problems: InputProblem[] = [];
  const check = (name: keyof BackupCleanupPolicyInputs, reason: string | undefined) => {
    if (reason !== undefined && !hasUnknown(inputs[name])) problems.push({ path: name, reason });
  };
  problems.push(...loginProblems(inputs), ...unknownFieldProblems(inputs, INPUTS, ""));
  check("tenant", tenantProblem(inputs));
  check("policyName", choiceProblem(inputs.policyName, [POLICY_NAME]));
  check("recoveryWindow", windowProblem(inputs));
  check("redundancy", redundancyProblem(inputs));
  check("backupCopies", wholeNumberProblem(inputs.backupCopies, 0));
  check("overwrite", switchProblem(inputs.overwrite));
  check("onUnreachable", choiceProblem(inputs.onUnreachable, ["fail", "skip"]));
  return { inputs, problems };
}

function tenantProblem({ tenant, connection }: BackupCleanupPolicyInputs): string | undefined {
  const loginTenant = typeof connection === "object" ? connection.tenant : undefined;
  // Blank or not text has been said of the connection already.
  const isLoginKnown =
    typeof loginTenant === "string" && loginTenant.trim() !== "" && !hasUnknown(loginTenant);
  if (isLoginKnown && loginTenant !== SYS_TENANT) {
    if (tenant === undefined) return undefined;
    return `only the sys tenant can name a tenant; a login to ${loginTenant} sets its own cleanup policy, so leave tenant out or log in to sys`;
  }
  if (tenant === undefined) {
    return isLoginKnown ? "a login to the sys tenant has to name the tenant whose policy it is" : undefined;
  }
  const problem = typeof tenant === "string" ? tenantNameProblem(tenant) : "is not text";
  return problem === undefined ? undefined : `${shown(tenant)} ${problem}`;
}

function windowProblem({ recoveryWindow, redundancy }: BackupCleanupPolicyInputs): string | undefined {
  if (recoveryWindow === undefined) {
    if (redundancy !== undefined) return undefined;
    return 'is needed, such as "7d"; without it OceanBase takes a policy only with redundancy: 1';
  }
  const problem =
    typeof recoveryWindow === "string" ? recoveryWindowProblem(recoveryWindow) : 'must be text such as "7d"';
  return problem === undefined ? undefined : `${shown(recoveryWindow)} ${problem}`;
}

function redundancyProblem({ recoveryWindow, redundancy }: BackupCleanupPolicyInputs): string | undefined {
  const problem = wholeNumberProblem(redundancy, 1);
  if (problem !== undefined || recoveryWindow !== undefined) return problem;
  if (redundancy === undefined || redundancy === 1) return undefined;
  return "must be 1 for a policy without a recoveryWindow (OceanBase takes no other number then)";
}

function wholeNumberProblem(value: unknown, min: number): string | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= min)) return undefined;
  return `must be a whole number, ${min} or more`;
}

/** Whether two sets of inputs ask for the same policy: windows are compared by their length. */
export function isSamePolicy(one: CleanupPolicy, other: CleanupPolicy): boolean {
  return (
    isSameWindow(one.recoveryWindow, other.recoveryWindow) &&
    one.redundancy === other.redundancy &&
    one.backupCopies === other.backupCopies
  );
}

/** The inputs that ask for another tenant's policy, and so for another resource; empty when the tenant is the same. */
export function replacingInputs(
  olds: BackupCleanupPolicyInputs,
  news: BackupCleanupPolicyInputs,
): ("tenant" | "connection")[] {
  const target = targetTenant(news);
  // While the new tenant is not known yet, it may well be the same.
  if (target === undefined || hasUnknown(target) || target === targetTenant(olds)) return [];
  const inputs: ("tenant" | "connection")[] = [];
  if (olds.tenant !== news.tenant) inputs.push("tenant");
  if (olds.connection.tenant !== news.connection.tenant) inputs.push("connection");
  return inputs;
}

/** Whether an update is due for these inputs, be it one that sends nothing. */
export function hasChanged(olds: BackupCleanupPolicyInputs, news: BackupCleanupPolicyInputs): boolean {
  if (!isSamePolicy(olds, news)) return true;
  const others = ["connection", "password", "tlsKey", "tenant", "overwrite", "onUnreachable"] as const;
  return others.some((name) => !isDeepStrictEqual(olds[name], news[name]));
}
