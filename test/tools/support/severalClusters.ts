import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { startFast } from "./sandbox.ts";
import type { Stack } from "./stack.ts";

const EAST_PASSWORD = "password-of-the-east";

/** A second cluster, whose sys administrator has another password than the first one's. */
export async function startEast(): Promise<Sandbox> {
  const east = await startFast();
  east.cluster.tenants.setPassword("sys", "root", EAST_PASSWORD);
  return east;
}

/** Tells a stack of the several-clusters examples where each cluster is, and who logs in. */
export async function configureClusters(running: Stack, west: Sandbox, east: Sandbox): Promise<void> {
  for (const [name, cluster, password] of [
    ["west", west, west.logins.sys.password],
    ["east", east, EAST_PASSWORD],
  ] as const) {
    await running.config(`${name}Host`, "127.0.0.1");
    await running.config(`${name}Port`, String(cluster.port));
    await running.config(`${name}Password`, password, true);
  }
}
