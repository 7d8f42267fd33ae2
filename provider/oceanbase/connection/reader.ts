import type { Row } from "./driver";

/** A query for things by their ids. Callers that ask at the same time get one answer, for the ids of all of them. */
export interface JoinedQuery {
  /** The same for callers whose queries differ in their ids alone. */
  key: string;
  ids: readonly string[];
  sqlFor(ids: readonly string[]): string;
}

/** What a read may be given besides the query. */
export interface ReadOptions<T> {
  /** Turns the rows into the answer; once, for all callers that share it. */
  parse?: (rows: Row[]) => T;
  /** How old the answer may be, in milliseconds. @default 0: asked for after this call */
  maxAgeMs?: number;
  /** Numbers of errors that end the read although they may pass. @default none */
  notRepeated?: ReadonlySet<number>;
}

/** Runs queries that only read. */
export interface Reader {
  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  readonly address: string;
  /** The tenant that the login is for. */
  readonly loginTenant: string;
  /** @param doing what the query is for, as a message begins: `reading the backup jobs` */
  read<T = Row[]>(query: string | JoinedQuery, doing: string, options?: ReadOptions<T>): Promise<T>;
}

/** The text of a query for its own ids. */
export function sqlOf(query: string | JoinedQuery): string {
  return typeof query === "string" ? query : query.sqlFor(query.ids);
}
