import { given } from "../given";
import { type Cluster, identify } from "../oceanbase/cluster/cluster";
import { type ClusterRecord, clusterRecord } from "../oceanbase/cluster/clusterRecord";
import type { Mode, Server } from "../oceanbase/cluster/server";
import { ACCESS_DENIED } from "../oceanbase/connection/errorCodes";
import { withAdvice } from "../oceanbase/connection/failures";
import { openSession, type Session } from "../oceanbase/connection/session";
import { isOfKind, OceanBaseError } from "../oceanbase/errors";
import type { LoginInputs } from "./connection";
import { passwordOrigin, renameAdvice } from "./connectionSources";
import type { Context } from "./context";
import { loginOf } from "./loginFromSources";

/*
 * A session for the length of one call, and the cluster that a record belongs to.
 */

/** How long after a deadline the last look of a wait may take. */
const LAST_LOOK_MS = 1_000;

/** The server that an action was for. */
export interface ServerRecord extends ClusterRecord {
  /** OceanBase's version, such as `4.2.5.1`. */
  version: string;
  /** Compatibility mode of the tenant that was logged in to. */
  mode: Mode;
}

/** What a state keeps of a server. */
export function serverRecord(server: Server): ServerRecord {
  const { cluster, clusterId, tenant } = clusterRecord(server);
  return { version: server.version, cluster, clusterId, tenant, mode: server.tenant.mode };
}

/** Runs something in a session of its own. */
export async function withSession<T>(
  inputs: LoginInputs,
  context: Context,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await logIn(inputs, context);
  try {
    return await act(session);
  } finally {
    session.close();
  }
}

/** Runs something on the cluster that is found behind a connection. */
export async function withCluster<T>(
  inputs: LoginInputs,
  context: Context,
  act: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  return await withSession(inputs, context, async (session) => await act(await identify(session)));
}

/** The cluster that an action on behalf of this record has to find. */
export function recordIn({ server }: { server?: ServerRecord }): { record?: ClusterRecord } {
  return given({ record: server });
}

/** A record whose deletion asks its cluster. */
export interface DeletableState extends LoginInputs {
  onUnreachable?: "fail" | "skip";
}

/**
 * Runs something on the cluster of record at a deletion. A cluster that cannot be reached any more, or whose address
 * belongs to another one, may be gone: that is for the user to say (`onUnreachable`). A server that answers and refuses,
 * or that is lost on the way, is not gone.
 */
export async function atDeletion(
  state: DeletableState,
  context: Context,
  act: (session: Session) => Promise<void>,
): Promise<void> {
  let session: Session;
  try {
    session = await logIn(state, context);
  } catch (error) {
    return skipOrThrow(error, "unreachable", state, context);
  }
  try {
    await act(session);
  } catch (error) {
    skipOrThrow(error, "otherCluster", state, context);
  } finally {
    session.close();
  }
}

/**
 * Opens a session. A login that fails while the configuration still has its former keys says what to rename, and one that is
 * refused says where its password comes from.
 */
async function logIn(inputs: LoginInputs, context: Context): Promise<Session> {
  try {
    return await openSession(loginOf(inputs, context), { ...context, ...readDeadline(context) });
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const origin = error.errno === ACCESS_DENIED ? passwordOrigin(inputs.password, context) : undefined;
    const advice = [origin, renameAdvice(inputs, context)].filter((text) => text !== undefined);
    throw advice.reduce(withAdvice, error);
  }
}

/** A wait ends at the deadline, and its last look is still to be answered then. */
function readDeadline({ deadlineMs }: Context): { deadlineMs?: number } {
  return deadlineMs === undefined ? {} : { deadlineMs: deadlineMs + LAST_LOOK_MS };
}

function skipOrThrow(
  error: unknown,
  gone: "unreachable" | "otherCluster",
  { onUnreachable }: DeletableState,
  context: Context,
): void {
  if (!isOfKind(error, gone) || onUnreachable !== "skip") throw error;
  const { message } = error as Error;
  context.warn(`assuming the cluster is gone (onUnreachable: "skip"), nothing was done there: ${message}`);
}
