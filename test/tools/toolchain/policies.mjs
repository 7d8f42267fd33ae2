import { chmodSync, cpSync, existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { BIN, hostsModule } from "./pulumi.mjs";

/** By this name of a runtime the CLI looks for a script of its own instead of a language host. */
const BY_SCRIPT = "script";

/**
 * What a policy pack in TypeScript has to say as its `runtime` for the CLI in a folder: `nodejs`. The host of that language
 * which is built from Go modules is older than Pulumi's way of starting packs by it. Beside that one, the pack is started as
 * it was in the host's time: by Pulumi's script `pulumi-analyzer-policy`, from the same module. The pack, the policy SDK and
 * the engine that asks it are the same.
 * @param {string} pulumiDirectory
 */
export async function policyRuntime(pulumiDirectory) {
  const isBuilt = pulumiDirectory === BIN && !lstatSync(join(BIN, "pulumi-language-nodejs")).isSymbolicLink();
  if (!isBuilt) return "nodejs";
  const script = join(BIN, `pulumi-analyzer-policy-${BY_SCRIPT}`);
  if (!existsSync(script)) {
    cpSync(join(await hostsModule(), "nodejs", "dist", "pulumi-analyzer-policy"), script);
    // Files of a module are not executable.
    chmodSync(script, 0o755);
  }
  return BY_SCRIPT;
}
