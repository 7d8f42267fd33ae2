import * as pulumi from "@pulumi/pulumi";
import type { JobSnapshot } from "../../provider/oceanbase/jobs/jobList";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs";
import { knownValue, withoutUndefined } from "./knownInputs";
import { inPreview } from "./preview";
import { programContext } from "./programContext";
import { onePerRun } from "./programRun";

/** One question per login and run, however many resources of the program want to know. */
const snapshotsOfThisRun = onePerRun(() => new Map<string, Promise<JobSnapshot>>());

/**
 * In a preview, says on the resource's row what runs right now in its scope. Never takes longer than
 * `connectTimeoutSeconds`.
 */
export function showJobsInPreview(
  resource: pulumi.Resource,
  inputs: pulumi.Inputs,
  isWanted: pulumi.Input<boolean> | undefined,
): void {
  if (isWanted === false) return;
  inPreview(resource, async () => {
    const text = await textFor(inputs, isWanted, snapshotsOfThisRun());
    if (text !== undefined) pulumi.log.info(text, resource);
  });
}

async function textFor(
  inputs: pulumi.Inputs,
  isWanted: pulumi.Input<boolean | undefined>,
  snapshots: Map<string, Promise<JobSnapshot>>,
): Promise<string | undefined> {
  const known = await knownValue(pulumi.output({ inputs, isWanted }));
  if (known === undefined) return "what runs now cannot be shown: some inputs are not known yet";
  if (known.isWanted === false) return undefined;
  const provider = await import("../../provider/resources/cancelBackup/previewText.js");
  return await provider.previewText(withoutUndefined(known.inputs) as CancelBackupInputs, (asking) => {
    const { connection, password, tlsKey } = asking;
    const login = JSON.stringify([connection, password, tlsKey]);
    const snapshot = snapshots.get(login) ?? provider.readSnapshot(asking, programContext());
    snapshots.set(login, snapshot);
    return snapshot;
  });
}
