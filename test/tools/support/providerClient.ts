import { codeReference } from "../../../sdk/nodejs/codeReference.ts";
import type { Front } from "./fronts.ts";
import {
  type Properties,
  providerFailure,
  pulumiRequire,
  request,
  secret,
  unmarked,
} from "./providerMessages.ts";

const grpc = pulumiRequire("@grpc/grpc-js");
const { ResourceProviderClient } = pulumiRequire("@pulumi/pulumi/proto/provider_grpc_pb");
const { Empty } = pulumiRequire("google-protobuf/google/protobuf/empty_pb");

/** The kinds of resources, and by which export of the package the dynamic host finds their code. */
const EXPORTS = { CancelBackup: "cancelBackup", BackupCleanupPolicy: "backupCleanupPolicy" } as const;
export type Kind = keyof typeof EXPORTS;

/** What a plugin is told of a call; the dynamic host passes none of it on. */
export interface CallOptions {
  kind?: Kind;
  timeoutSeconds?: number;
  preview?: boolean;
}

/** What the engine is told of a difference. */
export interface ProviderDiff {
  changes: "none" | "some" | "unknown";
  replaces: string[];
  /** By property path: the kind, as the protocol numbers it, and whether inputs are compared. */
  detailed: Record<string, { kind: number; inputdiff: boolean }>;
}

type Call = (request: unknown, done: (error: unknown, response: unknown) => void) => void;

/**
 * The engine's side of Pulumi's protocol for providers. For the dynamic host the reference to the code is added to what is
 * sent, and has to be in what is saved; for a plugin secrets are marked.
 */
export class ProviderClient {
  readonly front: Front;
  private client: Record<string, Call> & { close(): void };

  constructor(front: Front, port: string | number) {
    this.front = front;
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  close(): void {
    this.client.close();
  }

  /**
   * Hands over the stack's configuration; a plugin gets its own part of it.
   *
   * @param urn of the provider, as far as the engine tells it
   */
  async configure(config: Record<string, unknown>, urn?: string): Promise<void> {
    const own = Object.entries(config).flatMap(([key, value]) => {
      const name = /^oceanbase-backup:(.*)$/.exec(key)?.[1];
      return name === undefined ? [] : [[name, value]];
    });
    const args = this.front === "dynamic" ? config : Object.fromEntries(own);
    await this.call("configure", "ConfigureRequest", { args, urn });
  }

  async check(
    news: Properties,
    { kind }: CallOptions = {},
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }> {
    const fields = { urn: urnOf(kind), olds: {}, news: this.sent(news, kind) };
    const response = await this.call("check", "CheckRequest", fields);
    return {
      inputs: this.saved(response.getInputs()),
      failures: response.getFailuresList().map((failure: { toObject(): unknown }) => failure.toObject()),
    };
  }

  /** @param oldInputs the inputs of the record; those in `olds` when nothing is said */
  async diff(
    id: string,
    olds: Properties,
    news: Properties,
    { kind, oldInputs = olds }: CallOptions & { oldInputs?: Properties } = {},
  ): Promise<ProviderDiff> {
    const [state, before, after] = [olds, oldInputs, news].map((part) => this.sent(part, kind));
    const fields = { urn: urnOf(kind), id, olds: state, oldInputs: before, news: after };
    const response = await this.call("diff", "DiffRequest", fields);
    const detailed: ProviderDiff["detailed"] = {};
    for (const [path, difference] of response.getDetaileddiffMap().entries()) {
      detailed[path] = difference.toObject();
    }
    return {
      changes: (["unknown", "none", "some"] as const)[response.getChanges() as 0 | 1 | 2],
      replaces: response.getReplacesList(),
      detailed,
    };
  }

  async create(
    inputs: Properties,
    { kind, timeoutSeconds, preview }: CallOptions = {},
  ): Promise<{ id: string; properties: Properties }> {
    const properties = this.sent(inputs, kind);
    const fields = { urn: urnOf(kind), properties, timeout: timeoutSeconds, preview };
    const response = await this.call("create", "CreateRequest", fields);
    return { id: response.getId(), properties: this.saved(response.getProperties()) };
  }

  async update(
    id: string,
    olds: Properties,
    news: Properties,
    { kind, timeoutSeconds, preview }: CallOptions = {},
  ): Promise<Properties> {
    const [state, after] = [this.sent(olds, kind), this.sent(news, kind)];
    const fields = { urn: urnOf(kind), id, olds: state, news: after, timeout: timeoutSeconds, preview };
    return this.saved((await this.call("update", "UpdateRequest", fields)).getProperties());
  }

  /** The inputs are those of a plugin's answer; the dynamic host has none. */
  async read(
    id: string,
    properties: Properties,
    { kind, inputs }: CallOptions & { inputs?: Properties } = {},
  ): Promise<{ id: string; properties: Properties; inputs: Properties }> {
    const fields = { urn: urnOf(kind), id, properties: this.sent(properties, kind), inputs };
    const response = await this.call("read", "ReadRequest", fields);
    return {
      id: response.getId(),
      properties: this.saved(response.getProperties()),
      inputs: unmarked(response.getInputs()?.toJavaScript() ?? {}) as Properties,
    };
  }

  async delete(id: string, properties: Properties, { kind }: CallOptions = {}): Promise<void> {
    const fields = { urn: urnOf(kind), id, properties: this.sent(properties, kind) };
    await this.call("delete", "DeleteRequest", fields);
  }

  /** Any call of the protocol. */
  // biome-ignore lint/suspicious/noExplicitAny: the generated protobuf classes have no types of their own here
  call(method: string, message: string | undefined, fields: object = {}): Promise<any> {
    const sent = message === undefined ? new Empty() : request(message, fields);
    return new Promise((resolve, reject) => {
      this.client[method]?.(sent, (error, response) => {
        if (error === null) return resolve(response);
        const failure = providerFailure(error as Parameters<typeof providerFailure>[0]);
        if (failure.partial !== undefined) {
          failure.partial.properties = this.plain(failure.partial.properties);
          failure.partial.inputs = unmarked(failure.partial.inputs) as Properties;
        }
        reject(failure);
      });
    });
  }

  /** Properties as the engine has them: with the reference to the code, or with the marks of the secrets. */
  private sent(properties: Properties, kind: Kind = "CancelBackup"): Properties {
    if (this.front === "dynamic") return { ...properties, __provider: codeReference(EXPORTS[kind]) };
    const secrets = Object.entries(properties).filter(([name]) => ["password", "tlsKey"].includes(name));
    return { ...properties, ...Object.fromEntries(secrets.map(([name, value]) => [name, secret(value)])) };
  }

  private saved(struct: { toJavaScript(): Properties } | undefined): Properties {
    return struct === undefined ? {} : this.plain(struct.toJavaScript());
  }

  private plain(properties: Properties): Properties {
    const { __provider, ...others } = unmarked(properties) as Properties;
    if (this.front === "dynamic" && __provider === undefined) {
      throw new Error("what is saved has lost the reference to its code");
    }
    return others;
  }
}

/** The URN of the one resource that is spoken of. */
function urnOf(kind: Kind = "CancelBackup"): string {
  return `urn:pulumi:test::project::oceanbase-backup:index:${kind}::it`;
}
