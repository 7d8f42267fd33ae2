import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { connectEngine } from "../../../provider/plugin/engine.ts";
import { Plugin } from "../../../provider/plugin/plugin.ts";
import { pluginServer } from "../../../provider/plugin/server.ts";
import { EngineServer, type Shown } from "./engineServer.ts";
import { ProviderClient } from "./providerClient.ts";

/** The plugin's server in the process of the test, and an engine that it shows its lines to. */
export class PluginInProcess extends ProviderClient {
  readonly engine: EngineServer;
  private readonly server: Server;

  static async start(): Promise<PluginInProcess> {
    const engine = await EngineServer.start();
    const about = { version: "1.2.3", schema: () => '{"name":"oceanbase-backup"}' };
    // Started by no engine, whose end would be that of this process too.
    const plugin = new Plugin();
    plugin.attach(connectEngine(engine.address));
    const server = pluginServer(plugin, about);
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, given: number) => (error ? reject(error) : resolve(given));
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), bound);
    });
    return new PluginInProcess(port, engine, server);
  }

  private constructor(port: number, engine: EngineServer, server: Server) {
    super("plugin", port);
    this.engine = engine;
    this.server = server;
  }

  /** Lines of this weight that the engine was told. */
  lines(severity: number): Shown[] {
    return this.engine.shown.filter((line) => line.severity === severity);
  }

  async stop(): Promise<void> {
    this.close();
    this.server.forceShutdown();
    this.engine.stop();
  }
}
