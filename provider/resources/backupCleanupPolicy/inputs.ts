import { given } from "../../given";
import { isSameWindow, recoveryWindowProblem } from "../../oceanbase/cleanup/recoveryWindow";
import { type CleanupPolicy, POLICY_NAME } from "../../oceanbase/statements";
import { type LoginInputs, SYS_TENANT } from "../connection";
import { LOGIN } from "../connectionInputs";
import { flag, oneOf, shown, wholeNumber } from "../inputChecks";
import { hasUnknown, type InputTable } from "../inputTable";
import { knownLoginTenant, tenantProblem } from "../tenantsInput";

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

/** The inputs of a BackupCleanupPolicy. */
export const BACKUP_CLEANUP_POLICY: InputTable<BackupCleanupPolicyInputs> = {
  ...LOGIN,
  tenant: { check: (_, inputs) => targetProblem(inputs), isRepeated: true },
  // There is one name only. Fact: policy-name
  policyName: { check: oneOf(POLICY_NAME), same: () => true, byDefault: POLICY_NAME },
  recoveryWindow: { check: (_, inputs) => windowProblem(inputs), same: isSameWindow, isRepeated: true },
  redundancy: { check: wholeNumber(1), isRepeated: true },
  backupCopies: { check: wholeNumber(0), isRepeated: true },
  overwrite: { check: flag, byDefault: false },
  onUnreachable: { check: oneOf("fail", "skip"), byDefault: "fail" },
};

/**
 * The tenant whose policy it is: the one that is named from sys, or the login's own. In a preview neither may be known; a
 * connection that is not known at all has no tenant.
 */
export function targetTenant({ tenant, connection }: BackupCleanupPolicyInputs): string {
  return tenant ?? connection.tenant;
}

/** The policy that is asked for. */
export function policyOf(inputs: BackupCleanupPolicyInputs): CleanupPolicy {
  const { recoveryWindow, redundancy, backupCopies } = inputs;
  return given({ recoveryWindow, redundancy, backupCopies });
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

function targetProblem({ tenant, connection }: BackupCleanupPolicyInputs): string | undefined {
  const loginTenant = knownLoginTenant(connection);
  if (loginTenant !== undefined && loginTenant !== SYS_TENANT) {
    if (tenant === undefined) return undefined;
    return `only the sys tenant can name a tenant; a login to ${loginTenant} sets its own cleanup policy, so leave tenant out or log in to sys`;
  }
  if (tenant !== undefined) return tenantProblem(tenant);
  return loginTenant === undefined
    ? undefined
    : "a login to the sys tenant has to name the tenant whose policy it is";
}

function windowProblem({ recoveryWindow }: BackupCleanupPolicyInputs): string | undefined {
  // A policy without a window cleans nothing, whatever its redundancy. Fact: window-needed
  if (recoveryWindow === undefined)
    return 'is needed, such as "7d": without it a policy cleans nothing, in any version';
  const problem =
    typeof recoveryWindow === "string" ? recoveryWindowProblem(recoveryWindow) : 'must be text such as "7d"';
  return problem === undefined ? undefined : `${shown(recoveryWindow)} ${problem}`;
}
