import { type Cluster, clusterOf } from "../../../provider/oceanbase/cluster/cluster.ts";
import type { Server, Tenant } from "../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../provider/oceanbase/connection/driver.ts";
import { type JoinedQuery, type ReadOptions, sqlOf } from "../../../provider/oceanbase/connection/reader.ts";
import type { Session } from "../../../provider/oceanbase/connection/session.ts";

/** What a query that matches brings, or fails with. */
export type Answer = readonly [RegExp, Row[] | Error | (() => Row[])];

/** A session whose answers are given beforehand: for servers that say what the sandbox never says. */
export class ScriptedSession implements Session {
  readonly address = "root@sys at db:2881";
  readonly loginTenant = "sys";
  readonly handshake = { loginMethod: "mysql_native_password" } as const;
  /**
   * Every query, within how many milliseconds it had to be answered, and which errors were not to be waited out; undefined
   * where nothing was said of it.
   */
  readonly asked: {
    sql: string;
    withinMs: number | undefined;
    notRepeated: ReadonlySet<number> | undefined;
  }[] = [];
  private readonly answers: readonly Answer[];

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  async read<T = Row[]>(
    query: string | JoinedQuery,
    doing: string,
    options: ReadOptions<T> = {},
  ): Promise<T> {
    return this.answer(sqlOf(query), doing, undefined, options);
  }

  within(ms: number): Session {
    return {
      address: this.address,
      loginTenant: this.loginTenant,
      handshake: this.handshake,
      read: async (query, doing, options = {}) => this.answer(sqlOf(query), doing, ms, options),
      within: (shorterMs) => this.within(Math.min(ms, shorterMs)),
      send: (sql, doing) => this.send(sql, doing),
      verifyNewConnections: () => {},
      close: () => {},
    };
  }

  private answer<T>(
    sql: string,
    doing: string,
    withinMs: number | undefined,
    { parse = (rows) => rows as T, notRepeated }: ReadOptions<T>,
  ): T {
    if (doing === "") throw new Error(`a failure could not say what this was for: ${sql}`);
    this.asked.push({ sql, withinMs, notRepeated });
    const [, answer] = this.answers.find(([pattern]) => pattern.test(sql)) ?? [];
    if (answer === undefined) throw new Error(`no answer is scripted for: ${sql}`);
    if (answer instanceof Error) throw answer;
    const rows = typeof answer === "function" ? answer() : answer;
    const ownId = /(\d+) AS TENANT_ID/.exec(sql)?.[1];
    return parse(ownId === undefined ? rows : rows.map((row) => ({ TENANT_ID: ownId, ...row })));
  }

  verifyNewConnections(): void {}

  async send(sql: string, _doing = ""): Promise<void> {
    throw new Error(`nothing is to be sent, but this was: ${sql}`);
  }

  close(): void {}
}

/** A cluster whose answers are given beforehand, and the session that gives them. */
export function scriptedCluster(
  server: Server,
  ...answers: Answer[]
): { cluster: Cluster; session: ScriptedSession } {
  const session = new ScriptedSession(...answers);
  return { cluster: clusterOf(session, server), session };
}

/** A tenant in MySQL mode that is NORMAL. */
export function tenant(id: string, name: string, changes: Partial<Tenant> = {}): Tenant {
  const type = id === "1" ? "SYS" : "USER";
  return { id, name, type, mode: "MYSQL", status: "NORMAL", locked: false, inRecycleBin: false, ...changes };
}

const SYS = tenant("1", "sys");

/** A server as the sys tenant sees it, with two user tenants. */
export function serverInSys(changes: Partial<Server> = {}): Server {
  const tenants = [SYS, tenant("1002", "one"), tenant("1004", "two")];
  return {
    version: "4.2.5.1",
    utcOffset: "+08:00",
    cluster: "prod",
    clusterId: "7",
    tenant: SYS,
    tenants,
    ...changes,
  };
}

/** A server as a user tenant sees it. */
export function serverInTenant(mode: Tenant["mode"] = "MYSQL"): Server {
  const own = tenant("1002", "one", { mode });
  return serverInSys({ tenant: own, tenants: [own] });
}

/** The answers by which a login in MySQL mode identifies this server. */
export function identifying({ version, cluster, clusterId, tenant: own, tenants }: Server): Answer[] {
  const rows = tenants.map(({ id, name, type, mode, status, locked, inRecycleBin }) => ({
    VERSION: version,
    NOW_TEXT: "2026-01-01 08:00:00",
    UTC_TEXT: "2026-01-01 00:00:00",
    OWN_ID: own.id,
    TENANT_ID: id,
    TENANT_NAME: name,
    TENANT_TYPE: type,
    COMPATIBILITY_MODE: mode,
    STATUS: status,
    LOCKED: locked ? "YES" : "NO",
    IN_RECYCLEBIN: inRecycleBin ? "YES" : "NO",
  }));
  const parameters = [
    { NAME: "cluster", VALUE: cluster },
    { NAME: "cluster_id", VALUE: clusterId },
  ];
  return [
    [/OB_VERSION/, rows],
    [/SHOW PARAMETERS/, parameters],
  ];
}
