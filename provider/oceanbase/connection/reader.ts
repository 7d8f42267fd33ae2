import type { Row } from "./driver";

/** What a read may be given besides the query. */
export interface ReadOptions<T> {
  /** Turns the rows into the answer; once, for all callers that share it. */
  parse?: (rows: Row[]) => T;
  /** How old the answer may be, in milliseconds. @default 0: asked for after this call */
  maxAgeMs?: number;
}

/** Runs queries that only read. */
export interface Reader {
  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  readonly address: string;
  /** The tenant that the login is for. */
  readonly loginTenant: string;
  /** @param doing what the query is for, as a message begins: `reading the backup jobs` */
  read<T = Row[]>(sql: string, doing: string, options?: ReadOptions<T>): Promise<T>;
}
