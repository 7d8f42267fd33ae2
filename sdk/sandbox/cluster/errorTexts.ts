import { ServerError } from "./errors.ts";

/**
 * SQLSTATE and plain text of the errors that a test injects by number alone. From OceanBase's list of errors
 * (ob_errno.def), where every MySQL number has a code of OceanBase's own behind it.
 */
const TEXTS: Readonly<Record<number, readonly [sqlState: string, text: string]>> = {
  1044: ["42000", "Access denied for user 'root'@'%' to database 'oceanbase'"],
  1142: ["42000", "SELECT command denied to user 'root'@'%' for table 'cdb_ob_backup_jobs'"],
  1203: ["42000", "Too many sessions"],
  1205: ["HY000", "Lock wait timeout exceeded; try restarting transaction"],
  1210: ["HY000", "Invalid argument"],
  1213: ["HY000", "Deadlock"],
  1226: ["42000", "User 'root' has exceeded the 'max_user_connections' resource (current value: 1)"],
  1227: [
    "42501",
    "Access denied; you need (at least one of) the ALTER SYSTEM privilege(s) for this operation",
  ],
  1235: ["0A000", "Not supported feature or function"],
  1317: ["70100", "Query execution was interrupted"],
  1820: ["HY000", "You must reset your password using ALTER USER statement before executing this statement"],
  3118: ["HY000", "User locked"],
  4012: ["HY000", "Timeout"],
  4013: ["HY001", "No memory or reach tenant memory limit"],
  4016: ["HY000", "Internal error"],
  4017: ["HY000", "Entry already exist"],
  4018: ["HY000", "Entry not exist"],
  4023: ["HY000", "Try again"],
  4030: ["HY000", "Over tenant memory limits"],
  4038: ["HY000", "The observer or zone is not the master"],
  4064: ["HY000", "Session killed"],
  4109: ["HY000", "Server state or role not the same as expected"],
  4124: ["HY000", "Connect error"],
  4179: ["HY000", "Operation not allowed now"],
  4375: ["HY000", "observer has disk error"],
  4392: ["HY000", "disk is hung"],
  4550: ["HY000", "rootservice is shutdown"],
  4637: ["HY000", "server is not active"],
  4638: ["HY000", "The RootServer is not the master"],
  4654: ["HY000", "location leader not exist"],
  4666: ["HY000", "cluster name does not match"],
  4719: ["HY000", "log stream does not exist"],
  4721: ["HY000", "log stream location does not exist"],
  4722: ["HY000", "log stream location leader does not exist"],
  5066: ["HY000", "Session interrupted"],
  5150: ["HY000", "Tenant not in this server"],
  5157: ["HY000", "Unknown tenant"],
  5160: ["HY000", "invalid tenant name specified in connection string"],
  5260: ["HY000", "Tenant is locked"],
  5685: ["HY000", "tenant has been dropped"],
  6002: ["40000", "transaction is rolled back"],
  8001: ["08004", "Server is initializing"],
  8002: ["08004", "Server is stopping"],
  9036: ["HY000", "Backup is in progress"],
  9040: ["HY000", "backup can not start"],
  9041: ["HY000", "cancel backup do not allow"],
  9044: ["HY000", "delete backup data is in progress"],
  9045: ["HY000", "delete backup set do not allow"],
  9049: ["HY000", "backup status is stopped, can not cancel"],
  9053: ["HY000", "cancel delete backup do not allow"],
};

/** The server's error of this number, with its real SQLSTATE and text unless a test wants others. */
export function errorOf(errno: number, sqlState?: string, message?: string): ServerError {
  const [realState, text] = TEXTS[errno] ?? ["HY000", "injected error"];
  return new ServerError(errno, sqlState ?? realState, message ?? text);
}
