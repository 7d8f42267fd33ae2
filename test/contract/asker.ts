import { type Cluster, identify } from "../../provider/oceanbase/cluster/cluster.ts";
import { ask } from "../../provider/oceanbase/connection/ask.ts";
import { type Connection, openConnection, type Row } from "../../provider/oceanbase/connection/driver.ts";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { openSession, type Session } from "../../provider/oceanbase/connection/session.ts";
import { OceanBaseError } from "../../provider/oceanbase/errors.ts";

/** Runs something in a session of the package's own. */
export async function withSession<T>(login: Login, act: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(login);
  try {
    return await act(session);
  } finally {
    session.close();
  }
}

/** Runs something on the cluster that a login leads to. */
export async function withCluster<T>(login: Login, act: (cluster: Cluster) => Promise<T>): Promise<T> {
  return await withSession(login, async (session) => act(await identify(session)));
}

/** How long a login may take. */
const LOGIN_MS = 10_000;

/** Sends each statement once, without the patience of a session, on one connection for each login. */
export class Asker {
  private readonly connections = new Map<Login, Connection>();

  /** The rows of an answer. Fails with the server's error. */
  async rows(login: Login, sql: string): Promise<Row[]> {
    return await ask(await this.connection(login), sql, { login, doing: "asking" });
  }

  /** The number that a statement is answered with, as a MySQL-mode session has it; 0 for a success. */
  async number(login: Login, sql: string): Promise<number> {
    return (await this.failure(login, sql))?.errno ?? 0;
  }

  /** What a statement fails with; undefined for a success. */
  async failure(login: Login, sql: string): Promise<OceanBaseError | undefined> {
    try {
      await this.rows(login, sql);
      return undefined;
    } catch (error) {
      if (error instanceof OceanBaseError && error.errno !== undefined) return error;
      throw error;
    }
  }

  close(): void {
    for (const connection of this.connections.values()) connection.destroy();
  }

  private async connection(login: Login): Promise<Connection> {
    const known = this.connections.get(login);
    if (known !== undefined && !known.isOver) return known;
    const [endpoint] = login.endpoints;
    const options = { timeoutMs: LOGIN_MS, signal: new AbortController().signal };
    const connection = await openConnection(login, endpoint, options);
    this.connections.set(login, connection);
    return connection;
  }
}
