import type { ColumnKind } from "../cluster/views.ts";
import { type Column, TYPE, type Value } from "./result.ts";
import type { Mode, Token } from "./tokens.ts";

/** Without fractions only the server's clock shows a moment in MySQL mode; the views have microseconds. */
const WHOLE_SECOND = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/**
 * The columns of a result. One that is a column of a view, by its own name or another, has that column's type, rows or
 * not; of every other expression a value tells it.
 *
 * @param aliases the view's name of every column that goes by another in the result
 */
export function resultColumns(
  names: readonly string[],
  rows: readonly Value[][],
  mode: Mode,
  kinds: ReadonlyMap<string, ColumnKind>,
  aliases: ReadonlyMap<string, string>,
): Column[] {
  return names.map((name, i) => {
    const kind = kinds.get((aliases.get(name) ?? name).toUpperCase());
    if (kind !== undefined) return { name, ...typeOf(kind, mode) };
    return { name, type: typeOfSample(rows.find((row) => row[i] !== null)?.[i] ?? null, mode) };
  });
}

function typeOf(kind: ColumnKind, mode: Mode): Omit<Column, "name"> {
  const isOracle = mode === "ORACLE";
  switch (kind) {
    case "integer":
      return { type: isOracle ? TYPE.newDecimal : TYPE.longlong };
    case "unsigned":
      return isOracle ? { type: TYPE.newDecimal } : { type: TYPE.longlong, unsigned: true };
    case "decimal":
      return { type: TYPE.newDecimal };
    case "time":
      return { type: isOracle ? TYPE.varString : TYPE.timestamp };
    case "otherTime":
      return { type: isOracle ? TYPE.oracleTimestamp : TYPE.timestamp };
    case "text":
      return { type: TYPE.varString };
  }
}

function typeOfSample(sample: Value, mode: Mode): Column["type"] {
  if (typeof sample === "bigint") return mode === "ORACLE" ? TYPE.newDecimal : TYPE.longlong;
  if (typeof sample === "number") return TYPE.newDecimal;
  if (mode === "MYSQL" && typeof sample === "string" && WHOLE_SECOND.test(sample)) return TYPE.datetime;
  return TYPE.varString;
}

/** The columns that a query renames: `NAME AS OTHER`. */
export function columnAliases(tokens: readonly Token[]): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "word" || token.text.toUpperCase() !== "AS") continue;
    const [name, alias] = [tokens[at - 1], tokens[at + 1]];
    // After anything else than these the name is the end of an expression.
    const begins = /^(SELECT|DISTINCT|,|\.)$/i.test(tokens[at - 2]?.text ?? "");
    if (begins && name !== undefined && alias !== undefined) aliases.set(alias.value, name.value);
  }
  return aliases;
}
