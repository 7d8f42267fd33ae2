import { CONFIGURABLE, NAMESPACE, variableOf } from "../../../provider/resources/connectionSources.ts";
import { table } from "./markdown.ts";

/** Where each field of a connection is looked up that a program does not give, from the table by which the code looks it up. */
export function connectionSources(): string {
  const rows = CONFIGURABLE.map((name) => [
    `\`${name}\``,
    `\`${NAMESPACE}:${name}\``,
    `\`${variableOf(name)}\``,
  ]);
  return table(["field", "configuration of the stack", "environment"], rows);
}
