import type { Catalog, QuerySession } from "../cluster/catalog.ts";
import { errors, ServerError } from "../cluster/errors.ts";
import { type Column, type Result, TYPE, type Value } from "./result.ts";
import { serverTimeWord } from "./serverTime.ts";
import { type Mode, syntaxErrorAt, type Token, tokenize } from "./tokens.ts";

export interface SelectContext {
  catalog: Catalog;
  session: QuerySession;
  mode: Mode;
  inSys: boolean;
  backupViews: boolean;
  variables: Record<string, string>;
}

/** Runs one SELECT: its names and literals are put into the engine's dialect, the rest is the engine's own SQL. */
export function select(sql: string, context: SelectContext): Result {
  const engineSql = translate(sql, context);
  try {
    const statement = context.catalog.db.prepare(engineSql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const rows = context.catalog.as(context.session, () => statement.all() as unknown as Value[][]);
    const columns = statement.columns().map(
      (column, i): Column => ({
        name: column.name,
        type: columnType(column.name, rows.find((row) => row[i] !== null)?.[i] ?? null, context.mode),
      }),
    );
    return { kind: "rows", columns, rows, sleepSeconds: context.catalog.sleepSeconds };
  } catch (error) {
    throw asServerError(error as Error, sql);
  }
}

/** Without fractions only the server's clock shows a moment in MySQL mode; the views have microseconds. */
const WHOLE_SECOND = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Views hide the declared types; the values and the names tell them. */
function columnType(name: string, sample: Value, mode: Mode): Column["type"] {
  if (typeof sample === "bigint") return mode === "ORACLE" ? TYPE.newDecimal : TYPE.longlong;
  if (mode === "MYSQL" && /_(TIMESTAMP|TIME)$/.test(name) && typeof sample === "string")
    return TYPE.timestamp;
  if (mode === "MYSQL" && typeof sample === "string" && WHOLE_SECOND.test(sample)) return TYPE.datetime;
  return TYPE.varString;
}

function translate(sql: string, context: SelectContext): string {
  const tokens = tokenize(sql, context.mode);
  while (tokens.at(-1)?.text === ";") tokens.pop();
  let out = "";
  let at = 0;
  /** What was written apart stays apart, what was not does not: an unnamed column is named by its text. */
  const push = (text: string, token: Token) => {
    const before = tokens[at - 1];
    const adjacent = before !== undefined && before.start + before.text.length === token.start;
    out += adjacent ? text : ` ${text}`;
  };
  const fromDual = tokens.some((token, i) => isWord(token, "FROM") && isWord(tokens[i + 1], "DUAL"));
  if (context.mode === "ORACLE" && !fromDual && !tokens.some((token) => isWord(token, "FROM"))) {
    throw syntaxErrorAt(sql, 0);
  }
  while (at < tokens.length) {
    const token = tokens[at] as Token;
    if (token.text === ";" || token.text === "`") throw syntaxErrorAt(sql, token.start);
    const view = viewAt(tokens, at, context);
    if (view !== undefined) {
      push(`oceanbase."${view.name}"`, token);
      at += view.tokens;
    } else if (isWord(token, "FROM") && isWord(tokens[at + 1], "DUAL")) {
      at += 2;
    } else {
      push(translateToken(token, tokens, at, context, sql), token);
      at += 1;
    }
  }
  return out;
}

function translateToken(
  token: Token,
  tokens: Token[],
  at: number,
  context: SelectContext,
  sql: string,
): string {
  switch (token.kind) {
    case "string":
      // To the engine a zero byte is the end of a statement.
      return `'${token.value.replaceAll("'", "''").replaceAll("\0", "'||char(0)||'")}'`;
    case "quotedName":
      return `"${token.value.replaceAll('"', '""')}"`;
    case "variable":
      return variable(tokens, at, context);
    case "number":
      return isBeyondEngine(token, tokens[at - 1])
        ? namedAsWritten(`'${token.text}'`, tokens, at)
        : token.text;
    case "word": {
      const time = serverTimeWord(tokens, at, context.mode);
      if (time !== undefined) return namedAsWritten(time, tokens, at);
      if (context.mode === "MYSQL") return token.text;
      // Reserved in Oracle mode: as a column name it needs its quotes, and there is no LIMIT.
      if (isWord(token, "COMMENT") || isWord(token, "LIMIT")) throw syntaxErrorAt(sql, token.start);
      return token.text.toUpperCase();
    }
    default:
      return token.text;
  }
}

/** A view name at this place, with or without its schema in front. */
function viewAt(
  tokens: Token[],
  at: number,
  context: SelectContext,
): { name: string; tokens: number } | undefined {
  const token = tokens[at] as Token;
  if (token.kind !== "word" && token.kind !== "quotedName") return undefined;
  const before = tokens[at - 1];
  const inTablePlace = isWord(before, "FROM") || isWord(before, "JOIN");
  if (!inTablePlace || isWord(token, "DUAL")) return undefined;
  const qualified = tokens[at + 1]?.text === "." ? tokens[at + 2] : undefined;
  const schema = qualified ? token.value : context.mode === "ORACLE" ? "SYS" : context.session.database;
  if (schema === undefined) throw errors.noDatabase();
  const name = (qualified ?? token).value;
  const known = schema.toUpperCase() === (context.mode === "ORACLE" ? "SYS" : "OCEANBASE");
  const view =
    known && context.backupViews ? context.catalog.viewName(name, context.mode, context.inSys) : undefined;
  if (view !== undefined) return { name: view, tokens: qualified ? 3 : 1 };
  if (context.mode === "ORACLE") throw errors.oracleUnknownTable(name.toUpperCase());
  throw errors.unknownTable(`${schema}.${name}`.toLowerCase());
}

/** The engine would make a rounded number of it; as text it keeps every digit. */
function isBeyondEngine(token: Token, before: Token | undefined): boolean {
  const MAX_INT64 = 2n ** 63n - 1n;
  const magnitude = BigInt(token.text);
  return magnitude > (before?.text === "-" ? MAX_INT64 + 1n : MAX_INT64);
}

/** A system variable becomes its value. */
function variable(tokens: Token[], at: number, context: SelectContext): string {
  const token = tokens[at] as Token;
  const value = context.variables[token.value.toLowerCase()];
  if (value === undefined) throw errors.unknownVariable(token.value);
  const literal = /^\d+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
  return namedAsWritten(literal, tokens, at);
}

/** What replaces a token; where the token is a whole column, it still gives the column its name. */
function namedAsWritten(replacement: string, tokens: Token[], at: number): string {
  const before = tokens.slice(0, at);
  const count = (mark: string) => before.filter((token) => token.text === mark).length;
  const inSelectList = count("(") === count(")") && !before.some((token) => isWord(token, "FROM"));
  const begins = /^(SELECT|DISTINCT|,)$/i.test(before.at(-1)?.text ?? "");
  const next = tokens[at + 1];
  const ends = next === undefined || /^(,|FROM|LIMIT)$/i.test(next.text);
  return inSelectList && begins && ends ? `${replacement} AS "${tokens[at]?.text}"` : replacement;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

function asServerError(error: Error, sql: string): Error {
  if (error instanceof ServerError) return error;
  const [, what = ""] = /: "?([^"]*)"?/.exec(error.message) ?? [];
  if (error.message.startsWith("no such column")) return errors.unknownColumn(what);
  if (error.message.startsWith("no such function")) return errors.unknownFunction(what);
  if (error.message.startsWith("no such table")) return errors.unknownTable(what.toLowerCase());
  const near = /near "([^"]*)"/.exec(error.message)?.[1] ?? sql.trimEnd().split(/\s/).at(-1) ?? "";
  return syntaxErrorAt(sql, Math.max(0, sql.lastIndexOf(near)));
}
