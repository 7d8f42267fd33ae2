import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../toolchain/run.mjs";
import { CONSUMER } from "./consumer.ts";

/** Pulumi's own modules, found the way Pulumi finds them. */
const pulumiRequire = createRequire(createRequire(join(ROOT, "package.json")).resolve("@pulumi/pulumi"));
const grpc = pulumiRequire("@grpc/grpc-js");
const { ResourceProviderClient } = pulumiRequire("@pulumi/pulumi/proto/provider_grpc_pb");
const provider = pulumiRequire("@pulumi/pulumi/proto/provider_pb");
const status = pulumiRequire("@pulumi/pulumi/proto/status_pb");
const struct = pulumiRequire("google-protobuf/google/protobuf/struct_pb");
const empty = pulumiRequire("google-protobuf/google/protobuf/empty_pb");
const { EngineService } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");

type Properties = Record<string, unknown>;

export interface EngineLog {
  message: string;
  severity: number;
  ephemeral: boolean;
}

/** An error of the host, with what it saved of a resource that was only partly made. */
export interface HostFailure {
  message: string;
  partial?: { id: string; properties: Properties; reasons: string[] };
}

type Client = Record<
  string,
  (request: unknown, done: (error: unknown, response: unknown) => void) => void
> & {
  close(): void;
};

/** The real dynamic provider host, in the folder of a user who has installed the package. */
export class DynamicHost {
  /** Everything it printed after its port. */
  output = "";
  /** What it told the engine to show. */
  readonly logs: EngineLog[] = [];
  private child!: ChildProcess;
  private client!: Client;
  private readonly engine = new grpc.Server();

  static async start(environment: Record<string, string> = {}): Promise<DynamicHost> {
    const host = new DynamicHost();
    const enginePort = await host.startEngine();
    const main = pulumiRequire.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    host.child = spawn(process.execPath, [main, `127.0.0.1:${enginePort}`], {
      cwd: CONSUMER,
      env: { ...process.env, ...environment },
    });
    const lines = createInterface({ input: host.child.stdout as NodeJS.ReadableStream });
    host.child.stderr?.on("data", (data) => {
      host.output += data;
    });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      host.child.once("exit", () => reject(new Error(`the provider host ended: ${host.output}`)));
    });
    lines.on("line", (line) => {
      host.output += `${line}\n`;
    });
    host.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return host;
  }

  /** The engine's side, as far as a provider talks to it. */
  private async startEngine(): Promise<number> {
    this.engine.addService(EngineService, {
      log: (call: { request: { toObject(): EngineLog } }, done: (error: null, reply: unknown) => void) => {
        this.logs.push(call.request.toObject());
        done(null, new empty.Empty());
      },
    });
    return await new Promise<number>((resolve, reject) => {
      this.engine.bindAsync(
        "127.0.0.1:0",
        grpc.ServerCredentials.createInsecure(),
        (error: Error | null, port: number) => (error ? reject(error) : resolve(port)),
      );
    });
  }

  /** Its process id. */
  get pid(): number {
    return this.child.pid as number;
  }

  async stop(): Promise<void> {
    this.client?.close();
    this.engine.forceShutdown();
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    await ended;
  }

  async configure(config: Record<string, string>): Promise<void> {
    const request = new provider.ConfigureRequest();
    request.setArgs(struct.Struct.fromJavaScript(config));
    await this.call("configure", request);
  }

  async check(
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }> {
    const request = new provider.CheckRequest();
    request.setOlds(struct.Struct.fromJavaScript({}));
    request.setNews(struct.Struct.fromJavaScript(news));
    const response = await this.call("check", request);
    return {
      inputs: response.getInputs()?.toJavaScript() ?? {},
      failures: response.getFailuresList().map((failure: { toObject(): unknown }) => failure.toObject()),
    };
  }

  async diff(id: string, olds: Properties, news: Properties): Promise<"none" | "some" | "unknown"> {
    const request = new provider.DiffRequest();
    request.setId(id);
    request.setOlds(struct.Struct.fromJavaScript(olds));
    request.setNews(struct.Struct.fromJavaScript(news));
    const response = await this.call("diff", request);
    return (["unknown", "none", "some"] as const)[response.getChanges() as 0 | 1 | 2];
  }

  async create(properties: Properties): Promise<{ id: string; properties: Properties }> {
    const request = new provider.CreateRequest();
    request.setProperties(struct.Struct.fromJavaScript(properties));
    const response = await this.call("create", request);
    return { id: response.getId(), properties: response.getProperties().toJavaScript() };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new provider.UpdateRequest();
    request.setId(id);
    request.setOlds(struct.Struct.fromJavaScript(olds));
    request.setNews(struct.Struct.fromJavaScript(news));
    return (await this.call("update", request)).getProperties().toJavaScript();
  }

  async read(id: string, properties: Properties): Promise<{ id: string; properties: Properties }> {
    const request = new provider.ReadRequest();
    request.setId(id);
    request.setProperties(struct.Struct.fromJavaScript(properties));
    const response = await this.call("read", request);
    return { id: response.getId(), properties: response.getProperties().toJavaScript() };
  }

  async delete(id: string, properties: Properties): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setId(id);
    request.setProperties(struct.Struct.fromJavaScript(properties));
    await this.call("delete", request);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the generated protobuf classes have no types of their own here
  private call(method: string, request: unknown): Promise<any> {
    return new Promise((resolve, reject) => {
      this.client[method]?.(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(hostFailure(error as { details: string; metadata?: { get(name: string): Buffer[] } }));
      });
    });
  }
}

function hostFailure(error: { details: string; metadata?: { get(name: string): Buffer[] } }): HostFailure {
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (details === undefined) return { message: error.details };
  const [any] = status.Status.deserializeBinary(details).getDetailsList();
  const partial = provider.ErrorResourceInitFailed.deserializeBinary(any.getValue());
  return {
    message: error.details,
    partial: {
      id: partial.getId(),
      properties: partial.getProperties().toJavaScript(),
      reasons: partial.getReasonsList(),
    },
  };
}
