import { isIP } from "node:net";

/** One server of a cluster: an observer (port 2881) or an OBProxy (2883). */
export interface Endpoint {
  host: string;
  port: number;
}

/** How a connection is encrypted and whom it trusts. */
export interface TlsSettings {
  /** PEM text of the authorities to trust; default: those of Node. */
  ca?: string;
  /** PEM text of a client certificate, and of its key. */
  cert?: string;
  key?: string;
  /**
   * Whether the certificate must carry the host's name. Cannot be checked for an IP address: the driver compares
   * it with "localhost" there, so an address needs a `ca` of its own that signs nothing else.
   */
  verifyHostName: boolean;
}

/** Everything needed to log in to one tenant of one cluster. */
export interface Login {
  /** Tried in this order. */
  endpoints: readonly [Endpoint, ...Endpoint[]];
  user: string;
  tenant: string;
  /** Only behind an OBProxy; an observer takes it for a part of the tenant's name. Fact: login-names */
  cluster?: string;
  /** Absent: an empty password, which a new cluster's root has. */
  password?: string;
  tls?: TlsSettings;
  /** How long one server may take to answer, and for how long one that answers and is busy is asked again. */
  connectTimeoutSeconds: number;
  /** Longest wait for one reply, in seconds. @default 40 */
  replyTimeoutSeconds?: number;
}

/**
 * Longest wait for one reply. It outlasts the server's own limit (`ob_query_timeout`, 10 s by default, to which an
 * OBProxy adds up to 20 s): a shorter one would give up statements that the server still answers. Fact: query-timeout
 */
const REPLY_TIMEOUT_SECONDS = 40;

/** How long one reply is waited for, in milliseconds. */
export function replyTimeoutMs({ replyTimeoutSeconds = REPLY_TIMEOUT_SECONDS }: Login): number {
  return replyTimeoutSeconds * 1000;
}

/** The user name on the wire: `user@tenant` or `user@tenant#cluster`. Fact: login-names */
export function loginName(login: Pick<Login, "user" | "tenant" | "cluster">): string {
  return `${login.user}@${login.tenant}${login.cluster === undefined ? "" : `#${login.cluster}`}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function endpointText({ host, port }: Endpoint): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Reads `host:port` or `[ipv6]:port`; undefined when it is neither. Without a port, `defaultPort`. */
export function parseEndpoint(text: string, defaultPort: number): Endpoint | undefined {
  const match = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port < 1 || port > 65535) return undefined;
  return { host, port };
}
