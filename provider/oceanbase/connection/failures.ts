import { given } from "../../given";
import { type ErrorKind, isOfKind, OceanBaseError } from "../errors";
import {
  type DriverFailure,
  MAX_REPLY_BYTES,
  PACKETS_OUT_OF_ORDER,
  QUERY_ATTRIBUTES_OFFERED,
  REPLY_TOO_LARGE,
  SEVERAL_RESULTS,
} from "./driver";

/** What a server's error number means, and what to do about it. */
export interface Meaning {
  kind: ErrorKind;
  means: string;
  advice: string;
}

/** Errors of the login itself. An observer reports an unknown tenant as a wrong password. */
const LOGIN_MEANINGS: Readonly<Record<number, Meaning>> = {
  1040: {
    kind: "transient",
    means: "the server has no connection to spare",
    advice: "try again, or add servers of the cluster to connection.endpoints",
  },
  1045: {
    kind: "refused",
    means: "the password, the user or the tenant is wrong (the server does not tell which)",
    advice:
      "check connection.user and connection.tenant, where the password comes from, and connection.cluster: behind OBProxy it names the cluster, on a direct connection it must be left out",
  },
  1235: {
    kind: "refused",
    means: "an Oracle-mode tenant takes no session from this driver",
    advice: "install mysql2 3.21 or newer, or log in to the sys tenant and name the tenant",
  },
  3118: { kind: "refused", means: "the user is locked", advice: "unlock the user" },
  4666: {
    kind: "refused",
    means: "the cluster name does not belong to this server",
    advice: "check connection.cluster",
  },
  4669: {
    kind: "refused",
    means: "OBProxy does not know this cluster",
    advice: "check connection.cluster",
  },
  5150: {
    kind: "transient",
    means: "the tenant has no resources on this server",
    advice: "connect through OBProxy, or add servers of the tenant to connection.endpoints",
  },
  5160: { kind: "refused", means: "there is no such tenant", advice: "check connection.tenant" },
  5260: { kind: "refused", means: "the tenant is locked", advice: "unlock the tenant, or log in to sys" },
};

const NO_PRIVILEGE: Meaning = {
  kind: "refused",
  means: "the user lacks the ALTER SYSTEM privilege",
  advice: "log in as the tenant's administrator (root, or SYS in Oracle mode), or grant ALTER SYSTEM",
};

/** Errors of a statement, in the words of CANCEL BACKUP. */
const STATEMENT_MEANINGS: Readonly<Record<number, Meaning>> = {
  // How an Oracle-mode tenant refuses is not documented; both numbers stand for ORA-01031 there.
  1031: NO_PRIVILEGE,
  5360: NO_PRIVILEGE,
  1227: NO_PRIVILEGE,
  1064: {
    kind: "unsupported",
    means: "this server does not know the statement",
    advice: "OceanBase 4.0 or later is needed",
  },
  1142: {
    kind: "refused",
    means: "the user may not read this view",
    advice: "grant the user SELECT on the oceanbase schema",
  },
  1210: { kind: "input", means: "a tenant name is empty", advice: "check tenants" },
  1235: {
    kind: "refused",
    means: "this server or tenant does not take the statement in this form",
    advice: "from a user tenant only its own backups can be cancelled, without naming tenants",
  },
  4016: {
    kind: "refused",
    means: "the statement named a tenant it may not be used on (such as sys), or the server failed inside",
    advice: "check tenants, then the server's log",
  },
  5160: {
    kind: "refused",
    means: "one of the tenants does not exist",
    advice: "check tenants; names are case-sensitive",
  },
  5260: {
    kind: "refused",
    means: "one of the tenants is locked, so the server takes the statement for none of them",
    advice: 'unlock the tenant, leave it out, or use tenants: "all"',
  },
};

/**
 * Errors that come from leader changes, restarts and overload. CANCEL BACKUP may have taken effect all the same; what it
 * did is read from the jobs.
 */
