/*
 * Loaded by programs too.
 */

/** A resource of a program, among all others of it. */
export interface Claimant {
  name: string;
  /** What only one resource may have, and the name of the one that has it. */
  claims: Map<string, string>;
}

/** Whose policy, and where, as far as it tells one from another. */
export interface PolicyOwner {
  host: unknown;
  port: unknown;
  /** Only behind an OBProxy. */
  cluster: unknown;
  /** The tenant that the policy is for. */
  tenant: unknown;
}

/**
 * Gives a tenant's policy to a resource of a program; what is wrong when another one has it. Two for the same one would
 * undo each other's changes, and the deletion of one would take the other's policy. Address and cluster, as they are given,
 * tell clusters apart. Fact: policy-name
 */
export function claimPolicy(
  { name, claims }: Claimant,
  { host, port, cluster, tenant }: PolicyOwner,
): string | undefined {
  // The check says that the sys tenant has no policy, and that no host is given.
  if (tenant === "sys" || host === undefined) return undefined;
  const place = [String(host).toLowerCase(), String(port), cluster ?? "", tenant ?? ""];
  const key = JSON.stringify(["cleanup policy", ...place]);
  const owner = claims.get(key) ?? name;
  claims.set(key, owner);
  if (owner === name) return undefined;
  return `BackupCleanupPolicy ${name} and BackupCleanupPolicy ${owner} are both for tenant ${tenant} at ${host}:${port}; a tenant has one cleanup policy, so remove one of them`;
}
