import { createRequire } from "node:module";
import type { Engine, LogRequest } from "../engine/engine";

let found: Engine | undefined | "none";

/** The engine that has started this process; undefined when there is none. */
export function findEngine(): Engine | undefined {
  found ??= connect() ?? "none";
  return found === "none" ? undefined : found;
}

/**
 * The engine's address is the argument the provider host was started with. The client for it is Pulumi's own, by
 * paths it does not promise to keep: whatever fails here costs a line of the display, or a process that outlives an
 * engine that was killed, and nothing else.
 */
function connect(): Engine | undefined {
  const address = process.argv.slice(2).find((argument) => /^[\w.-]+:\d+$/.test(argument));
  if (address === undefined) return undefined;
  try {
    const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi"));
    const { credentials } = pulumiRequire("@grpc/grpc-js");
    const { EngineClient } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");
    const { LogRequest } = pulumiRequire("@pulumi/pulumi/proto/engine_pb");
    return {
      client: new EngineClient(address, credentials.createInsecure()) as Engine["client"],
      newRequest: () => new LogRequest() as LogRequest,
    };
  } catch {
    return undefined;
  }
}
