import { createRequire } from "node:module";
import { vi } from "vitest";

const pulumiRequire = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const grpc = pulumiRequire("@grpc/grpc-js");
const { EngineService } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");
const empty = pulumiRequire("google-protobuf/google/protobuf/empty_pb");

/** The client that Pulumi talks to an engine with. */
export const { EngineClient } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");

/** A line that the engine was told to show. */
export interface Shown {
  message: string;
  severity: number;
  ephemeral: boolean;
}

/** A gRPC server in the engine's place. */
export class EngineServer {
  readonly shown: Shown[] = [];
  address = "";
  private readonly server = new grpc.Server();

  static async start(): Promise<EngineServer> {
    const engine = new EngineServer();
    engine.server.addService(EngineService, {
      log: (call: { request: { toObject(): Shown } }, done: (error: null, reply: unknown) => void) => {
        engine.shown.push(call.request.toObject());
        done(null, new empty.Empty());
      },
    });
    const port = await new Promise((resolve, reject) => {
      const bound = (error: Error | null, given: number) => (error ? reject(error) : resolve(given));
      engine.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), bound);
    });
    engine.address = `127.0.0.1:${port}`;
    return engine;
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

/** Makes this process look like a host that was started with these arguments; gives the signals that it sends itself. */
export function asHostStartedWith(...args: string[]): unknown[] {
  const signals: unknown[] = [];
  const host = Object.create(process) as object;
  const kill = (_pid: number, signal: unknown) => signals.push(signal);
  vi.stubGlobal("process", Object.assign(host, { argv: ["node", "host.js", ...args], kill }));
  return signals;
}
