import { errors } from "../cluster/errors.ts";
import { type Mode, tokenize } from "../sql/tokens.ts";
import { PayloadReader } from "./packets.ts";

interface Prepared {
  sql: string;
  /** Where the `?` stand. */
  marks: number[];
  /** Sent with the first execution only; later ones repeat it. */
  types: number[];
}

/** Statements of one connection that wait for their values. */
export class PreparedStatements {
  private readonly byId = new Map<number, Prepared>();
  private lastId = 0;

  prepare(sql: string, mode: Mode): { id: number; parameters: number } {
    const marks = tokenize(sql, mode)
      .filter((token) => token.text === "?")
      .map((token) => token.start);
    this.lastId += 1;
    this.byId.set(this.lastId, { sql, marks, types: [] });
    return { id: this.lastId, parameters: marks.length };
  }

  close(payload: Buffer): void {
    this.byId.delete(payload.readUInt32LE(1));
  }

  /** The statement of an execute packet with its values in place. */
  bind(payload: Buffer): string {
    const reader = new PayloadReader(payload, 1);
    const prepared = this.byId.get(reader.integer(4));
    if (prepared === undefined) throw errors.invalidArgument();
    reader.bytes(5);
    const count = prepared.marks.length;
    if (count === 0) return prepared.sql;
    const nulls = reader.bytes((count + 7) >> 3);
    if (reader.integer(1) === 1) prepared.types = Array.from({ length: count }, () => reader.integer(2));
    const literals = prepared.types.map((type, i) =>
      (nulls[i >> 3] as number) & (1 << (i & 7)) ? "NULL" : literal(reader, type & 0xff),
    );
    let sql = "";
    let from = 0;
    for (const [i, mark] of prepared.marks.entries()) {
      sql += prepared.sql.slice(from, mark) + literals[i];
      from = mark + 1;
    }
    return sql + prepared.sql.slice(from);
  }
}

function literal(reader: PayloadReader, type: number): string {
  switch (type) {
    case 1:
      return String(reader.integer(1));
    case 2:
      return String(reader.integer(2));
    case 3:
      return String(reader.integer(4));
    case 5:
      return String(reader.double());
    case 8:
      return String(reader.bigInteger());
    default: {
      const text = reader.lengthEncodedBytes().toString("utf8");
      return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
    }
  }
}
