import type { Sandbox } from "./sandbox.ts";
import { Session } from "./sql/session.ts";

/** Runs a statement as the administrator of a tenant, or as another user of it, without a socket in between. */
export function runStatement(sandbox: Sandbox, tenantName: string, sql: string, userName?: string) {
  const tenant = sandbox.tenant(tenantName);
  const user = tenant.users.find((candidate) => userName === undefined || candidate.name === userName);
  if (user === undefined) throw new Error(`no user ${userName}`);
  const result = new Session(sandbox.cluster, tenant, user, 1).execute(sql);
  if (result.kind === "ok") return [];
  return result.rows.map((row) =>
    Object.fromEntries(
      result.columns.map(({ name }, i) => [name, typeof row[i] === "bigint" ? Number(row[i]) : row[i]]),
    ),
  );
}

/** The server's number of the error that this ends with; 0 when it does not. */
export function errno(act: () => unknown): number {
  try {
    act();
  } catch (error) {
    return (error as { errno: number }).errno;
  }
  return 0;
}
