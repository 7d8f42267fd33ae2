import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "../../../provider/resources/connectionSources";
import type { ConnectionArgs } from "../connection";
import { VERSION } from "./reach";

/** Arguments of {@link Provider}: the fields of a connection, each of which a resource may still give itself. */
export interface ProviderArgs extends ConnectionArgs {
  /** A file with the PEM texts of the authorities to trust; turns TLS on where nothing is said of it. */
  tlsCaFile?: pulumi.Input<string>;
}

/**
 * One cluster and who logs in there, for the resources that name it as their `provider`: so that one stack serves several.
 *
 * What is left out comes from the environment (`OCEANBASE_PORT` and so on). A password that is given here comes before
 * `OCEANBASE_PASSWORD`, and is in the state as a secret.
 *
 * @example
 * ```ts
 * const east = new Provider("east", { host: "ob-east.example.com", password: config.requireSecret("east") });
 * new CancelBackup("stop-east", { tenants: "all" }, { provider: east });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * @param name the provider's name in the stack
   * @param args where the cluster is and who logs in
   * @param options Pulumi's resource options
   */
  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const { password, ...others } = args;
    // Configuration is text; what is none goes as JSON.
    const texts = Object.entries(others).map(([field, value]) => [field, pulumi.output(value).apply(asText)]);
    const secrets = password === undefined ? {} : { password: pulumi.secret(password) };
    super(NAMESPACE, name, { ...Object.fromEntries(texts), ...secrets }, { version: VERSION, ...options });
  }
}

function asText(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  return JSON.stringify(value);
}
