import * as pulumi from "@pulumi/pulumi";
import { CONFIGURABLE, NAMESPACE } from "../../provider/resources/connectionSources";

/** Outputs whose texts may say where a cluster is and who logs in. */
const WITH_CONNECTION = ["warnings", "notCancelled"];

/** What Pulumi itself asks before it warns of a secret that is read as plain text; its types do not show it. */
const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };

/** Whether a field of the connection is set in the stack's configuration with `--secret`. */
export function isSecretInConfiguration(field: string): boolean {
  return isConfigSecret?.(`${NAMESPACE}:${field}`) ?? false;
}

/** The outputs that are secrets because a field of the connection is one in the configuration. */
export function outputsWithConnection(): string[] {
  const isSecret = CONFIGURABLE.some((field) => field !== "password" && isSecretInConfiguration(field));
  return isSecret ? WITH_CONNECTION : [];
}