const TRANSIENT: Readonly<Record<number, string>> = {
  1317: "the query was interrupted",
  4012: "the server did not finish in its own time limit",
  4023: "the server asks to try again",
  4038: "the server asked is not the leader any more",
  4064: "the session was killed",
  4109: "the server is changing its state",
  4124: "one server could not reach another",
  4550: "the root service is shutting down",
  4638: "the root service has moved",
  4654: "a leader is being elected",
  4722: "a leader is being elected",
  5066: "the session was interrupted",
  8001: "the server is starting",
  8002: "the server is stopping",
};

/** Refusals that come before a statement has done anything for any of its tenants. */
const BEFORE_ANY_EFFECT: ReadonlySet<number> = new Set([
  1031, 1064, 1210, 1227, 1235, 4016, 5160, 5260, 5360,
]);

/** Network-level failures by the code that Node or mysql2 gives them. */
const NETWORK_MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ETIMEDOUT: "no answer in time",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  PROTOCOL_CONNECTION_LOST: "the connection was cut",
};

/** What no OceanBase server does; asking it again is no use. */
const PROTOCOL_VIOLATIONS: Readonly<Record<string, string>> = {
  [SEVERAL_RESULTS]: "one statement was sent and several results came back",
  [PACKETS_OUT_OF_ORDER]: "the packets of a reply came out of order",
  [REPLY_TOO_LARGE]: `more than ${MAX_REPLY_BYTES / 1024 / 1024} MiB came for one reply`,
};

/** The error for a statement without an answer that can be read. */
export function noAnswerError(doing: string, failure: DriverFailure): OceanBaseError {
  const { code = "", message } = failure;
  const violation = PROTOCOL_VIOLATIONS[code];
  const meaning = violation ?? NETWORK_MEANINGS[code] ?? message ?? "the connection failed";
  const kind = violation === undefined ? "unreachable" : "unsupported";
  return new OceanBaseError(kind, `${doing}: ${meaning}`, { outcomeUnknown: true });
}

/** The error for a statement that failed, in whatever way. */
export function statementError(doing: string, failure: DriverFailure): OceanBaseError {
  const isAnswer = !failure.fatal && failure.sqlMessage !== undefined;
  return isAnswer ? serverError(doing, failure, "statement") : noAnswerError(doing, failure);
}

/**
 * The error for a failed login.
 *
 * @param doing what was tried and where, such as `logging in as root@sys at db1:2881`
 * @param timeoutMs how long an answer was waited for
 */
export function loginError(doing: string, failure: DriverFailure, timeoutMs: number): OceanBaseError {
  const { code = "", message } = failure;
  switch (code) {
    case "HANDSHAKE_NO_SSL_SUPPORT":
      return new OceanBaseError(
        "refused",
        `${doing}: the server offers no TLS, so the password was not sent; enable TLS on the server (an observer and an OBProxy each have their own switch) or set connection.tls to false`,
      );
    case "HANDSHAKE_SSL_ERROR":
      return new OceanBaseError(
        "refused",
        `${doing}: TLS failed (${message}), so the password was not sent; check connection.tls.ca and that the certificate carries the host name`,
      );
    case "AUTH_SWITCH_PLUGIN_ERROR":
      return new OceanBaseError("refused", `${doing}: ${message}`);
    case QUERY_ATTRIBUTES_OFFERED:
      return new OceanBaseError(
        "unsupported",
        `${doing}: the server offers query attributes, as MySQL 8 does; an OceanBase server 4.0 or later is needed`,
      );
    case "ETIMEDOUT":
      return new OceanBaseError(
        "unreachable",
        `${doing}: no answer within ${timeoutMs / 1000} s; check connection.host, connection.port and firewalls, or raise connection.connectTimeoutSeconds`,
      );
    default:
      if (failure.sqlMessage !== undefined) return serverError(doing, failure, "login");
      if (PROTOCOL_VIOLATIONS[code] !== undefined) {
        return new OceanBaseError(
          "unsupported",
          `${doing}: ${PROTOCOL_VIOLATIONS[code]}, as from no OceanBase server; check connection.host and connection.port`,
        );
      }
      if (Object.hasOwn(NETWORK_MEANINGS, code)) {
        return new OceanBaseError(
          "unreachable",
          `${doing}: ${NETWORK_MEANINGS[code]} (${code}); check connection.host and connection.port`,
        );
      }
      // An unknown failure does not say that the server is away.
      return new OceanBaseError("refused", `${doing}: no session could be made (${message ?? code})`);
  }
}

