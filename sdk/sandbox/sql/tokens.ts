import { errors, type ServerError } from "../cluster/errors.ts";

/** The SQL dialect of a tenant, fixed when the tenant was created. */
export type Mode = "MYSQL" | "ORACLE";

/** One token of a statement. `value` is what it means: a name without its quotes, a string without escapes. */
export interface Token {
  kind: "word" | "quotedName" | "string" | "number" | "variable" | "mark";
  /** As written, quotes included. */
  text: string;
  value: string;
  start: number;
}

const SPACE = /\s/;
/** A bare name: letters, digits, `$`, `_` and everything beyond ASCII. */
const NAME = /[A-Za-z0-9_$\u0080-\u{10ffff}]/u;

/**
 * Splits one statement into tokens, with the quoting rules of the tenant's mode: in MySQL mode backticks quote
 * names, both quote marks quote strings, and backslashes escape; in Oracle mode double quotes quote names and
 * nothing escapes. A doubled quote is one quote everywhere. Comments and hints are dropped.
 */
export function tokenize(sql: string, mode: Mode): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const char = sql[at] as string;
    const next = sql[at + 1];
    if (SPACE.test(char)) {
      at += 1;
    } else if (char === "/" && next === "*") {
      const end = sql.indexOf("*/", at + 2);
      if (end < 0) throw syntaxErrorAt(sql, at);
      at = end + 2;
    } else if ((char === "#" && mode === "MYSQL") || (char === "-" && next === "-")) {
      const end = sql.indexOf("\n", at);
      at = end < 0 ? sql.length : end + 1;
    } else {
      const token = readToken(sql, at, mode);
      tokens.push(token);
      at += token.text.length;
    }
  }
  return tokens;
}

function readToken(sql: string, start: number, mode: Mode): Token {
  const char = sql[start] as string;
  if (char === "`" && mode === "MYSQL") return readQuoted(sql, start, "quotedName", false);
  if (char === '"' && mode === "ORACLE") return readQuoted(sql, start, "quotedName", false);
  if (char === "'" || char === '"') return readQuoted(sql, start, "string", mode === "MYSQL");
  if (char === "@") {
    const text = /^@@?[\w.$]*/.exec(sql.slice(start))?.[0] as string;
    return { kind: "variable", text, value: text.replace(/^@@?((global|session|local)\.)?/i, ""), start };
  }
  if (NAME.test(String.fromCodePoint(sql.codePointAt(start) as number))) {
    let end = start;
    while (end < sql.length) {
      const point = String.fromCodePoint(sql.codePointAt(end) as number);
      if (!NAME.test(point)) break;
      end += point.length;
    }
    const text = sql.slice(start, end);
    return { kind: /^\d+$/.test(text) ? "number" : "word", text, value: text, start };
  }
  return { kind: "mark", text: char, value: char, start };
}

function readQuoted(sql: string, start: number, kind: "quotedName" | "string", escapes: boolean): Token {
  const quote = sql[start] as string;
  let value = "";
  let at = start + 1;
  while (at < sql.length) {
    const char = sql[at] as string;
    if (char === quote && sql[at + 1] === quote) {
      value += quote;
      at += 2;
    } else if (char === quote) {
      return { kind, text: sql.slice(start, at + 1), value, start };
    } else if (char === "\\" && escapes && at + 1 < sql.length) {
      value += escaped(sql[at + 1] as string);
      at += 2;
    } else {
      value += char;
      at += 1;
    }
  }
  throw syntaxErrorAt(sql, start);
}

/** The server's syntax error for what stands at this place. */
export function syntaxErrorAt(sql: string, start: number): ServerError {
  return errors.syntax(sql.slice(start), sql.slice(0, start).split("\n").length);
}

function escaped(char: string): string {
  const known: Record<string, string> = { n: "\n", t: "\t", r: "\r", "0": "\0", b: "\b", Z: "\x1a" };
  return known[char] ?? char;
}

/** Reads a token list from left to right; every failure is the server's syntax error at that place. */
export class TokenReader {
  private readonly sql: string;
  private readonly tokens: Token[];
  private at = 0;

  constructor(sql: string, mode: Mode) {
    this.sql = sql;
    this.tokens = tokenize(sql, mode);
    if (this.tokens.at(-1)?.text === ";") this.tokens.pop();
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) return this.fail();
    this.at += 1;
    return token;
  }

  /** True, and past them, when the next tokens are these keywords or marks. */
  accept(...words: string[]): boolean {
    const matches = words.every((word, i) => {
      const token = this.tokens[this.at + i];
      return (
        token !== undefined &&
        (token.kind === "word" || token.kind === "mark") &&
        token.text.toUpperCase() === word
      );
    });
    if (matches) this.at += words.length;
    return matches;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) this.fail();
  }

  /** A name as the grammar takes it: bare, quoted, or a string literal. */
  name(): string {
    const token = this.next();
    if (token.kind === "word" || token.kind === "quotedName" || token.kind === "string") return token.value;
    return this.fail(token);
  }

  string(): string {
    const token = this.next();
    if (token.kind !== "string") this.fail(token);
    return token.value;
  }

  integer(): number {
    const token = this.next();
    if (token.kind !== "number") this.fail(token);
    return Number(token.value);
  }

  end(): void {
    if (this.peek() !== undefined) this.fail();
  }

  /** At the end of the statement it is the last token that the server points at. */
  fail(token = this.peek() ?? this.tokens.at(-1)): never {
    throw syntaxErrorAt(this.sql, token?.start ?? this.sql.length);
  }
}
