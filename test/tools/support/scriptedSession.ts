import type { Server, Tenant } from "../../../provider/oceanbase/cluster/server.ts";
import type { Row, Session } from "../../../provider/oceanbase/connection/session.ts";

/** What a query that matches brings, or fails with. */
export type Answer = readonly [RegExp, Row[] | Error | (() => Row[])];

/** A session whose answers are given beforehand: for servers that say what the sandbox never says. */
export class ScriptedSession implements Session {
  readonly address = "root@sys at db:2881";
  readonly asked: { sql: string; untilMs: number }[] = [];
  private readonly answers: readonly Answer[];

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  async read(sql: string, _doing: string, untilMs: number): Promise<Row[]> {
    this.asked.push({ sql, untilMs });
    const [, answer] = this.answers.find(([pattern]) => pattern.test(sql)) ?? [];
    if (answer === undefined) throw new Error(`no answer is scripted for: ${sql}`);
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer() : answer;
  }

  checkNewConnections(): void {}

  async send(sql: string): Promise<void> {
    throw new Error(`nothing is to be sent, but this was: ${sql}`);
  }

  async close(): Promise<void> {}
}

/** A tenant in MySQL mode that is NORMAL. */
export function tenant(id: string, name: string, changes: Partial<Tenant> = {}): Tenant {
  const type = id === "1" ? "SYS" : "USER";
  return { id, name, type, mode: "MYSQL", status: "NORMAL", locked: false, ...changes };
}

const SYS = tenant("1", "sys");

/** A server as the sys tenant sees it, with two user tenants. */
export function serverInSys(changes: Partial<Server> = {}): Server {
  const tenants = [SYS, tenant("1002", "one"), tenant("1004", "two")];
  return { version: "4.2.5.1", cluster: "prod", clusterId: "7", tenant: SYS, tenants, ...changes };
}

/** A server as a user tenant sees it. */
export function serverInTenant(mode: Tenant["mode"] = "MYSQL"): Server {
  const own = tenant("1002", "one", { mode });
  return serverInSys({ tenant: own, tenants: [own] });
}
