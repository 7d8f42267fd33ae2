import { randomBytes } from "node:crypto";
import { createCertificate, type ServerCertificate } from "./certificates.ts";
import { UNREACHABLE } from "./cluster/destinations.ts";
import { Sandbox as Server } from "./sandbox.ts";
import type { LoggedStatement } from "./statementLog.ts";
import type {
  Sandbox,
  SandboxCut,
  SandboxError,
  SandboxJob,
  SandboxLogin,
  SandboxOptions,
  SandboxStatement,
  SandboxTenantMode,
  SandboxVersion,
} from "./types.ts";

/** Starts a stand-in for an OceanBase cluster in this process. It needs Node 22.13 or newer. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = new ListeningSandbox(options);
  await sandbox.start();
  return sandbox;
}

/** Longer than any test: thirty years. */
const WITHOUT_END_SECONDS = 1_000_000_000;

const TENANTS: NonNullable<SandboxOptions["tenants"]> = { mysql_tenant: "MYSQL", oracle_tenant: "ORACLE" };

const JOBS = `
SELECT tenant_name AS tenant, CAST(job_id AS TEXT) AS jobId, job.status AS status
FROM (
  SELECT tenant_id, job_id, status, start_ts FROM oceanbase.__all_backup_job
  UNION SELECT tenant_id, job_id, status, start_ts FROM oceanbase.__all_backup_job_history
) AS job JOIN oceanbase.__all_tenant USING (tenant_id)
ORDER BY start_ts, tenant_id, job_id`;

/** The face of a server. */
class ListeningSandbox implements Sandbox {
  logins: SandboxLogin[];
  private readonly server: Server;
  private readonly certificate: ServerCertificate | undefined;

  constructor({ tenants = TENANTS, tls, backupSeconds = WITHOUT_END_SECONDS, ...options }: SandboxOptions) {
    this.certificate = tls ? createCertificate() : undefined;
    this.server = new Server({
      ...options,
      hasTenants: false,
      timing: { backupSeconds },
      ...(this.certificate === undefined ? {} : { tls: this.certificate }),
    });
    const { sys, reader } = this.server.logins;
    this.logins = [sys, reader];
    for (const [name, mode] of Object.entries(tenants)) this.addTenant(name, mode);
  }

  async start(): Promise<void> {
    await this.server.start();
  }

  get host(): string {
    return this.certificate === undefined ? "127.0.0.1" : "localhost";
  }

  get port(): number {
    return this.server.port;
  }

  get version(): SandboxVersion {
    return this.server.version;
  }

  get ca(): string | undefined {
    return this.certificate?.ca;
  }

  get statements(): SandboxStatement[] {
    return this.server.log.entries.map(statementOf);
  }

  get cancels(): string[] {
    return this.server.log.cancels;
  }

  get jobs(): SandboxJob[] {
    return this.server.rows(JOBS).map((row) => ({ ...row }) as unknown as SandboxJob);
  }

  login(tenant: string): SandboxLogin {
    const found = this.logins.find((login) => login.tenant === tenant);
    if (found === undefined) throw new Error(`the sandbox has made no account in tenant ${tenant}`);
    return found;
  }

  environment(tenant = "sys"): Record<string, string> {
    const { user, password } = this.login(tenant);
    return {
      OCEANBASE_HOST: this.host,
      OCEANBASE_PORT: String(this.port),
      OCEANBASE_TENANT: tenant,
      OCEANBASE_USER: user,
      OCEANBASE_PASSWORD: password,
      ...(this.ca === undefined ? {} : { OCEANBASE_TLS: JSON.stringify({ ca: this.ca }) }),
    };
  }

  addTenant(name: string, mode: SandboxTenantMode = "MYSQL"): SandboxLogin {
    const password = randomBytes(12).toString("base64url");
    const [administrator] = this.server.addTenant(name, mode, password).users;
    const login: SandboxLogin = { tenant: name, user: administrator?.name as string, password };
    this.logins.push(login);
    return login;
  }

  dropTenant(name: string): void {
    this.server.dropTenant(name);
    this.logins = this.logins.filter((login) => login.tenant !== name);
  }

  startBackup(tenant: string, kind: "full" | "incremental" = "full"): void {
    this.server.startBackup(tenant, { incremental: kind === "incremental" });
  }

  startClusterBackup(tenants?: readonly string[]): void {
    this.server.startClusterBackup(tenants);
  }

  finishBackup(tenant: string, status: "COMPLETED" | "FAILED" = "COMPLETED"): void {
    const isDoing = this.jobs.some((job) => job.tenant === tenant && job.status === "DOING");
    if (!isDoing) throw new Error(`no backup of tenant ${tenant} is DOING; one that is INIT needs time`);
    this.server.finishBackup(tenant, status === "FAILED" ? UNREACHABLE : undefined);
  }

  advance(seconds: number): void {
    this.server.clock.advance(seconds);
    this.server.cluster.settle();
  }

  injectError(
    statement: RegExp,
    { errno, message, when = "before", nth = 1, times = 1 }: SandboxError,
  ): void {
    const kind = when === "after" ? "error after" : "error";
    const text = message === undefined ? {} : { message };
    this.server.faults.inject({ match: statement, nth, times, act: { kind, errno, ...text } });
  }

  injectCut(statement: RegExp, { when = "before", nth = 1, times = 1 }: SandboxCut = {}): void {
    this.server.faults.inject({ match: statement, nth, times, act: { kind: `cut ${when}` } });
  }

  clearStatements(): void {
    this.server.log.clear();
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}

function statementOf({ login, sql, at, outcome }: LoggedStatement): SandboxStatement {
  const isAnswered = typeof outcome === "number" || outcome === "ok";
  return { login, sql, at: new Date(at), outcome: isAnswered ? outcome : "cut" };
}
