import type { Server } from "../cluster/server";
import type { Meaning } from "../connection/errorCodes";
import { withMeaning } from "../connection/failures";
import { OceanBaseError } from "../errors";

/**
 * Puts a server's error into the words of a cleanup policy; everything else stays as it is.
 * Facts: policy-refusals, second-policy
 */
export function asPolicyError(error: unknown, server: Pick<Server, "version">): unknown {
  return error instanceof OceanBaseError ? withMeaning(error, policyMeanings(server.version)) : error;
}

const MEANWHILE: Meaning = {
  kind: "refused",
  means: "another session has added one",
  advice: "find out who else manages it",
};

/** What each error number means for a cleanup policy on this version. */
export function policyMeanings(version: string): Readonly<Record<number, Meaning>> {
  const lacking: Meaning = {
    kind: "unsupported",
    means: `OceanBase ${version} has none`,
    advice:
      "it has no cleanup policies, or not in this form; OceanBase 4.0 or later with cleanup policies (ALTER SYSTEM ADD DELETE BACKUP POLICY) is needed",
  };
  return {
    // The statement cannot be parsed; there is no such view. In Oracle mode a view that may not be read looks the same.
    1064: lacking,
    1146: lacking,
    // The statement parses and is refused: what is sent is checked, so it is not its form.
    1235: lacking,
    1062: MEANWHILE,
    4017: MEANWHILE,
    1210: {
      kind: "input",
      means: "the server takes not all values",
      advice: "check tenant, recoveryWindow, redundancy and backupCopies",
    },
    4016: {
      kind: "refused",
      means: "it can have none, or the server failed",
      advice: "check tenant (sys can have none), then the server's log",
    },
    5160: {
      kind: "refused",
      means: "the tenant does not exist",
      advice: "check tenant; names are case-sensitive",
    },
    5260: { kind: "refused", means: "the tenant is locked", advice: "unlock the tenant" },
  };
}
