import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { FAST, loginOf } from "../tools/support/sandbox.ts";

/** A cluster that the contract is checked on. */
export interface Subject {
  name: string;
  /** An administrator of the cluster. */
  sys: Login;
  /** A user of sys without the ALTER SYSTEM privilege, when there is one. */
  reader?: Login;
  /** Administrators of user tenants that the suite may use. */
  tenants: Login[];
  /** Whether backups may be started and cancelled in those tenants, and cleanup policies changed. */
  mayBackUp: boolean;
  /** How long a real stop may take. */
  patienceMs: number;
  stop(): Promise<void>;
}

/**
 * The sandbox; or, with OCEANBASE_LIVE_HOST set, the real cluster that these variables describe:
 *
 * - OCEANBASE_LIVE_HOST, OCEANBASE_LIVE_PORT (2881), OCEANBASE_LIVE_CLUSTER (behind OBProxy)
 * - OCEANBASE_LIVE_SYS_PASSWORD for root@sys
 * - OCEANBASE_LIVE_TENANTS: `user@tenant:password`, separated by commas, of tenants made for this
 * - OCEANBASE_LIVE_READER: `user@sys:password` of a user without the ALTER SYSTEM privilege, when there is one
 * - OCEANBASE_LIVE_BACKUPS=yes: the suite may start and cancel backups and change cleanup policies in those tenants;
 *   without it, it sends only statements that are refused
 */
export async function openSubject(): Promise<Subject> {
  return process.env.OCEANBASE_LIVE_HOST === undefined ? await sandboxSubject() : liveSubject();
}

async function sandboxSubject(): Promise<Subject> {
  const sandbox = await startSandbox({ speed: FAST, timing: { backupSeconds: 100_000 } });
  const { sys, reader, mysqlTenant, oracleTenant } = sandbox.logins;
  return {
    name: "the sandbox",
    sys: loginOf(sandbox, sys),
    reader: loginOf(sandbox, reader),
    tenants: [loginOf(sandbox, mysqlTenant), loginOf(sandbox, oracleTenant)],
    mayBackUp: true,
    patienceMs: 5_000,
    stop: () => sandbox.stop(),
  };
}

function liveSubject(): Subject {
  const variable = (name: string) => process.env[`OCEANBASE_LIVE_${name}`];
  const cluster = variable("CLUSTER");
  const login = (user: string, tenant: string, password: string): Login => ({
    endpoints: [{ host: variable("HOST") as string, port: Number(variable("PORT") ?? 2881) }],
    user,
    tenant,
    password,
    connectTimeoutSeconds: 10,
    ...(cluster === undefined ? {} : { cluster }),
  });
  const logins = (text: string) =>
    text
      .split(",")
      .map((part) => /^([^@]+)@([^:]+):(.*)$/s.exec(part))
      .flatMap((match) =>
        match === null ? [] : [login(match[1] as string, match[2] as string, match[3] as string)],
      );
  const [reader] = logins(variable("READER") ?? "");
  return {
    name: `the cluster at ${variable("HOST")}`,
    sys: login("root", "sys", variable("SYS_PASSWORD") ?? ""),
    ...(reader === undefined ? {} : { reader }),
    tenants: logins(variable("TENANTS") ?? ""),
    mayBackUp: variable("BACKUPS") === "yes",
    patienceMs: 180_000,
    stop: async () => {},
  };
}
