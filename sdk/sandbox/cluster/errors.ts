/** An error as a client sees it: number, SQLSTATE and text of the real server. */
export class ServerError extends Error {
  readonly errno: number;
  readonly sqlState: string;

  constructor(errno: number, sqlState: string, message: string) {
    super(message);
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/** An error as a session of an Oracle-mode tenant gets it. */
export class OracleError extends ServerError {}

/** What a cancelled job, backup or cleanup, carries as RESULT. */
export const CANCELED_RESULT = -4072;

/**
 * Numbers and texts as OceanBase 4 sends them. The number is the MySQL one where OceanBase has assigned one,
 * else the absolute value of its own code.
 */
export const errors = {
  accessDenied: (user: string, usingPassword: boolean) =>
    new ServerError(
      1045,
      "42000",
      `Access denied for user '${user}'@'xxx.xxx.xxx.xxx' (using password: ${usingPassword ? "YES" : "NO"})`,
    ),
  unknownCluster: (cluster: string) => new ServerError(4669, "HY000", `cluster ${cluster} not exist`),
  oracleTenantNeedsOracleDriver: () =>
    new ServerError(1235, "0A000", "Oracle tenant for current client driver is not supported"),
  tenantLockedAtLogin: (tenant: string) => new ServerError(5260, "HY000", `Tenant '${tenant}' is locked`),
  tenantLocked: () => new ServerError(5260, "HY000", "Tenant is locked"),
  /** The misleading text is the real one: it is what an unknown name in a TENANT clause gets. */
  invalidTenantName: () =>
    new ServerError(5160, "HY000", "invalid tenant name specified in connection string"),
  unexpected: (text = "Internal error") => new ServerError(4016, "HY000", text),
  invalidArgument: () => new ServerError(1210, "HY000", "Invalid argument"),
  incorrectArguments: (to: string) => new ServerError(1210, "HY000", `Incorrect arguments to ${to}`),
  notSupported: (what = "Not supported feature or function") => new ServerError(1235, "0A000", what),
  noAlterSystem: () =>
    new ServerError(
      1227,
      "42501",
      "Access denied; you need (at least one of) the ALTER SYSTEM privilege(s) for this operation",
    ),
  syntax: (near: string, line = 1) =>
    new ServerError(
      1064,
      "42000",
      `You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the right syntax to use near '${near.slice(0, 80)}' at line ${line}`,
    ),
  emptyQuery: () => new ServerError(1065, "42000", "Query was empty"),
  unknownVariable: (name: string) => new ServerError(1193, "HY000", `Unknown system variable '${name}'`),
  wrongVariableType: (name: string) =>
    new ServerError(1232, "42000", `Incorrect argument type to variable '${name}'`),
  unknownThread: (id: number) => new ServerError(1094, "HY000", `Unknown thread id: ${id}`),
  queryInterrupted: () => new ServerError(1317, "70100", "Query execution was interrupted"),
  sessionInterrupted: () => new ServerError(5066, "HY000", "Session interrupted"),
  queryTimeout: (limitUs: number) =>
    new ServerError(
      4012,
      "HY000",
      `Timeout, query has reached the maximum query timeout: ${limitUs}(us), maybe you can adjust the session variable ob_query_timeout or query_timeout hint, and try again.`,
    ),
  unknownTable: (name: string) => new ServerError(1146, "42S02", `Table '${name}' doesn't exist`),
  noTablePrivilege: (user: string, table: string) =>
    new ServerError(1142, "42000", `SELECT command denied to user '${user}'@'%' for table '${table}'`),
  unknownColumn: (name: string) => new ServerError(1054, "42S22", `Unknown column '${name}' in 'field list'`),
  unknownFunction: (name: string) => new ServerError(1305, "42000", `FUNCTION ${name} does not exist`),
  unknownDatabase: (name: string) => new ServerError(1049, "42000", `Unknown database '${name}'`),
  noDatabase: () => new ServerError(1046, "3D000", "No database selected"),
  tenantExists: (name: string) => new ServerError(5156, "HY000", `tenant '${name}' already exist`),
  unknownTenant: (name: string) => new ServerError(5157, "HY000", `Unknown tenant '${name}'`),
  duplicateEntry: (key: string) =>
    new ServerError(1062, "23000", `Duplicate entry '${key}' for key 'PRIMARY'`),
  policyExists: () => new ServerError(4017, "HY000", "policy already exists"),
  /** Which number the server has for it was not found out. */
  logOnlyPolicy: () =>
    new ServerError(4179, "HY000", "log_only policy together with a data backup destination not allowed"),
  noSuchPolicy: () => new ServerError(4018, "HY000", "Entry not exist"),
  backupInProgress: () => new ServerError(9036, "HY000", "Backup is in progress"),
  backupCanNotStart: (why?: string) =>
    new ServerError(9040, "HY000", `backup can not start${why === undefined ? "" : `, because ${why}`}`),
};