/**
 * The error for a server's answer.
 *
 * @param doing what was tried and where, such as `logging in as root@sys at db1:2881`
 * @param phase a number can mean one thing at login and another for a statement
 */
export function serverError(
  doing: string,
  failure: DriverFailure,
  phase: "login" | "statement",
): OceanBaseError {
  const errno = failure.errno ?? 0;
  const said = `${doing}: the server said "${failure.sqlMessage ?? ""}" (error ${errno})`;
  // At login a number has one meaning, whatever the statement that is to follow.
  const details = phase === "login" ? { errno } : { errno, said };
  const meaning = (phase === "login" ? LOGIN_MEANINGS : STATEMENT_MEANINGS)[errno];
  if (meaning !== undefined) {
    return new OceanBaseError(meaning.kind, `${said}: ${meaning.means}; ${meaning.advice}`, details);
  }
  const transient = TRANSIENT[errno];
  if (transient !== undefined) {
    return new OceanBaseError("transient", `${said}: ${transient}; try again`, details);
  }
  return new OceanBaseError("server", `${said}; see OceanBase's error codes for its meaning`, details);
}

/**
 * The same error in the words of another statement than CANCEL BACKUP. A number without another meaning, a failed login
 * and a failure of the network stay as they are.
 */
export function withMeaning(
  error: OceanBaseError,
  meanings: Readonly<Record<number, Meaning>>,
): OceanBaseError {
  const { errno = 0, said, outcomeUnknown } = error;
  const meaning = meanings[errno];
  if (meaning === undefined || said === undefined) return error;
  const message = `${said}: ${meaning.means}; ${meaning.advice}`;
  return new OceanBaseError(meaning.kind, message, { errno, said, outcomeUnknown });
}

/** Whether an answer leaves open what a control statement has done; then only the jobs can tell. */
export function leavesEffectOpen(error: OceanBaseError): boolean {
  if (error.outcomeUnknown) return true;
  return error.errno !== undefined && !BEFORE_ANY_EFFECT.has(error.errno);
}

/** Whether a read that failed this way is worth repeating. */
export function isWorthRepeating(error: unknown): boolean {
  return isOfKind(error, "transient", "unreachable");
}

/** Whether the server ended the session together with the error; all 8xxx errors are of that kind. */
export function endsSession({ errno = 0 }: DriverFailure): boolean {
  return errno === 4064 || errno === 5066 || (errno >= 8000 && errno < 9000);
}

/** Longest text of a server's that is shown. */
const MAX_TEXT_LENGTH = 500;

/** The same failure with the password removed from its texts, which no server has a reason to repeat, and capped. */
export function redacted(failure: DriverFailure, password = ""): DriverFailure {
  const redact = (text: string | undefined) => {
    if (text === undefined || password === "" || !text.includes(password)) {
      return text?.slice(0, MAX_TEXT_LENGTH);
    }
    // A short password could be guessed from what is left of the text.
    return password.length < 4
      ? "*** (not shown)"
      : text.replaceAll(password, "***").slice(0, MAX_TEXT_LENGTH);
  };
  const { code, errno, fatal, sqlMessage, message } = failure;
  return given({ code, errno, fatal, sqlMessage: redact(sqlMessage), message: redact(message) });
}
