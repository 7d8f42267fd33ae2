import { createRequire } from "node:module";
import { join } from "node:path";
import type { CancelBackupState } from "../../../provider/resources/cancelBackup/outputs.ts";
import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { ROOT } from "../toolchain/run.mjs";

type Lifecycle = typeof import("../../../provider/resources/cancelBackup/lifecycle.ts");

/** The package as it is built, without Pulumi around it. */
const { cancelBackup } = createRequire(import.meta.url)(
  join(ROOT, "dist", "provider", "resources", "cancelBackup", "lifecycle.js"),
) as Lifecycle;

/** Makes a CancelBackup for these tenants, as the provider does when Pulumi asks for it. */
export async function createCancelBackup(
  sandbox: Sandbox,
  tenants: readonly string[],
): Promise<CancelBackupState> {
  const { sys } = sandbox.logins;
  const connection = {
    host: "127.0.0.1",
    port: sandbox.port,
    tenant: sys.tenant,
    user: sys.user,
    connectTimeoutSeconds: 10,
  };
  const context = {
    env: {},
    config: () => undefined,
    preview: false,
    command: { claims: new Map(), declaredPolicies: [], handedOver: new Map(), sights: new Map() },
    progress: () => {},
    inform: () => {},
    warn: () => {},
  };
  const { state } = await cancelBackup.create({ connection, password: sys.password, tenants }, context);
  return state;
}
