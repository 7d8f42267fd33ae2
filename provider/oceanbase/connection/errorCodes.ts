import type { ErrorKind } from "../errors";

/*
 * What each error number of OceanBase, and each code of the network, means here and what to do about it.
 */

/** What a server's error number means, and what to do about it. */
export interface Meaning {
  kind: ErrorKind;
  means: string;
  advice: string;
}

/** The number of a login whose password, user or tenant is wrong. Fact: login-refused */
export const ACCESS_DENIED = 1045;

/**
 * Errors of the login itself. An observer reports an unknown tenant as a wrong password.
 * Facts: login-refused, login-numbers, oracle-mode-client
 */
export const LOGIN_MEANINGS: Readonly<Record<number, Meaning>> = {
  1040: {
    kind: "transient",
    means: "the server has no connection to spare",
    advice: "try again, or add servers of the cluster to connection.endpoints",
  },
  [ACCESS_DENIED]: {
    kind: "refused",
    means: "the password, user or tenant is wrong",
    advice:
      "the server does not tell which; check connection.user, connection.tenant, the password, and connection.cluster: behind OBProxy it names the cluster, on a direct connection it must be left out",
  },
  1203: {
    kind: "transient",
    means: "the OBProxy has no session to spare",
    advice: "try again, or raise its session limit",
  },
  1226: {
    kind: "transient",
    means: "the user has no connection to spare",
    advice: "try again, or raise the user's MAX_USER_CONNECTIONS",
  },
  1235: {
    kind: "refused",
    means: "the tenant takes no session from this driver",
    advice:
      "it is in Oracle mode, or an OBProxy does not pass the account's login method on; install mysql2 3.21 or newer, give the account mysql_native_password, or log in to the sys tenant and name the tenant",
  },
  1820: {
    kind: "refused",
    means: "the account's password has expired",
    advice: "set a new password for it (ALTER USER ... IDENTIFIED BY ...)",
  },
  3118: { kind: "refused", means: "the user is locked", advice: "unlock the user" },
  4666: {
    kind: "refused",
    means: "the cluster name is not this server's",
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

const NO_READ: Meaning = {
  kind: "refused",
  means: "the user may not read this view",
  advice: "grant the user SELECT on the oceanbase schema",
};

const NO_DISK: Meaning = {
  kind: "server",
  means: "a disk of the server is full or hangs",
  advice: "free or repair the disks of the cluster",
};

/**
 * Errors of a statement, in the words of CANCEL BACKUP.
 * Facts: statement-numbers, alter-system, sys-named, bad-name-refuses-all, locked-refuses-all, clause-in-sys-only
 */
export const STATEMENT_MEANINGS: Readonly<Record<number, Meaning>> = {
  // ORA-01031. Fact: oracle-mode-privilege
  1031: NO_PRIVILEGE,
  1227: NO_PRIVILEGE,
  942: {
    kind: "refused",
    means: "no such view, or it may not be read",
    advice: "in this Oracle-mode tenant grant the user SELECT on the view in SYS, or SELECT ANY DICTIONARY",
  },
  1044: NO_READ,
  1064: {
    kind: "unsupported",
    means: "this server does not know the statement",
    advice: "OceanBase 4.0 or later is needed",
  },
  1142: NO_READ,
  1210: { kind: "input", means: "the server takes not all values", advice: "check tenants" },
  1235: {
    kind: "refused",
    means: "the statement is not taken in this form",
    advice: "from a user tenant only its own backups can be cancelled, without naming tenants",
  },
  4016: {
    kind: "server",
    means: "one cannot be named, or the server failed",
    advice: "check tenants (sys cannot be named), then the server's log",
  },
  4375: NO_DISK,
  4392: NO_DISK,
  5160: {
    kind: "refused",
    means: "one of the tenants does not exist",
    advice: "check tenants; names are case-sensitive",
  },
  5260: {
    kind: "refused",
    means: "one of the tenants is locked",
    advice:
      'the server then takes the statement for none of them: unlock the tenant, leave it out, or use tenants: "all"',
  },
};

/**
 * Errors that come from leader changes, restarts and overload. CANCEL BACKUP may have taken effect all the same; what it
 * did is read from the jobs. Facts: transient-numbers, lost-code
 */
export const TRANSIENT: Readonly<Record<number, string>> = {
  600: "the server failed and its number was lost",
  1205: "a lock was waited for in vain",
  1213: "a deadlock was resolved",
  1317: "the query was interrupted",
  4012: "the server's own time limit was reached",
  4013: "the server is short of memory",
  4023: "the server asks to try again",
  4030: "the tenant is short of memory",
  4038: "the server asked is no longer the leader",
  4064: "the session was killed",
  4109: "the server is changing its state",
  4124: "one server could not reach another",
  4550: "the root service is shutting down",
  4637: "the root service is not ready",
  4638: "the root service has moved",
  4654: "a leader is being elected",
  4719: "a log stream is not there yet",
  4721: "a leader is being elected",
  4722: "a leader is being elected",
  5066: "the session was interrupted",
  6002: "a transaction was rolled back",
  8001: "the server is starting",
  8002: "the server is stopping",
};

/**
 * Refusals that come before a statement has done anything for any of its tenants: they are raised while it is parsed,
 * resolved and checked. 1210 and 4016 are not among them: they may come from its execution. Fact: effect-open
 */
export const BEFORE_ANY_EFFECT: ReadonlySet<number> = new Set([1031, 1064, 1227, 1235, 5160, 5260]);

/**
 * What a read over several tenants fails with when one of them has no leader. Fact: leaderless-read
 */
export const LEADERLESS: ReadonlySet<number> = new Set([4012, 4654, 4721, 4722]);

/** Network-level failures by the code that Node or mysql2 gives them. */
export const NETWORK_MEANINGS: Readonly<Record<string, string>> = {
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
