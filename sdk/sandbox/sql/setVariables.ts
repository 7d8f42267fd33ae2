import { errors } from "../cluster/errors.ts";
import { type Mode, TokenReader } from "./tokens.ts";

/** Forms of SET that are not about system variables; the sandbox takes them and does nothing. */
const OTHER_FORMS = ["NAMES", "CHARACTER", "CHARSET", "TRANSACTION", "PASSWORD", "ROLE"];

/**
 * `SET [SESSION | GLOBAL] name = value, ...`, also as `@@session.name`.
 *
 * @param known the server's variables, by lower-case name; any other is an error
 */
export function setVariables(
  sql: string,
  mode: Mode,
  known: Readonly<Record<string, string>>,
  assign: (name: string, value: string) => void,
): void {
  const reader = new TokenReader(sql, mode);
  reader.expect("SET");
  do {
    const hasScope = reader.accept("GLOBAL") || reader.accept("SESSION") || reader.accept("LOCAL");
    const target = reader.next();
    if (!hasScope && OTHER_FORMS.includes(target.text.toUpperCase())) return;
    reader.accept(":");
    reader.expect("=");
    const value = reader.next();
    while (reader.peek() !== undefined && reader.peek()?.text !== ",") reader.next();
    const isUserVariable = target.kind === "variable" && !target.text.startsWith("@@");
    if (isUserVariable) continue;
    const name = target.value.toLowerCase();
    if (known[name] === undefined) throw errors.unknownVariable(target.value);
    assign(name, value.value);
  } while (reader.accept(","));
}
