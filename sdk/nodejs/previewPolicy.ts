import * as pulumi from "@pulumi/pulumi";
import type { BackupCleanupPolicyInputs } from "../../provider/resources/backupCleanupPolicy/inputs";
import { knownValue, withoutUndefined } from "./knownInputs";
import { inPreview } from "./preview";
import { programContext } from "./programContext";

/** In a preview, warns on the resource's row of a window that gets shorter: backups are deleted for it. */
export function warnInPreview(resource: pulumi.Resource, inputs: pulumi.Inputs): void {
  inPreview(resource, async () => {
    const known = await knownValue(pulumi.output(inputs));
    if (known === undefined) return;
    const { previewWarning } = await import("../../provider/resources/backupCleanupPolicy/previewWarning.js");
    const asked = withoutUndefined(known) as BackupCleanupPolicyInputs;
    const text = await previewWarning(asked, programContext());
    if (text !== undefined) pulumi.log.warn(text, resource);
  });
}
