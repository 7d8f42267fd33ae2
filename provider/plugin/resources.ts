import { backupCleanupPolicy } from "../resources/backupCleanupPolicy/lifecycle";
import { cancelBackup } from "../resources/cancelBackup/lifecycle";
import { NAMESPACE } from "../resources/connectionSources";
import { type ResourceCalls, resourceCalls } from "./resourceCalls";

/** What programs can make, by token. */
const RESOURCES: Readonly<Record<string, ResourceCalls | undefined>> = {
  [`${NAMESPACE}:index:CancelBackup`]: resourceCalls(cancelBackup),
  [`${NAMESPACE}:index:BackupCleanupPolicy`]: resourceCalls(backupCleanupPolicy),
};

/** The calls for the resource of a URN, `urn:pulumi:stack::project::parent$type::name`. */
export function callsFor(urn: string): ResourceCalls {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const calls = RESOURCES[type];
  if (calls === undefined) throw new Error(`${type} is no resource of ${NAMESPACE}`);
  return calls;
}
