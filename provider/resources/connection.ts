import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { type Endpoint, type Login, parseEndpoint, type TlsSettings } from "../oceanbase/connection/login";
import { type Context, hasUnknown, type InputProblem } from "./context";
import { numberProblem, secondsProblem, textProblem, unknownFieldProblems } from "./inputProblems";

/** How to reach a cluster, as it stands in a resource's state: readable, without secrets. */
export interface ConnectionInputs {
  host: string;
  port: number;
  tenant: string;
  user: string;
  cluster?: string;
  /** Absent: 10. */
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

/** The name of the sys tenant, where the administrators of the whole cluster log in. */
export const SYS_TENANT = "sys";

/** How long one server may take to answer a login, in seconds. */
export const DEFAULT_CONNECT_TIMEOUT_SECONDS = 10;

/** An OceanBase server's own port. */
const DEFAULT_PORT = 2881;

/** Longest user, tenant or cluster name that a login takes. */
const MAX_LOGIN_PART = 128;

/**
 * The login of a resource. The password comes from the resource, else from OCEANBASE_PASSWORD, else from the stack's
 * configuration `oceanbase:password`. In this order because refresh and destroy see the environment of the moment,
 * but the configuration of the last `up`.
 */
export function loginOf(inputs: LoginInputs, context: Pick<Context, "env" | "config">): Login {
  const { connection } = inputs;
  const password =
    inputs.password ??
    nonEmpty(context.env.OCEANBASE_PASSWORD) ??
    nonEmpty(context.config("oceanbase:password"));
  const tls = tlsOf(connection.tls, inputs.tlsKey);
  const further = (connection.endpoints ?? [])
    .map((text) => parseEndpoint(text, connection.port))
    .filter((endpoint): endpoint is Endpoint => endpoint !== undefined);
  return {
    endpoints: [{ host: connection.host, port: connection.port }, ...further],
    user: connection.user,
    tenant: connection.tenant,
    connectTimeoutSeconds: connection.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS,
    ...(connection.cluster === undefined ? {} : { cluster: connection.cluster }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function tlsOf(tls: ConnectionInputs["tls"], key: string | undefined): TlsSettings | undefined {
  if (tls === undefined || tls === false) return undefined;
  const { ca, cert, verifyHostName } = tls === true ? {} : tls;
  return {
    // Only a plain false switches the check off.
    verifyHostName: verifyHostName !== false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

const CONNECTION_FIELDS = [
  "host",
  "port",
  "tenant",
  "user",
  "cluster",
  "connectTimeoutSeconds",
  "endpoints",
  "tls",
] as const satisfies readonly (keyof ConnectionInputs)[];

/** Whether two connections say the same: a field that was left out means its default. */
export function sameConnection(one: ConnectionInputs, other: ConnectionInputs): boolean {
  const withDefaults = (connection: ConnectionInputs) => ({
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

/** Everything that is wrong with what a login needs. What is not known yet is passed over. */
export function loginProblems(inputs: Partial<LoginInputs>): InputProblem[] {
  const { connection, password, tlsKey } = inputs;
  // While it is not known at all it is not an object either.
  const problems = typeof connection === "object" ? connectionProblems(connection) : [];
  const passwordWrong = textProblem(password);
  if (passwordWrong !== undefined && !hasUnknown(password)) {
    problems.push({ path: "connection.password", reason: passwordWrong });
  }
  const keyWrong = textProblem(tlsKey) ?? certificateProblem(connection?.tls, tlsKey);
  if (keyWrong !== undefined && !hasUnknown(tlsKey)) {
    problems.push({ path: "connection.tls.key", reason: keyWrong });
  }
  return problems;
}

/** Everything that is wrong with a connection. Parts that are not known yet are passed over. */
function connectionProblems(connection: Partial<ConnectionInputs>): InputProblem[] {
  const problems: InputProblem[] = [];
  const check = (field: keyof ConnectionInputs, reason: string | undefined) => {
    if (reason !== undefined && !hasUnknown(connection[field])) {
      problems.push({ path: `connection.${field}`, reason });
    }
  };
  problems.push(...unknownFieldProblems(connection, CONNECTION_FIELDS, "connection."));
  check("host", hostProblem(connection.host));
  check("port", numberProblem(connection.port, "a port number", 1, 65535));
  check("user", loginPartProblem(connection.user));
  check("tenant", loginPartProblem(connection.tenant));
  check("cluster", connection.cluster === undefined ? undefined : loginPartProblem(connection.cluster));
  check("connectTimeoutSeconds", secondsProblem(connection.connectTimeoutSeconds, 1, 600));
  check("endpoints", endpointsProblem(connection.endpoints));
  check("tls", tlsProblem(connection));
  return problems;
}

function hostProblem(host: unknown): string | undefined {
  if (host === undefined || host === "") {
    return "no host is given: set connection.host, the stack configuration oceanbase:host, or the environment variable OCEANBASE_HOST";
  }
  if (typeof host !== "string" || /[\s/@]/.test(host)) return "must be a host name or an IP address";
  if (isIP(host) === 0 && host.includes(":")) return "must be a host name alone; the port has its own field";
  return undefined;
}

/**
 * The three parts of a login name are joined by `@`, `#` and `:`, so none of them may hold one; nor a `$`, which an
 * observer refuses in a tenant.
 */
function loginPartProblem(part: unknown): string | undefined {
  if (typeof part !== "string" || part.trim() === "") return "must not be blank";
  if (/[@#:$\s'"`]/.test(part) || !/^[^\p{C}]+$/u.test(part)) {
    return "must not have blanks, quotes or any of @ # : $; user, tenant and cluster are three fields";
  }
  if (part.length > MAX_LOGIN_PART) return `must not be longer than ${MAX_LOGIN_PART} characters`;
  return undefined;
}

function endpointsProblem(endpoints: unknown): string | undefined {
  if (endpoints === undefined) return undefined;
  const isEndpoint = (text: unknown) =>
    typeof text === "string" && parseEndpoint(text, DEFAULT_PORT) !== undefined;
  if (Array.isArray(endpoints) && endpoints.every(isEndpoint)) return undefined;
  return 'must be a list of "host:port"';
}

function tlsProblem({ tls, host, endpoints }: Partial<ConnectionInputs>): string | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true) return addressProblem(host, endpoints);
  if (typeof tls !== "object" || tls === null) return "must be true, false, or an object";
  const [stranger] = unknownFieldProblems(tls, ["ca", "cert", "verifyHostName"], "");
  if (stranger !== undefined) return `${stranger.path}: ${stranger.reason}`;
  const isPem = (text: unknown) =>
    text === undefined || (typeof text === "string" && text.includes("-----BEGIN "));
  if (!isPem(tls.ca) || !isPem(tls.cert)) return "ca and cert must be PEM text, not file names";
  if (tls.verifyHostName !== undefined && typeof tls.verifyHostName !== "boolean") {
    return "verifyHostName must be true or false";
  }
  if (tls.ca !== undefined) return undefined;
  if (tls.verifyHostName === false) {
    return "without the check of the host name a ca of your own is needed, or any certificate would do";
  }
  return addressProblem(host, endpoints);
}

/** The driver cannot compare a certificate with an IP address. */
function addressProblem(host: unknown, endpoints: unknown): string | undefined {
  const further = Array.isArray(endpoints) ? endpoints : [];
  const hosts = [host, ...further.map((text) => parseEndpoint(String(text), DEFAULT_PORT)?.host)];
  const address = hosts.find((candidate) => typeof candidate === "string" && isIP(candidate) !== 0);
  if (address === undefined) return undefined;
  return `a certificate cannot be checked against the address ${address}: use a host name, or give the ca that signed the server's certificate and nothing else`;
}

/** What keeps certificate and key from being used; both are known only together. */
function certificateProblem(tls: ConnectionInputs["tls"], key: unknown): string | undefined {
  if (typeof tls !== "object" || tls === null || hasUnknown(tls) || hasUnknown(key)) return undefined;
  const { ca, cert } = tls;
  if ((cert === undefined) !== (key === undefined)) return "a client certificate and its key go together";
  try {
    createSecureContext({ ca, cert, key: key as string | undefined });
    return undefined;
  } catch (error) {
    // OpenSSL names its own error, never what is in the files.
    return `ca, cert or key cannot be read (${(error as { code?: string }).code ?? "not PEM"})`;
  }
}
