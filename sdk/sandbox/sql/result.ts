/** MySQL column types that the sandbox sends. */
export const TYPE = {
  longlong: 8,
  timestamp: 7,
  datetime: 12,
  /** Oracle mode's TIMESTAMP, which no MySQL client knows. */
  oracleTimestamp: 202,
  newDecimal: 246,
  varString: 253,
} as const;
/** The number of a column type on the wire. */
export type ColumnType = (typeof TYPE)[keyof typeof TYPE];

/** A column of a result. */
export interface Column {
  name: string;
  type: ColumnType;
  /** Whether a whole number has no sign; default false. */
  unsigned?: boolean;
}

/** One cell of a result. */
export type Value = string | bigint | number | null;

/** What a statement gives back: rows, or the bare word that it was done. */
export type Result =
  | { kind: "ok" }
  /** `sleepSeconds`: how long the statement asked the server to sleep before it answers. */
  | { kind: "rows"; columns: Column[]; rows: Value[][]; sleepSeconds?: number };

/** The result of a statement that gives no rows. */
export const OK: Result = { kind: "ok" };

/** Rows of text columns, for the SHOW statements. */
export function textRows(names: string[], rows: Value[][]): Result {
  return { kind: "rows", columns: names.map((name) => ({ name, type: TYPE.varString })), rows };
}
