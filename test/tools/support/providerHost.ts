import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CONSUMER, hostProgram } from "./consumer.ts";
import { EngineServer, type Shown } from "./engineServer.ts";
import type { Front } from "./fronts.ts";
import { ProviderClient } from "./providerClient.ts";

/** The process in which Pulumi runs the resources, spoken to the way the engine does. */
export class ProviderHost extends ProviderClient {
  private readonly engine: EngineServer;
  private readonly child: ChildProcess;
  private readonly printed: { text: string };

  static async start(front: Front, environment: Record<string, string> = {}): Promise<ProviderHost> {
    const engine = await EngineServer.start();
    const child = spawn(process.execPath, [hostProgram(front), engine.address], {
      cwd: CONSUMER,
      env: { ...process.env, ...environment },
    });
    const printed = { text: "" };
    const lines = createInterface({ input: child.stdout });
    child.stderr.on("data", (data) => {
      printed.text += data;
    });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", () => reject(new Error(`the provider host ended: ${printed.text}`)));
    });
    lines.on("line", (line) => {
      printed.text += `${line}\n`;
    });
    return new ProviderHost(front, port, { engine, child, printed });
  }

  private constructor(
    front: Front,
    port: string,
    started: { engine: EngineServer; child: ChildProcess; printed: { text: string } },
  ) {
    super(front, port);
    this.engine = started.engine;
    this.child = started.child;
    this.printed = started.printed;
  }

  /** Everything it printed after its port. */
  get output(): string {
    return this.printed.text;
  }

  /** Everything it told the engine. */
  get logs(): readonly Shown[] {
    return this.engine.shown;
  }

  /** What it told the engine without being asked for detail. */
  get shown(): Shown[] {
    return this.logs.filter(({ severity }) => severity > 0);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** No engine can be reached any more. */
  killEngine(): void {
    this.engine.stop();
  }

  async stop(): Promise<void> {
    this.close();
    this.engine.stop();
    if (this.hasEnded) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    await ended;
  }
}
