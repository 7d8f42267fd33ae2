import { pulumiRequire } from "./providerMessages.ts";

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
  /** The resource on whose row it is shown; empty for that of the stack. */
  urn: string;
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
