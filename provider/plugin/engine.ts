import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import type { Engine } from "../engine/engine";

/** The engine at this address, `127.0.0.1:port`; the connection is made when something is first said. */
export function connectEngine(address: string): Engine {
  return {
    client: new EngineClient(address, credentials.createInsecure()) as unknown as Engine["client"],
    newRequest: () => new LogRequest(),
  };
}
