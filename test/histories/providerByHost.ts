import { isDeepStrictEqual } from "node:util";
import { claimPolicy } from "../../provider/resources/backupCleanupPolicy/claims.ts";
import type { Front } from "../tools/support/fronts.ts";
import { ProviderHost } from "../tools/support/providerHost.ts";
import type { ProviderFailure } from "../tools/support/providerMessages.ts";
import type { Declared, MadePart, Properties, Provider, Saved } from "../tools/support/pulumiEngine.ts";

/** The resources in a real provider process, which lives for the length of one command. */
export class ProviderByHost implements Provider {
  private readonly host: ProviderHost;
  /** What the program itself sees to: a tenant has one policy. */
  private readonly claims = new Map<string, string>();
  private isKilled = false;

  static async start(front: Front, env: Record<string, string>): Promise<ProviderByHost> {
    const host = await ProviderHost.start(front, env);
    await host.configure({});
    return new ProviderByHost(host);
  }

  private constructor(host: ProviderHost) {
    this.host = host;
  }

  /** Everything that was said to people. */
  get said(): readonly string[] {
    return [this.host.output, ...this.host.logs.map(({ message }) => message)];
  }

  kill(): void {
    this.isKilled = true;
    if (!this.host.hasEnded) process.kill(this.host.pid, "SIGKILL");
  }

  /** A dynamic host cannot be told. */
  interrupt(): void {
    if (this.host.front === "plugin") this.host.call("cancel", undefined).catch(() => {});
  }

  /** A dynamic host takes seconds to end when it is asked to; everything is saved by now. */
  async end(): Promise<void> {
    if (!this.host.hasEnded) process.kill(this.host.pid, "SIGKILL");
    await this.host.stop();
  }

  async check(name: string, { kind, inputs }: Declared): Promise<readonly string[]> {
    const { failures } = await this.host.check(inputs, { kind });
    const problems = failures.map(({ property, reason }) => `${property} ${reason}`);
    if (kind !== "BackupCleanupPolicy") return problems;
    const { host, port, cluster } = inputs.connection;
    const claim = claimPolicy({ name, claims: this.claims }, { host, port, cluster, tenant: inputs.tenant });
    return claim === undefined ? problems : [...problems, claim];
  }

  async diff({ kind, id, state, inputs: oldInputs }: Saved, inputs: Properties) {
    const { changes, replaces } = await this.host.diff(id, state, inputs, { kind, oldInputs });
    // Where nothing is said the engine compares the inputs itself.
    const isChanged = changes === "unknown" ? !isDeepStrictEqual(oldInputs, inputs) : changes === "some";
    return { changes: isChanged || replaces.length > 0, replaces: replaces.length > 0 };
  }

  /** Only a plugin is asked. */
  async preview({ kind, inputs }: Declared, saved: Saved | undefined): Promise<void> {
    if (this.host.front !== "plugin") return;
    if (saved === undefined) await this.host.create(inputs, { kind, preview: true });
    else await this.host.update(saved.id, saved.state, inputs, { kind, preview: true });
  }

  async create({ kind, inputs }: Declared) {
    const { id, properties } = await this.partly(this.host.create(inputs, { kind }));
    return { id, state: properties as Properties };
  }

  async update({ kind, id, state }: Saved, inputs: Properties): Promise<Properties> {
    return await this.partly(this.host.update(id, state, inputs, { kind }));
  }

  async read({ kind, id, state, inputs }: Saved) {
    const now = await this.host.read(id, state, { kind, inputs });
    if (now.id === "") return undefined;
    const kept = Object.keys(now.inputs).length === 0 ? inputs : now.inputs;
    return { state: now.properties as Properties, inputs: kept as Properties };
  }

  async delete({ kind, id, state }: Saved): Promise<void> {
    await this.partly(this.host.delete(id, state, { kind }));
  }

  /** What a process that is gone has saved does not arrive. */
  private async partly<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const { message, partial } = error as ProviderFailure;
      if (partial === undefined || this.isKilled) throw new Error(message);
      const made = { id: partial.id, state: partial.properties as Properties };
      throw Object.assign(new Error(partial.reasons.join("; ")), { partial: made } satisfies MadePart);
    }
  }
}
