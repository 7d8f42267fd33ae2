import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../toolchain/run.mjs";

/** Pulumi's own modules, found the way Pulumi finds them. */
export const pulumiRequire = createRequire(
  createRequire(join(ROOT, "package.json")).resolve("@pulumi/pulumi"),
);
const provider = pulumiRequire("@pulumi/pulumi/proto/provider_pb");
const plugin = pulumiRequire("@pulumi/pulumi/proto/plugin_pb");
const status = pulumiRequire("@pulumi/pulumi/proto/status_pb");
const struct = pulumiRequire("google-protobuf/google/protobuf/struct_pb");

export type Properties = Record<string, unknown>;

/** How a secret is marked on the wire. */
const MARK = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** Marks a value as a secret, as the engine does for a plugin. */
export function secret(value: unknown): object {
  return { ...MARK, value };
}

/** The value of a secret, or of what is none. */
export function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null) return value;
  if ((Object.keys(MARK)[0] as string) in value) return unmarked((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unmarked(part)]));
}

/** A request of the protocol with these fields; properties are plain objects. */
export function request(name: string, fields: object): unknown {
  const Message = provider[name] ?? plugin[name];
  const message = new Message();
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const isProperties = typeof value === "object" && value !== null && !Array.isArray(value);
    const setter = `set${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    message[setter](isProperties ? struct.Struct.fromJavaScript(value) : value);
  }
  return message;
}

/** An error of a provider, with what it saved of a resource that was only partly made. */
export interface ProviderFailure {
  message: string;
  partial?: { id: string; properties: Properties; inputs: Properties; reasons: string[] };
}

/** What the engine makes of an error. */
export function providerFailure(error: {
  details: string;
  metadata?: { get(name: string): Buffer[] };
}): ProviderFailure {
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (details === undefined) return { message: error.details };
  const [any] = status.Status.deserializeBinary(details).getDetailsList();
  const partial = provider.ErrorResourceInitFailed.deserializeBinary(any.getValue());
  return {
    message: error.details,
    partial: {
      id: partial.getId(),
      properties: partial.getProperties().toJavaScript(),
      inputs: partial.getInputs()?.toJavaScript() ?? {},
      reasons: partial.getReasonsList(),
    },
  };
}
