/**
 * Every control statement this package can send. Each is built from checked parts; there are no placeholders,
 * because the driver's escaping is right in one SQL mode only.
 */

/** Longest name of a tenant, in bytes (OceanBase: OB_MAX_TENANT_NAME_LENGTH). Fact: name-length */
export const MAX_TENANT_NAME_BYTES = 64;

/**
 * Whose backups a statement is for: named tenants, all user tenants (both from sys), or the login's own tenant.
 * Facts: no-clause, clause-in-sys-only
 */
export type TenantSelection = readonly string[] | "all" | "own";

/** What keeps this text from being the name of a tenant whose backups can be cancelled; undefined when nothing does. */
export function tenantNameProblem(name: string): string | undefined {
  if (name.trim() === "") return "is blank";
  if (!name.isWellFormed()) return "is not valid Unicode";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return "has control characters";
  // In backticks it would be a letter like any other; but nothing that could ever end a statement is sent.
  // Fact: several-statements
  if (name.includes(";")) return "has a semicolon";
  if (Buffer.byteLength(name) > MAX_TENANT_NAME_BYTES) return `is longer than ${MAX_TENANT_NAME_BYTES} bytes`;
  // Facts: sys-named, meta-named
  if (name === "sys") return "is the sys tenant, which has no backups of its own";
  if (name.startsWith("META$")) return "is a meta tenant; name the user tenant it belongs to";
  return undefined;
}

/**
 * `ALTER SYSTEM CANCEL BACKUP`, with the TENANT clause for named tenants.
 *
 * Names always stand in backticks: there case is kept, keywords are names, backslashes mean nothing, and a doubled
 * backtick is the only escape. Names are sent once, in the order in which they were first given. Fact: name-quoting
 */
export function cancelBackupStatement(scope: TenantSelection): string {
  if (scope === "all" || scope === "own") return "ALTER SYSTEM CANCEL BACKUP";
  // Without a name the clause would be gone and the statement meant for every tenant. Fact: no-clause
  if (scope.length === 0) throw new RangeError("a TENANT clause needs at least one name");
  for (const name of scope) {
    const problem = tenantNameProblem(name);
    if (problem !== undefined) throw new RangeError(`tenant ${JSON.stringify(name)} ${problem}`);
  }
  return `ALTER SYSTEM CANCEL BACKUP TENANT = ${[...new Set(scope)].map(quoted).join(", ")}`;
}

/** A cleanup policy, as far as a statement can say it. */
export interface CleanupPolicy {
  /** How far back a restore must be possible, such as `7d`: backups that no such restore needs are removed. */
  recoveryWindow?: string;
  /** How many full backups are kept. Without a window OceanBase takes 1 only. Fact: window-or-redundancy */
  redundancy?: number;
  /** How many copies of a backup there are to be before it may be removed. */
  backupCopies?: number;
}

/** The one name of a cleanup policy for backup sets, exact and in lower case. Fact: policy-name */
export const POLICY_NAME = "default";

/**
 * `ALTER SYSTEM ADD DELETE BACKUP POLICY`. OceanBase has no statement that changes a policy: drop it first.
 * Facts: policy-clauses, policy-no-change
 *
 * @param tenant whose policy, from sys; undefined in a user tenant, where the clause is refused
 */
export function addCleanupPolicyStatement(policy: CleanupPolicy, tenant: string | undefined): string {
  const { recoveryWindow, redundancy, backupCopies } = policy;
  if (recoveryWindow === undefined && redundancy !== 1) {
    throw new RangeError("without a recovery window the redundancy of a cleanup policy has to be 1");
  }
  // Letters and digits: nothing in it can end the literal, in any SQL mode.
  if (recoveryWindow !== undefined && !/^[0-9A-Za-z]{1,64}$/.test(recoveryWindow)) {
    throw new RangeError(
      `recovery window ${JSON.stringify(recoveryWindow)} is not made of letters and digits`,
    );
  }
  const clauses = [
    `ALTER SYSTEM ADD DELETE BACKUP POLICY = '${POLICY_NAME}'`,
    recoveryWindow === undefined ? "" : ` RECOVERY_WINDOW = '${recoveryWindow}'`,
    redundancy === undefined ? "" : ` REDUNDANCY = ${wholeNumber(redundancy, 1)}`,
    backupCopies === undefined ? "" : ` BACKUP_COPIES = ${wholeNumber(backupCopies, 0)}`,
  ];
  return clauses.join("") + tenantClause(tenant);
}

/**
 * `ALTER SYSTEM DROP DELETE BACKUP POLICY`, which succeeds in most versions when there is none. Fact: drop-of-absent
 *
 * @param tenant whose policy, from sys; undefined in a user tenant, where the clause is refused
 */
export function dropCleanupPolicyStatement(tenant: string | undefined): string {
  return `ALTER SYSTEM DROP DELETE BACKUP POLICY = '${POLICY_NAME}'${tenantClause(tenant)}`;
}

function tenantClause(tenant: string | undefined): string {
  if (tenant === undefined) return "";
  const problem = tenantNameProblem(tenant);
  if (problem !== undefined) throw new RangeError(`tenant ${JSON.stringify(tenant)} ${problem}`);
  return ` TENANT = ${quoted(tenant)}`;
}

/** Digits alone: a larger number would be written with an exponent. */
function wholeNumber(value: number, min: number): string {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(`${value} is not a whole number from ${min} on`);
  }
  return String(value);
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
