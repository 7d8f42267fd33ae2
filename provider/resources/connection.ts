import { isDeepStrictEqual } from "node:util";

/** How to reach a cluster, as it stands in a resource's state: readable, without secrets. */
export interface ConnectionInputs {
  host: string;
  port: number;
  tenant: string;
  user: string;
  cluster?: string;
  /** @default 10 */
  connectTimeoutSeconds?: number;
  /** Further servers of the same cluster, `host:port`. */
  endpoints?: readonly string[];
  tls?: boolean | TlsInputs;
}

/** Encryption of the connection; the key of a client certificate is an input of its own, `tlsKey`. */
export interface TlsInputs {
  ca?: string;
  cert?: string;
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
