import type { Reader } from "../connection/reader";
import type { Session } from "../connection/session";
import { checkIsCluster, clusterRecord } from "./clusterRecord";
import { readServer } from "./identification";
import { type Identified, type Server, type Tenant, tenantsIn, tenantsQuery } from "./server";
import { schemaOf } from "./views";

/** How old an answer may be that many resources of a stack ask for one after the other, in milliseconds. */
export const RECENT_MS = 1_000;

/** A cluster that was identified, and a session to ask it and to send it statements. */
export interface Cluster extends Reader, Identified {
  /** Sends a control statement exactly once, see {@link Session.send}. */
  send: Session["send"];
  /** The same cluster, whose reads have to end within this time from now. @default 30 s for each read */
  within(ms: number): Cluster;
}

/**
 * Identifies the server of a session, and holds the session to this cluster when a connection has to be made again: behind
 * its address there may be another one by then.
 *
 * @param maxAgeMs how old the server's answers may be
 */
export async function identify(session: Session, maxAgeMs = 0): Promise<Cluster> {
  const server = await readServer(session, maxAgeMs);
  session.verifyNewConnections(async (reader) => {
    const found = { address: reader.address, server: await readServer(reader) };
    checkIsCluster(found, clusterRecord(server), "run the command again, or correct connection");
  });
  return clusterOf(session, server);
}

/** A session and the server at its other end. */
export function clusterOf(session: Session, server: Server): Cluster {
  return {
    get address() {
      return session.address;
    },
    loginTenant: session.loginTenant,
    server,
    read: (query, doing, options) => session.read(query, doing, options),
    send: (sql, doing) => session.send(sql, doing),
    within: (ms) => clusterOf(session.within(ms), server),
  };
}

/** The tenants as they are now, for a second look after one was dropped. */
export async function readTenants(cluster: Cluster): Promise<readonly Tenant[]> {
  return await cluster.read(tenantsQuery(schemaOf(cluster.server.tenant)), "reading the tenants", {
    parse: tenantsIn,
  });
}
