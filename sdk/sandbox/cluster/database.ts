import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A row of the engine, with its integers as bigints. */
export type Row = Record<string, unknown>;

/** Most different queries of clients that stay compiled. */
const MAX_QUERIES = 200;

/** The SQL engine behind the cluster. It keeps what it has compiled, and counts what it runs. */
export class Database {
  readonly engine = new DatabaseSync(":memory:");
  /** Statements of the cluster itself that ran; queries of clients are not among them. */
  statements = 0;
  private readonly compiled = new Map<string, StatementSync>();
  private readonly queries = new Map<string, StatementSync>();

  /** Runs a statement that gives no rows; returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.compile(sql).run(...values).changes);
  }

  /** The first row, or undefined. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.compile(sql).get(...values);
  }

  /** All rows. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.compile(sql).all(...values);
  }

  /** A query of a client, which has no values beside its text; its rows come as lists. Clients ask the same again and again. */
  query(sql: string): StatementSync {
    let statement = this.queries.get(sql);
    if (statement === undefined) {
      statement = this.engine.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      if (this.queries.size >= MAX_QUERIES) this.queries.clear();
      this.queries.set(sql, statement);
    }
    return statement;
  }

  /** Inserts one row, given by the names of its columns. */
  insert(table: string, row: Record<string, SQLInputValue>): void {
    const names = Object.keys(row);
    const marks = names.map(() => "?").join(", ");
    this.run(`INSERT INTO oceanbase.${table} (${names.join(", ")}) VALUES (${marks})`, ...Object.values(row));
  }

  private compile(sql: string): StatementSync {
    this.statements += 1;
    let statement = this.compiled.get(sql);
    if (statement === undefined) {
      statement = this.engine.prepare(sql);
      statement.setReadBigInts(true);
      this.compiled.set(sql, statement);
    }
    return statement;
  }
}

/** Milliseconds since 1970 as the tables hold a moment: in whole microseconds. */
export const micros = (ms: number): bigint => BigInt(Math.round(ms * 1000));
