import Parser from "@oceanbase-odc/ob-parser-js/lib/parser/obmysql/index.js";
import OracleParser from "@oceanbase-odc/ob-parser-js/lib/parser/oracle/index.js";

/** What OceanBase's own grammar (MySQL mode) makes of a text. */
export type Parsed =
  | { ok: false; error: string }
  /** How many statements, and the leaves of the tree: keywords, marks, and names with their quotes. */
  | { ok: true; statements: number; leaves: { type: string; text: string }[] };

interface ParserModule {
  new (): { parse(sql: string): { result?: { error?: unknown; result?: unknown } } };
}

/** Whether a text is SQL by the grammar of a mode that OceanBase publishes for its own tools. */
export function parses(sql: string, mode: "MySQL" | "Oracle"): boolean {
  const { result } = parserOf(mode === "MySQL" ? Parser : OracleParser).parse(sql);
  return result?.error === undefined && result?.result !== undefined;
}

/** Parses with the grammar that OceanBase publishes for its own tools. Loading it costs seconds; parsing does not. */
export function parseWithOceanBase(sql: string): Parsed {
  const { result } = parserOf(Parser).parse(sql);
  if (result?.error !== undefined || result?.result === undefined) {
    return { ok: false, error: JSON.stringify(result?.error ?? "no result").slice(0, 300) };
  }
  const leaves: { type: string; text: string }[] = [];
  let statements = 0;
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const child of node) walk(child);
    if (typeof node !== "object" || node === null || Array.isArray(node)) return;
    const { type, text, children } = node as { type?: string; text?: unknown; children?: unknown };
    if (type === "stmt" && Array.isArray(children)) statements += 1;
    if (typeof text === "string") {
      if (type !== "END_P") leaves.push({ type: type ?? "", text });
    } else walk(text);
    walk(children);
  };
  walk(result.result);
  return { ok: true, statements, leaves };
}

/** A new parser of a module that is CommonJS. */
function parserOf(parser: unknown): InstanceType<ParserModule> {
  const module = parser as ParserModule & { default?: ParserModule };
  return new (module.default ?? module)();
}

/** The tenants that a parsed CANCEL BACKUP names, without their quotes. */
export function tenantsNamed(parsed: Parsed): string[] {
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.leaves
    .filter((leaf) => leaf.type === "NAME_OB")
    .map((leaf) => leaf.text.replace(/^`(.*)`$/s, "$1").replaceAll("``", "`"));
}
