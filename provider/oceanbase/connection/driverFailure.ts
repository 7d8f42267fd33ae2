/** A failure of the driver, as far as this package looks at it. */
export interface DriverFailure {
  /** A name for the failure. Right for the network; for a server's error the driver's names are often wrong. */
  code?: string;
  /** The server's error number, as a MySQL-mode session has it. */
  errno?: number;
  /** The number that the server sent, where that was another one; for messages. */
  reported?: string;
  /** The server's text; absent when it was not the server that failed. */
  sqlMessage?: string;
  message?: string;
  /** Whether the connection is over. */
  fatal?: boolean;
}
