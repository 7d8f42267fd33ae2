import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../../provider/given";
import { connectionDefaults, withCaFile } from "../../provider/resources/connectionSources";
import { isSecretInConfiguration } from "./configurationSecrets";
import { programContext } from "./programContext";

// What these texts say of OceanBase. Facts: login-names, clause-in-sys-only, alter-system

/**
 * How to reach an OceanBase cluster and who logs in.
 *
 * Every field but the password comes from here, else from the stack's configuration (`oceanbase-backup:host`), else from
 * the environment (`OCEANBASE_HOST`). What was found stays in the resource's state, so that `pulumi destroy` reaches
 * the same cluster later.
 *
 * The **password** comes from here, else from the environment variable `OCEANBASE_PASSWORD`, else from the stack's
 * configuration `oceanbase-backup:password`, and is looked up whenever the resource does something. Only a password given
 * here is in the state, as a secret. The environment is the best place for it: `pulumi destroy` and
 * `pulumi refresh` use the configuration of the last `pulumi up`, but the environment of the moment.
 *
 * @example
 * ```ts
 * const connection = { host: "ob1.example.com", tenant: "sys", user: "root", password: config.requireSecret("pw") };
 * ```
 */
export interface ConnectionArgs {
  /**
   * Host name or address of an OceanBase server or an OBProxy.
   * Required, here or as `oceanbase-backup:host` or `OCEANBASE_HOST`.
   */
  host?: pulumi.Input<string>;
  /**
   * TCP port; 2881 is an OceanBase server's own, an OBProxy listens on 2883. `OCEANBASE_PORT`.
   *
   * @default 2881
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  port?: pulumi.Input<number>;
  /**
   * The tenant to log in to. From `sys` the backups of any user tenant can be cancelled, from a user
   * tenant only its own (OceanBase: CANCEL BACKUP, parameters). `OCEANBASE_TENANT`.
   *
   * @default "sys"
   */
  tenant?: pulumi.Input<string>;
  /**
   * The user. In an Oracle-mode tenant it is `SYS`. It needs the ALTER SYSTEM privilege
   * (OceanBase: CANCEL BACKUP, required privileges). `OCEANBASE_USER`.
   *
   * @default "root"
   */
  user?: pulumi.Input<string>;
  /** Name of the cluster, for an OBProxy that serves several; leave it out on a direct connection. `OCEANBASE_CLUSTER`. */
  cluster?: pulumi.Input<string>;
  /**
   * The password; kept as a secret. Better left out and given as `OCEANBASE_PASSWORD`: see above.
   *
   * @secret
   */
  password?: pulumi.Input<string>;
  /**
   * Whether and how the connection is encrypted. With `true` the certificate is checked against
   * Node's authorities and the host's name. A server without TLS is then refused before the password is sent.
   * `oceanbase-backup:tls`, `OCEANBASE_TLS` (`true` or `false`); a file with the authorities: `oceanbase-backup:tlsCaFile`,
   * `OCEANBASE_TLS_CA_FILE`.
   *
   * @default false
   */
  tls?: pulumi.Input<boolean | TlsArgs>;
  /**
   * Longest wait for a connection to one server, in seconds. `OCEANBASE_CONNECT_TIMEOUT_SECONDS`.
   *
   * @default 10
   * @minimum 1
   * @maximum 600
   */
  connectTimeoutSeconds?: pulumi.Input<number>;
  /**
   * Further servers of the same cluster as `host:port`, tried in this order when the first one is away.
   * `OCEANBASE_ENDPOINTS`, separated by commas.
   */
  endpoints?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Encryption of a connection. */
export interface TlsArgs {
  /** PEM text of the authorities to trust; otherwise those of Node. */
  ca?: pulumi.Input<string>;
  /** PEM text of a client certificate, when the server asks for one. */
  cert?: pulumi.Input<string>;
  /**
   * PEM text of the client certificate's key; kept as a secret.
   *
   * @secret
   */
  key?: pulumi.Input<string>;
  /**
   * Whether the certificate has to carry the host's name. Without it, and for an IP address, whose name cannot be
   * checked, a `ca` of your own is required.
   *
   * @default true
   */
  verifyHostName?: pulumi.Input<boolean>;
}

/** The login inputs of a resource: a readable connection, and beside it what has to stay secret. */
export interface LoginInputs {
  connection: pulumi.Input<Record<string, unknown>>;
  password?: pulumi.Output<string>;
  tlsKey?: pulumi.Output<string>;
}

type Fields = Record<string, unknown>;

/**
 * The arguments of a resource as its inputs, with a complete login. A JavaScript program may have put the secrets beside
 * the connection; secret they are in any case.
 */
export function withLogin<Args extends { connection?: pulumi.Input<ConnectionArgs> }>(
  args: Args,
): Omit<Args, "connection"> & LoginInputs {
  const { connection, ...others } = args;
  const misplaced = others as { password?: pulumi.Input<string>; tlsKey?: pulumi.Input<string> };
  for (const secret of ["password", "tlsKey"] as const) {
    if (misplaced[secret] !== undefined) misplaced[secret] = pulumi.secret(misplaced[secret]);
  }
  return { ...others, ...loginInputs(connection) };
}

/**
 * Completes a connection and takes the secrets out of it. They become inputs of their own, because Pulumi hides a
 * whole object when one field of it is secret, and a password nested in it would also hide the host.
 */
export function loginInputs(args: pulumi.Input<ConnectionArgs> | undefined): LoginInputs {
  if (isLater(args)) {
    // Known only later, as a whole: Pulumi then hides all of it when any of it is secret.
    const fields = later<Fields>(args);
    const tls = fields.apply((known) => known.tls);
    return {
      connection: fields.apply(({ password: _, ...readable }) =>
        complete({ ...readable, tls: readableTls(readable.tls) }),
      ),
      password: pulumi.secret(fields.apply((known) => known.password as string)),
      tlsKey: pulumi.secret(tls.apply(keyOf)),
    };
  }
  const { password, tls, ...fields } = (args ?? {}) as Fields;
  const key = isLater(tls) ? later(tls).apply(keyOf) : (keyOf(tls) as unknown);
  return {
    connection: complete({ ...fields, tls: isLater(tls) ? later(tls).apply(readableTls) : readableTls(tls) }),
    ...(password === undefined ? {} : { password: pulumi.secret(password as string) }),
    ...(key === undefined ? {} : { tlsKey: pulumi.secret(key as string) }),
  };
}

/** The key of a client certificate, and the rest of what is said about TLS. */
function keyOf(tls: unknown): string {
  return (isObject(tls) ? tls.key : undefined) as string;
}

function readableTls(tls: unknown): unknown {
  if (!isObject(tls)) return tls;
  const { key: _, ...readable } = tls;
  return readable;
}

/** Fills every field that was not given from the configuration, else from the environment, else by default. */
function complete(fields: Fields): Fields {
  const source = programContext();
  const { tls, ...others } = Object.fromEntries(
    Object.entries(connectionDefaults(source)).map(([name, found]) => [
      name,
      withDefault(fields[name], isSecretInConfiguration(name) ? pulumi.secret(found) : found),
    ]),
  );
  const completeTls = (known: unknown) => withCaFile(known, source);
  return { ...fields, ...others, tls: isLater(tls) ? later(tls).apply(completeTls) : completeTls(tls) };
}

/** A field that is only known later may turn out to be undefined, and then counts as not given. */
function withDefault(given: unknown, fallback: unknown): unknown {
  return isLater(given) ? later(given).apply((value) => value ?? fallback) : (given ?? fallback);
}

/** Whether a value is known only later, if at all. */
export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function later<T>(value: unknown): pulumi.OutputInstance<T> {
  return pulumi.output(value) as unknown as pulumi.OutputInstance<T>;
}
