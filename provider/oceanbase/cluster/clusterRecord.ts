import { OceanBaseError } from "../errors";
import type { Identified, Server } from "./server";

/** What a record keeps of the cluster an action was for. */
export interface ClusterRecord {
  /** Name of the cluster; empty when the server does not tell. */
  cluster: string;
  /** Id of the cluster; empty when the server does not tell. */
  clusterId: string;
  /** The tenant that was logged in to. */
  tenant: string;
}

/** What is kept of a server. */
export function clusterRecord({ cluster, clusterId, tenant }: Server): ClusterRecord {
  return { cluster, clusterId, tenant: tenant.name };
}

/** `prod (id 7)`. */
export function clusterText({ cluster, clusterId }: Pick<ClusterRecord, "cluster" | "clusterId">): string {
  return `${cluster || "(unnamed)"} (id ${clusterId || "unknown"})`;
}

/** Whether a server is the cluster and tenant that a record names. */
export function isSameCluster(server: Server, record: ClusterRecord): boolean {
  return server.tenant.name === record.tenant && belongsToCluster(server, record);
}

/** Whether a server belongs to the cluster that a record names, whatever the tenant of the login. */
export function belongsToCluster(
  server: Pick<Server, "cluster" | "clusterId">,
  record: Pick<ClusterRecord, "cluster" | "clusterId">,
): boolean {
  // A server that does not tell its cluster is recognized by its tenant alone. Fact: cluster-parameters
  const agree = (now: string, then: string) => now === "" || then === "" || now === then;
  return agree(server.clusterId, record.clusterId) && agree(server.cluster, record.cluster);
}

/**
 * Refuses a server that is not the one of the record: an address can have passed on to another cluster.
 *
 * @param advice what to do about it, to end the message with
 */
export function checkIsCluster(
  { address, server }: Identified,
  record: ClusterRecord,
  advice = "if the one found is meant, change triggers, else correct connection",
): void {
  if (isSameCluster(server, record)) return;
  const text = (one: ClusterRecord) => `tenant ${one.tenant} of cluster ${clusterText(one)}`;
  throw new OceanBaseError(
    "otherCluster",
    `${address}: found ${text(clusterRecord(server))}, but it has to be ${text(record)}; ${advice}`,
  );
}
