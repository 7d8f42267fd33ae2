import { given } from "../../given";
import { type Answer, isOfKind, OceanBaseError } from "../errors";
import {
  MAX_REPLY_BYTES,
  PACKETS_OUT_OF_ORDER,
  QUERY_ATTRIBUTES_OFFERED,
  REPLY_TOO_LARGE,
  SEVERAL_RESULTS,
} from "./driver";
import type { DriverFailure } from "./driverFailure";
import {
  BEFORE_ANY_EFFECT,
  LOGIN_MEANINGS,
  type Meaning,
  NETWORK_MEANINGS,
  STATEMENT_MEANINGS,
  TRANSIENT,
} from "./errorCodes";

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

/** What a failed login was tried with. */
export interface LoginAttempt {
  /** How long an answer was waited for. */
  timeoutMs: number;
  /** Whether the password ends in a line end, as one does that was read from a file. @default false */
  endsInLineEnd?: boolean;
}

/**
 * The error for a failed login.
 *
 * @param doing what was tried and where, such as `logging in as root@sys at db1:2881`
 */
export function loginError(
  doing: string,
  failure: DriverFailure,
  { timeoutMs, endsInLineEnd = false }: LoginAttempt,
): OceanBaseError {
  const { code = "", message } = failure;
  switch (code) {
    // Fact: tls-switches
    case "HANDSHAKE_NO_SSL_SUPPORT":
      return new OceanBaseError(
        "refused",
        `${doing}: the server offers no TLS; the password was not sent; enable TLS on the server (an observer and an OBProxy each have their own switch) or set connection.tls to false`,
      );
    case "HANDSHAKE_SSL_ERROR":
      return new OceanBaseError(
        "refused",
        `${doing}: TLS failed; ${message}, so the password was not sent; check connection.tls.ca and that the certificate carries the host name`,
      );
    case "AUTH_SWITCH_PLUGIN_ERROR":
      return new OceanBaseError("refused", `${doing}: ${message}`);
    case QUERY_ATTRIBUTES_OFFERED:
      return new OceanBaseError(
        "unsupported",
        `${doing}: the server is a MySQL 8 or later by its query attributes; an OceanBase server 4.0 or later is needed`,
      );
    case "ETIMEDOUT":
      return new OceanBaseError(
        "unreachable",
        `${doing}: no answer within ${timeoutMs / 1000} s; check connection.host, connection.port and firewalls, or raise connection.connectTimeoutSeconds`,
      );
    default:
      if (failure.sqlMessage !== undefined) {
        const error = serverError(doing, failure, "login");
        return endsInLineEnd && error.kind === "refused" ? withAdvice(error, TAKE_LINE_END_AWAY) : error;
      }
      if (PROTOCOL_VIOLATIONS[code] !== undefined) {
        return new OceanBaseError(
          "unsupported",
          `${doing}: ${PROTOCOL_VIOLATIONS[code]}; no OceanBase server does that; check connection.host and connection.port`,
        );
      }
      if (Object.hasOwn(NETWORK_MEANINGS, code)) {
        return new OceanBaseError(
          "unreachable",
          `${doing}: ${NETWORK_MEANINGS[code]} (${code}); check connection.host and connection.port`,
        );
      }
      // An unknown failure does not say that the server is away.
      return new OceanBaseError(
        "refused",
        `${doing}: no session could be made; the driver said "${message ?? code}"`,
      );
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
  const answer = { doing, number: failure.reported ?? String(errno), text: failure.sqlMessage ?? "" };
  // At login a number has one meaning, whatever the statement that is to follow.
  const details = phase === "login" ? { errno } : { errno, answer };
  const meaning = (phase === "login" ? LOGIN_MEANINGS : STATEMENT_MEANINGS)[errno];
  if (meaning !== undefined) return new OceanBaseError(meaning.kind, answerText(answer, meaning), details);
  const transient = TRANSIENT[errno];
  if (transient !== undefined) {
    const text = answerText(answer, { means: transient, advice: "try again" });
    return new OceanBaseError("transient", text, details);
  }
  const advice = "see OceanBase's error codes for its meaning";
  return new OceanBaseError(
    "server",
    answerText(answer, { means: "the server refused it", advice }),
    details,
  );
}

const TAKE_LINE_END_AWAY =
  "the password ends in a line end, as one does that was read from a file: take it away";

/** The same error with one more thing to do. */
export function withAdvice(error: OceanBaseError, advice: string): OceanBaseError {
  const { kind, message, errno, outcomeUnknown, answer } = error;
  return new OceanBaseError(kind, `${message}; ${advice}`, given({ errno, outcomeUnknown, answer }));
}

/** What came of it first, in few words: it is all that stands on a resource's row. */
function answerText({ doing, number, text }: Answer, { means, advice }: Omit<Meaning, "kind">): string {
  return `${doing}: ${means} (error ${number}); the server said "${text}"; ${advice}`;
}

/**
 * The same error in the words of another statement than CANCEL BACKUP. A number without another meaning, a failed login
 * and a failure of the network stay as they are.
 */
export function withMeaning(
  error: OceanBaseError,
  meanings: Readonly<Record<number, Meaning>>,
): OceanBaseError {
  const { errno = 0, answer, outcomeUnknown } = error;
  const meaning = meanings[errno];
  if (meaning === undefined || answer === undefined) return error;
  return new OceanBaseError(meaning.kind, answerText(answer, meaning), { errno, answer, outcomeUnknown });
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

/** Whether the server ended the session together with the error; all 8xxx errors are of that kind. Fact: session-ends */
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
  const { code, errno, reported, fatal, sqlMessage, message } = failure;
  return given({ code, errno, reported, fatal, sqlMessage: redact(sqlMessage), message: redact(message) });
}
