import type { Catalog, KnownView, QuerySession } from "../cluster/catalog.ts";
import { errors, ServerError } from "../cluster/errors.ts";
import type { Leaders } from "../cluster/leaders.ts";
import type { ColumnKind } from "../cluster/views.ts";
import type { Features } from "../versions.ts";
import { columnAliases, resultColumns } from "./columnTypes.ts";
import type { Result, Value } from "./result.ts";
import { serverTimeWord } from "./serverTime.ts";
import { tenantsRead } from "./tenantPruning.ts";
import { type Mode, syntaxErrorAt, type Token, tokenize } from "./tokens.ts";

/** What a query runs in. */
export interface SelectContext {
  catalog: Catalog;
  version: Features;
  leaders: Leaders;
  session: QuerySession;
  mode: Mode;
  inSys: boolean;
  /** Whether the server has backup views at all. */
  backupViews: boolean;
  /** Whether the user may read them. */
  readsViews: boolean;
  variables: Record<string, string>;
}

/** Runs one SELECT: its names and literals are put into the engine's dialect, the rest is the engine's own SQL. */
export function select(sql: string, context: SelectContext): Result {
  const { catalog, session, mode } = context;
  const tokens = tokenize(sql, mode);
  while (tokens.at(-1)?.text === ";") tokens.pop();
  const kinds = new Map<string, ColumnKind>();
  const engineSql = translate(sql, tokens, context, (view, at) => {
    checkTenants(view, tokens, at, context);
    for (const [name, kind] of view.kinds) kinds.set(name, kind);
  });
  try {
    const statement = catalog.database.query(engineSql);
    const rows = catalog.as(session, () => statement.all() as unknown as Value[][]);
    const names = statement.columns().map((column) => column.name);
    const columns = resultColumns(names, rows, mode, kinds, columnAliases(tokens));
    return { kind: "rows", columns, rows, sleepSeconds: catalog.sleepSeconds };
  } catch (error) {
    throw asServerError(error as Error, sql);
  }
}

/** A view of all tenants asks each of them; one of the own tenant asks that. */
function checkTenants(view: KnownView, tokens: Token[], at: number, context: SelectContext): void {
  if (!view.readsTenants) return;
  const own = new Set([context.session.tenantId]);
  context.leaders.checkRead(view.form === "CDB" ? tenantsRead(tokens, at) : own);
}

function translate(
  sql: string,
  tokens: Token[],
  context: SelectContext,
  onView: (view: KnownView, at: number) => void,
): string {
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
      onView(view.view, at);
      push(`oceanbase."${view.view.name}"`, token);
      at += view.tokens;
    } else if (isWord(token, "FROM") && isWord(tokens[at + 1], "DUAL")) {
      at += 2;
    } else if (context.mode === "ORACLE" && isRowLimit(tokens, at)) {
      push(`LIMIT ${tokens[at + 5]?.text} OFFSET ${tokens[at + 1]?.text}`, token);
      at += ROW_LIMIT.length;
    } else {
      push(translateToken(token, tokens, at, context, sql), token);
      at += 1;
    }
  }
  return out;
}

/** Oracle mode's row limit; the first number is how many rows are passed over. */
const ROW_LIMIT = ["OFFSET", "number", "ROWS", "FETCH", "NEXT", "number", "ROWS", "ONLY"];

function isRowLimit(tokens: Token[], at: number): boolean {
  return ROW_LIMIT.every((word, i) =>
    word === "number" ? tokens[at + i]?.kind === "number" : isWord(tokens[at + i], word),
  );
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
      if (isWord(token, "EFFECTIVE_TENANT") && !context.version.effectiveTenantInOracleMode) {
        throw errors.unknownFunction("EFFECTIVE_TENANT");
      }
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
): { view: KnownView; tokens: number } | undefined {
  const token = tokens[at] as Token;
  if (token.kind !== "word" && token.kind !== "quotedName") return undefined;
  const before = tokens[at - 1];
  const inTablePlace = isWord(before, "FROM") || isWord(before, "JOIN");
  if (!inTablePlace || isWord(token, "DUAL")) return undefined;
  const qualified = tokens[at + 1]?.text === "." ? tokens[at + 2] : undefined;
  const schema = qualified ? token.value : context.mode === "ORACLE" ? "SYS" : context.session.database;
  if (schema === undefined) throw errors.noDatabase();
  const name = (qualified ?? token).value;
  const isKnownSchema = schema.toUpperCase() === (context.mode === "ORACLE" ? "SYS" : "OCEANBASE");
  const view =
    isKnownSchema && context.backupViews
      ? context.catalog.view(name, context.mode, context.inSys)
      : undefined;
  // To Oracle mode a view that may not be read is one that is not there.
  const isHidden = context.mode === "ORACLE" && !context.readsViews;
  if (view === undefined || isHidden) throw errors.unknownTable(`${schema}.${name}`.toLowerCase());
  if (!context.readsViews) throw errors.noTablePrivilege(context.session.user.split("@")[0] ?? "", name);
  return { view, tokens: qualified ? 3 : 1 };
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
