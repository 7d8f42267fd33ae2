import type { Token } from "./tokens.ts";

/** Words that end a WHERE clause, or the SELECT that it belongs to. */
const ENDS = /^(GROUP|ORDER|HAVING|LIMIT|UNION|EXCEPT|INTERSECT|FETCH)$/i;

/**
 * The tenants that a read of a view is limited to by `TENANT_ID = id` or `TENANT_ID IN (id, ...)`; undefined: all. The
 * conditions have to stand in the WHERE of the view's own SELECT, joined by AND. Whether the server also sees through
 * `(TENANT_ID, JOB_ID) IN (...)` was not found out: here it does not.
 *
 * @param at where the view's name begins
 */
export function tenantsRead(tokens: readonly Token[], at: number): ReadonlySet<number> | undefined {
  const where = whereOf(tokens, at);
  // OR binds less than AND: beside it no condition limits the whole.
  if (split(where, "OR").length > 1) return undefined;
  let read: Set<number> | undefined;
  for (const conjunct of split(where, "AND")) {
    const ids = tenantIds(conjunct);
    if (ids !== undefined) read = new Set(read === undefined ? ids : ids.filter((id) => read?.has(id)));
  }
  return read;
}

/** The tokens of the WHERE clause behind the view, in the same parentheses. */
function whereOf(tokens: readonly Token[], at: number): Token[] {
  const found: Token[] = [];
  let depth = 0;
  let isIn = false;
  for (const token of tokens.slice(at)) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth < 0 || (depth === 0 && ENDS.test(token.text))) break;
    if (isIn) found.push(token);
    if (depth === 0 && isWord(token, "WHERE")) isIn = true;
  }
  return found;
}

/** The parts between a word that stands outside of parentheses. */
function split(tokens: readonly Token[], word: "AND" | "OR"): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth === 0 && isWord(token, word)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

const LIMIT = /^(?:\w+ \. )?TENANT_ID (?:= (\d+)|IN \( (\d+(?: , \d+)*) \))$/i;

function tenantIds(conjunct: readonly Token[]): number[] | undefined {
  const text = conjunct.map((token) => (token.kind === "string" ? token.value : token.text)).join(" ");
  const [, one, several] = LIMIT.exec(text) ?? [];
  return (one ?? several)?.split(" , ").map(Number);
}

function isWord(token: Token, word: string): boolean {
  return token.kind === "word" && token.text.toUpperCase() === word;
}
