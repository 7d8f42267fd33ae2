import { NAMESPACE } from "../../provider/resources/connectionSources";

/** What the plugin calls a resource or a function: `oceanbase-backup:index:<name>`; permanent. */
export function tokenOf(name: string): string {
  return `${NAMESPACE}:index:${name}`;
}
