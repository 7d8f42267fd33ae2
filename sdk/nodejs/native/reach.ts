import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, isLater } from "../connection";
import type { Reach } from "../resource";

/** The version of this package, and so of the plugin that belongs to it. */
export const VERSION = "0.1.0";

/**
 * A resource of the plugin.
 *
 * @param token the type token, see {@link tokenOf}
 */
export function byPlugin(token: string): Reach {
  return { token, options: { version: VERSION } };
}

/**
 * Arguments with the secrets of their connection marked as such. What a connection leaves out is for the plugin to find,
 * which knows the provider's configuration; of one that is known only later as a whole, it marks the secrets too.
 */
export function withMarkedSecrets<Args extends { connection?: pulumi.Input<ConnectionArgs> }>(
  args: Args,
): pulumi.Inputs {
  const { connection } = args;
  if (connection === undefined || isLater(connection)) return args;
  const { password, tls, ...others } = connection as ConnectionArgs;
  return {
    ...args,
    connection: {
      ...others,
      ...(password === undefined ? {} : { password: pulumi.secret(password) }),
      ...(tls === undefined ? {} : { tls: withMarkedKey(tls) }),
    },
  };
}

function withMarkedKey(tls: NonNullable<ConnectionArgs["tls"]>): unknown {
  if (typeof tls !== "object" || isLater(tls)) return tls;
  const { key, ...others } = tls as { key?: pulumi.Input<string> };
  return key === undefined ? tls : { ...others, key: pulumi.secret(key) };
}
