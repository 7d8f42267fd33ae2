import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { parseEndpoint } from "../oceanbase/connection/login";
import { type ConnectionInputs, type LoginInputs, sameConnection, type TlsInputs } from "./connection";
import { foundTlsKey, placeFound, renameAdvice, type Source } from "./connectionSources";
import { flag, portProblem, seconds, text } from "./inputChecks";
import { checkInputs, hasUnknown, type InputProblem, type InputTable, unknownInputs } from "./inputTable";

/** An OceanBase server's own port. Fact: login-names */
const DEFAULT_PORT = 2881;

/** Longest user, tenant or cluster name that a login takes. */
const MAX_LOGIN_PART = 128;

/** The fields of a connection. */
const CONNECTION: InputTable<ConnectionInputs> = {
  host: { check: hostProblem },
  port: { check: portProblem },
  user: { check: loginPartProblem },
  tenant: { check: loginPartProblem },
  cluster: { check: (cluster) => (cluster === undefined ? undefined : loginPartProblem(cluster)) },
  connectTimeoutSeconds: { check: seconds(1, 600) },
  endpoints: { check: endpointsProblem },
  tls: { check: (_, connection) => tlsProblem(connection) },
};

/** The inputs that every resource logs in with. */
export const LOGIN: InputTable<LoginInputs> = {
  connection: {
    // While it is not known at all it is no object.
    check: (connection, _, source) =>
      typeof connection === "object" && connection !== null
        ? connectionProblems(connection as ConnectionInputs, source)
        : undefined,
    same: sameConnection,
  },
  password: { check: text(), path: "connection.password" },
  tlsKey: {
    check: (key, { connection }, source) => text()(key) ?? certificateProblem(connection?.tls, key, source),
    path: "connection.tls.key",
  },
};

/** What is wrong with the fields; of one that was looked up, where it was found. */
function connectionProblems(connection: ConnectionInputs, source: Source): InputProblem[] {
  return checkInputs(CONNECTION, connection, source, "connection.").map(({ path, reason }) => {
    const name = path.split(".")[1] as keyof ConnectionInputs;
    const place = placeFound(name, connection[name], source);
    return { path, reason: place === undefined ? reason : `${reason} (found in ${place})` };
  });
}

function hostProblem(host: unknown, connection: ConnectionInputs, source: Source): string | undefined {
  if (host === undefined || host === "") {
    const places =
      "set connection.host, the stack configuration oceanbase-backup:host, or the environment variable OCEANBASE_HOST";
    return `no host is given: ${renameAdvice({ connection }, source) ?? places}`;
  }
  if (typeof host !== "string" || /[\s/@]/.test(host)) return "must be a host name or an IP address";
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1];
  if (bracketed !== undefined) return `must be written without brackets: ${bracketed}`;
  if (isIP(host) === 0 && host.includes(":")) return "must be a host name alone; the port has its own field";
  return undefined;
}

/**
 * The three parts of a login name are joined by `@`, `#` and `:`, so none of them may hold one; nor a `$`, which an
 * observer refuses in a tenant. Fact: login-names
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
  const isEndpoint = (endpoint: unknown) =>
    typeof endpoint === "string" && parseEndpoint(endpoint, DEFAULT_PORT) !== undefined;
  if (Array.isArray(endpoints) && endpoints.every(isEndpoint)) return undefined;
  return 'must be a list of "host:port"';
}

function tlsProblem({ tls, host, endpoints }: Partial<ConnectionInputs>): string | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true) return addressProblem(host, endpoints);
  if (typeof tls !== "object" || tls === null) return "must be true, false, or an object";
  const [unknown] = unknownInputs(tls, ["ca", "cert", "verifyHostName"] satisfies (keyof TlsInputs)[], "");
  if (unknown !== undefined) return `${unknown.path}: ${unknown.reason}`;
  const isPem = (pem: unknown) =>
    pem === undefined || (typeof pem === "string" && pem.includes("-----BEGIN "));
  if (!isPem(tls.ca) || !isPem(tls.cert)) return "ca and cert must be PEM text, not file names";
  const flagProblem = flag(tls.verifyHostName);
  if (flagProblem !== undefined) return `verifyHostName ${flagProblem}`;
  if (tls.ca !== undefined) return undefined;
  if (tls.verifyHostName === false) {
    return "without the check of the host name a ca of your own is needed, or any certificate would do";
  }
  return addressProblem(host, endpoints);
}

/** mysql2 cannot compare a certificate with an IP address. */
function addressProblem(host: unknown, endpoints: unknown): string | undefined {
  const further = Array.isArray(endpoints) ? endpoints : [];
  const hosts = [host, ...further.map((endpoint) => parseEndpoint(String(endpoint), DEFAULT_PORT)?.host)];
  const address = hosts.find((candidate) => typeof candidate === "string" && isIP(candidate) !== 0);
  if (address === undefined) return undefined;
  return `a certificate cannot be checked against the address ${address}: use a host name, or give the ca that signed the server's certificate and nothing else`;
}

/** What keeps certificate and key from being used; both are known only together. */
function certificateProblem(
  tls: ConnectionInputs["tls"],
  givenKey: unknown,
  source: Source,
): string | undefined {
  if (typeof tls !== "object" || tls === null || hasUnknown(tls) || hasUnknown(givenKey)) return undefined;
  const { ca, cert } = tls;
  const key = givenKey ?? (cert === undefined ? undefined : foundTlsKey(source));
  if ((cert === undefined) !== (key === undefined)) return "a client certificate and its key go together";
  try {
    createSecureContext({ ca, cert, key: key as string | undefined });
    return undefined;
  } catch (error) {
    // OpenSSL names its own error, never what is in the files.
    return `ca, cert or key cannot be read (${(error as { code?: string }).code ?? "not PEM"})`;
  }
}
