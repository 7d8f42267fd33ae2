import * as pulumi from "@pulumi/pulumi";
import { CONFIGURABLE, NAMESPACE, OUTPUTS_WITH_CONNECTION } from "../../provider/resources/connectionSources";

/** What Pulumi itself asks before it warns of a secret that is read as plain text; its types do not show it. */
const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };

/** Whether a field of the connection is set in the stack's configuration with `--secret`. */
export function isSecretInConfiguration(field: string): boolean {
  return isConfigSecret?.(`${NAMESPACE}:${field}`) ?? false;
}

/** The outputs that are secrets because a field of the connection is one in the configuration. */
export function outputsWithConnection(): readonly string[] {
  const isSecret = CONFIGURABLE.some((field) => field !== "password" && isSecretInConfiguration(field));
  return isSecret ? OUTPUTS_WITH_CONNECTION : [];
}
