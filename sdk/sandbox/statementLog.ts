/** One statement that a client sent. */
export interface LoggedStatement {
  /** Wall-clock time, in milliseconds since 1970. */
  at: number;
  connectionId: number;
  /** `user@tenant`. */
  login: string;
  sql: string;
  /** `ok`, the error number, or what a fault made of it. */
  outcome: "ok" | number | "cut before" | "cut after" | "stalled";
}

/** Everything that clients sent, in order. Tests read from it what was sent, and how often. */
export class StatementLog {
  readonly entries: LoggedStatement[] = [];
  /** Connections that got as far as a login answer, refused ones included. */
  logins = 0;
  /** How long the sandbox itself has worked for all statements, in milliseconds. */
  workMs = 0;

  add(entry: LoggedStatement): void {
    this.entries.push(entry);
  }

  /** The statements that match, as text. */
  matching(pattern: RegExp): string[] {
    return this.entries.filter((entry) => pattern.test(entry.sql)).map((entry) => entry.sql);
  }

  /** Every CANCEL BACKUP that reached the server, whatever became of it. */
  get cancels(): string[] {
    return this.matching(/^\s*ALTER\s+SYSTEM\s+CANCEL\s+BACKUP/i);
  }

  clear(): void {
    this.entries.length = 0;
    this.logins = 0;
  }
}
