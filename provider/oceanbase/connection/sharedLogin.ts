import { addressText, connectToAny, type Verify } from "./connect";
import type { Connection } from "./driver";
import type { Login } from "./login";
import { Pool } from "./pool";
import { SharedReads } from "./sharedReads";

/** Most connections for one login, however many resources of a process use it at the same time. */
export const MAX_CONNECTIONS = 4;

/** How long connections are kept for the next session of the same login: resources of a stack follow one another. */
const LINGER_MS = 500;

/** What the sessions of one login share. */
export interface SharedLogin {
  readonly login: Login;
  readonly pool: Pool<Connection>;
  readonly reads: SharedReads;
  /** Who talks to whom, by the server that the last connection was made to: `root@sys at db1:2881`. */
  address: string;
  /** Until it is known there is one connection only: a second endpoint could be another cluster. */
  verify: Verify | undefined;
}

/** The logins of this process, each with its sessions, and when it is to be closed because there are none. */
const logins = new Map<string, { shared: SharedLogin; sessions: number; closing?: NodeJS.Timeout }>();

/** Joins the sessions of a login. The last one that leaves takes along what it knew of the cluster. */
export function joinLogin(login: Login): { shared: SharedLogin; leave: () => void } {
  const key = JSON.stringify(login);
  const joined = logins.get(key) ?? { shared: newSharedLogin(login), sessions: 0 };
  logins.set(key, joined);
  joined.sessions += 1;
  clearTimeout(joined.closing);
  const leave = () => {
    joined.sessions -= 1;
    if (joined.sessions > 0) return;
    joined.shared.verify = undefined;
    joined.closing = setTimeout(() => {
      logins.delete(key);
      joined.shared.pool.close();
    }, LINGER_MS);
    joined.closing.unref();
  };
  return { shared: joined.shared, leave };
}

function newSharedLogin(login: Login): SharedLogin {
  const shared: SharedLogin = {
    login,
    reads: new SharedReads(),
    address: addressText(login, login.endpoints[0]),
    verify: undefined,
    pool: new Pool<Connection>({
      limit: () => (shared.verify === undefined ? 1 : MAX_CONNECTIONS),
      connect: async (signal) => {
        const { connection, endpoint } = await connectToAny(login, shared.verify, signal);
        // A server that was lost may have come back another one.
        if (shared.pool.size === 0) shared.reads.forget();
        shared.address = addressText(login, endpoint);
        return connection;
      },
    }),
  };
  return shared;
}
