import { type Sandbox, startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { environmentFor } from "../tools/support/stack.ts";

/** The password of root@sys in recorded state; some of the resources hold it, encrypted. */
const RECORDED_PASSWORD = "recorded-password";

/** The port in recorded state. */
export const RECORDED_PORT = 2881;

/** The cluster that recorded state is about. */
export async function recordedCluster(): Promise<Sandbox> {
  const sandbox = await startSandbox({ speed: 300, timing: { backupSeconds: 1_000_000 } });
  sandbox.cluster.tenants.setPassword("sys", "root", RECORDED_PASSWORD);
  sandbox.addTenant("spared_tenant");
  return sandbox;
}

/** The environment variables that lead there. */
export function recordedEnvironment(sandbox: Sandbox): Record<string, string> {
  return { ...environmentFor(sandbox), OCEANBASE_PASSWORD: RECORDED_PASSWORD };
}
