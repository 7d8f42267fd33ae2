import {
  type ClusterRecord,
  checkIsCluster,
  identifyServer,
  type Mode,
  recordOf as recordOfServer,
  type Server,
} from "../oceanbase/cluster/server";
import { openSession, type Session } from "../oceanbase/connection/session";
import { OceanBaseError } from "../oceanbase/errors";
import { type LoginInputs, loginOf } from "./connection";
import type { Context } from "./context";

/*
 * What the lifecycle of every resource shares: a session for the length of one call, and the cluster it belongs to.
 */

/** The server that an action was for. */
export interface ServerRecord {
  /** OceanBase's version, such as `4.2.5.1`. */
  version: string;
  /** Name of the cluster; empty when the server does not tell. */
  cluster: string;
  /** Id of the cluster; empty when the server does not tell. */
  clusterId: string;
  /** The tenant that was logged in to. */
  tenant: string;
  /** Compatibility mode of that tenant. */
  mode: Mode;
}

/** What a state keeps of a server. */
export function serverRecord({ version, cluster, clusterId, tenant }: Server): ServerRecord {
  return { version, cluster, clusterId, tenant: tenant.name, mode: tenant.mode };
}

/** Does something in a session of its own. */
export async function withSession<T>(
  inputs: LoginInputs,
  context: Context,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(loginOf(inputs, context), context.signal);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

/** Bound for looking at a server outside of an action. */
export function withinLookTime({ deadlineMs = Number.POSITIVE_INFINITY }: Context): number {
  return Math.min(Date.now() + 30_000, deadlineMs);
}

/** Finds out who is at the other end, and holds the session to it when its connection has to be made again. */
export async function identifyForSession(session: Session, context: Context): Promise<Server> {
  const server = await identifyServer(session, withinLookTime(context));
  session.checkNewConnections(async (reader) => {
    const now = await identifyServer(reader, withinLookTime(context));
    checkIsCluster(
      reader.address,
      now,
      recordOfServer(server),
      "run the command again, or correct connection",
    );
  });
  return server;
}

/** The cluster that an action on behalf of this record has to find. */
export function recordOf({ server }: { server?: ServerRecord }): { record?: ClusterRecord } {
  return server === undefined ? {} : { record: server };
}

/**
 * Does something on the cluster of record at a deletion. A cluster that cannot be reached any more, or whose address
 * belongs to another one, may be gone: that is for the user to say (`onUnreachable`). A server that answers and refuses,
 * or that is lost on the way, is not gone.
 */
export async function atDeletion(
  state: LoginInputs & { onUnreachable?: "fail" | "skip" },
  context: Context,
  act: (session: Session) => Promise<void>,
): Promise<void> {
  let session: Session;
  try {
    session = await openSession(loginOf(state, context), context.signal);
  } catch (error) {
    return skipOrThrow(error, "unreachable", state.onUnreachable, context);
  }
  try {
    await act(session);
  } catch (error) {
    skipOrThrow(error, "otherCluster", state.onUnreachable, context);
  } finally {
    await session.close();
  }
}

function skipOrThrow(
  error: unknown,
  gone: "unreachable" | "otherCluster",
  onUnreachable: "fail" | "skip" | undefined,
  context: Context,
): void {
  const mayBeGone = error instanceof OceanBaseError && error.kind === gone;
  if (!mayBeGone || onUnreachable !== "skip") throw error;
  context.warn(`the cluster is taken to be gone, and nothing was done there: ${error.message}`);
}

/** A front that previews answers with what it knows; these calls would change something. */
export function mustNotBePreview({ preview }: Context): void {
  if (preview) throw new Error("a preview must not create, update or delete");
}
