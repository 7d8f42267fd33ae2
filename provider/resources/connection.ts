import { isDeepStrictEqual } from "node:util";

/** How to reach a cluster, as it stands in a resource's state: readable, without secrets. */
export interface ConnectionInputs {
  /** Host name or address of an OceanBase server or an OBProxy. */
  host: string;
  /**
   * TCP port.
   *
   * @asType integer
   */
  port: number;
  /** The tenant that the login is for. */
  tenant: string;
  /** Who logs in. */
  user: string;
  /** Name of the cluster, for an OBProxy that serves several. */
  cluster?: string;
  /**
   * Longest wait for a connection to one server, in seconds.
   *
   * @default 10
   */
  connectTimeoutSeconds?: number;
  /** Further servers of the same cluster, `host:port`. */
  endpoints?: readonly string[];
  /** Whether and how the connection is encrypted. */
  tls?: boolean | TlsInputs;
}

/** Encryption of the connection; the key of a client certificate is an input of its own, `tlsKey`. */
export interface TlsInputs {
  /** PEM text of the authorities to trust; otherwise those of Node. */
  ca?: string;
  /** PEM text of a client certificate. */
  cert?: string;
  /** Whether the certificate has to carry the host's name. */
  verifyHostName?: boolean;
}

/** What every resource of this package needs to log in. */
export interface LoginInputs {
  connection: ConnectionInputs;
  /** Only when the program gave it; otherwise it is looked up when it is needed and is never in the state. */
  password?: string;
  tlsKey?: string;
}

/** The name of the sys tenant, where the administrators of the whole cluster log in. Fact: who-answers */
export const SYS_TENANT = "sys";

/** How long one server may take to answer a login, in seconds. */
export const DEFAULT_CONNECT_TIMEOUT_SECONDS = 10;

/** Whether two connections say the same: a field that was left out means its default. */
export function sameConnection(
  one: ConnectionInputs | undefined,
  other: ConnectionInputs | undefined,
): boolean {
  const withDefaults = (connection: ConnectionInputs | undefined) => ({
    connectTimeoutSeconds: DEFAULT_CONNECT_TIMEOUT_SECONDS,
    ...connection,
  });
  return isDeepStrictEqual(withDefaults(one), withDefaults(other));
}

/** Whether the login leads to the same server and tenant as before. Further endpoints are of the same cluster. */
export function hasSameAddress(olds: LoginInputs, news: LoginInputs): boolean {
  const address = ({ connection: { host, port, cluster, tenant } }: LoginInputs) => [
    host,
    port,
    cluster,
    tenant,
  ];
  return isDeepStrictEqual(address(olds), address(news));
}
