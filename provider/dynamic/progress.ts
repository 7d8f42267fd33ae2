import { createRequire } from "node:module";

/** How the engine shows a line: by weight, and whether it stays on the screen. */
const SEVERITY = { info: 1, warning: 2 } as const;

/** Shortest time between two status lines. */
const STATUS_INTERVAL_MS = 5000;

interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setEphemeral(ephemeral: boolean): void;
}

interface Engine {
  log(request: LogRequest, done: () => void): void;
}

let engine: { client: Engine; newRequest: () => LogRequest } | undefined | "none";
let lastStatusMs = 0;

/**
 * Shows a status line in the engine's display; the next one replaces it, and none is left at the end. It appears on
 * the stack's row: a dynamic provider is not told its resource's name. Without an engine nothing is shown.
 */
export function showStatus(text: string): void {
  if (Date.now() - lastStatusMs < STATUS_INTERVAL_MS) return;
  lastStatusMs = Date.now();
  log(SEVERITY.info, text, true);
}

/** Shows a warning that stays; without an engine it goes to the error output. */
export function showWarning(text: string): void {
  if (!log(SEVERITY.warning, text, false)) console.error(`warning: ${text}`);
}

function log(severity: number, text: string, ephemeral: boolean): boolean {
  engine ??= connect() ?? "none";
  if (engine === "none") return false;
  try {
    const request = engine.newRequest();
    request.setSeverity(severity);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    engine.client.log(request, () => {});
    return true;
  } catch {
    return false;
  }
}

/**
 * The engine's address is the argument the provider host was started with. The client for it is Pulumi's own, by
 * paths it does not promise to keep: whatever fails here costs the display a line and nothing else.
 */
function connect(): { client: Engine; newRequest: () => LogRequest } | undefined {
  const address = process.argv.slice(2).find((argument) => /^[\w.-]+:\d+$/.test(argument));
  if (address === undefined) return undefined;
  try {
    const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi"));
    const { credentials } = pulumiRequire("@grpc/grpc-js");
    const { EngineClient } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");
    const { LogRequest } = pulumiRequire("@pulumi/pulumi/proto/engine_pb");
    return {
      client: new EngineClient(address, credentials.createInsecure()) as Engine,
      newRequest: () => new LogRequest() as LogRequest,
    };
  } catch {
    return undefined;
  }
}
