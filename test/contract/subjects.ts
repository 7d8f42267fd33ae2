import { setTimeout as pause } from "node:timers/promises";
import { identify } from "../../provider/oceanbase/cluster/cluster.ts";
import type { Mode } from "../../provider/oceanbase/cluster/server.ts";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { defaultTimeoutSeconds } from "../../provider/oceanbase/stop/stopTimes.ts";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../sdk/sandbox/versions.ts";
import { loginOf, startFast } from "../tools/support/sandbox.ts";
import { withSession } from "./asker.ts";

/** A cluster that the contract is checked on. */
export interface Subject {
  name: string;
  /** By its own word, such as `4.2.5.1`. */
  version: string;
  isLive: boolean;
  /** An administrator of the cluster. */
  sys: Login;
  /** A user of sys without the ALTER SYSTEM privilege, when there is one. */
  reader?: Login;
  /** Administrators of user tenants that the suite may use, and the modes of these. */
  tenants: readonly TestTenant[];
  /** Whether backups may be started and cancelled in those tenants, and cleanup policies changed. */
  mayBackUp: boolean;
  /** How long a real stop may take. */
  patienceMs: number;
  /** Lets so much of the cluster's time go by. */
  pass(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** A tenant that was made for tests. */
export interface TestTenant {
  name: string;
  mode: Mode;
  login: Login;
}

/**
 * The sandbox in every version that it plays; or, with OCEANBASE_LIVE_HOST set, the real cluster that these variables
 * describe:
 *
 * - OCEANBASE_LIVE_HOST, OCEANBASE_LIVE_PORT (2881), OCEANBASE_LIVE_CLUSTER (behind OBProxy)
 * - OCEANBASE_LIVE_SYS_PASSWORD for root@sys
 * - OCEANBASE_LIVE_TENANTS: `user@tenant:password`, separated by commas, of tenants made for this
 * - OCEANBASE_LIVE_READER: `user@sys:password` of a user without the ALTER SYSTEM privilege, when there is one
 * - OCEANBASE_LIVE_BACKUPS=yes: the suite may start and cancel backups and change cleanup policies in those tenants;
 *   without it, it sends only SELECT, SHOW, and statements that are refused for what they say
 *
 * @param make the sandbox of one version; default: one whose time runs fast
 */
export async function openSubjects(
  make: (version: VersionName) => Promise<Sandbox> = fastSandbox,
): Promise<readonly Subject[]> {
  if (process.env.OCEANBASE_LIVE_HOST !== undefined) return [await liveSubject()];
  return await Promise.all(VERSIONS.map(async (version) => sandboxSubject(await make(version))));
}

function fastSandbox(version: VersionName): Promise<Sandbox> {
  return startFast({ version });
}

async function sandboxSubject(sandbox: Sandbox): Promise<Subject> {
  const { sys, reader, mysqlTenant, oracleTenant } = sandbox.logins;
  return {
    ...(await described(
      loginOf(sandbox, sys),
      [mysqlTenant, oracleTenant].map((who) => loginOf(sandbox, who)),
    )),
    name: `the sandbox as ${sandbox.version}`,
    isLive: false,
    reader: loginOf(sandbox, reader),
    mayBackUp: true,
    patienceMs: 10_000,
    pass: async (seconds) => sandbox.clock.advance(seconds),
    stop: () => sandbox.stop(),
  };
}

async function liveSubject(): Promise<Subject> {
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
  const sys = login("root", "sys", variable("SYS_PASSWORD") ?? "");
  const about = await described(sys, logins(variable("TENANTS") ?? ""));
  return {
    ...about,
    name: `the cluster at ${variable("HOST")}`,
    isLive: true,
    ...(reader === undefined ? {} : { reader }),
    mayBackUp: variable("BACKUPS") === "yes",
    patienceMs: 1000 * defaultTimeoutSeconds(about),
    pass: async (seconds) => await pause(seconds * 1000),
    stop: async () => {},
  };
}

/** What the cluster says of itself and of these tenants. */
async function described(
  sys: Login,
  logins: readonly Login[],
): Promise<Pick<Subject, "sys" | "version" | "tenants">> {
  const { server } = await withSession(sys, (session) => identify(session));
  const modes = new Map(server.tenants.map(({ name, mode }) => [name, mode]));
  const tenants = logins.map((login) => {
    const mode = modes.get(login.tenant);
    if (mode === undefined) throw new Error(`there is no tenant ${login.tenant} to be used for tests`);
    return { name: login.tenant, mode, login };
  });
  return { sys, version: server.version, tenants };
}
