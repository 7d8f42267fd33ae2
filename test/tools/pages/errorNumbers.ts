import { policyMeanings } from "../../../provider/oceanbase/cleanup/cleanupPolicyErrors.ts";
import {
  LOGIN_MEANINGS,
  type Meaning,
  NETWORK_MEANINGS,
  STATEMENT_MEANINGS,
  TRANSIENT,
} from "../../../provider/oceanbase/connection/errorCodes.ts";
import { table } from "./markdown.ts";

/*
 * Tables of the server's error numbers and the network's codes, from the tables by which the code reads them.
 */

/** Stands in the texts for the version of the server. */
const VERSION = "…";

/** What each number means at login. */
export function loginNumbers(): string {
  return meanings(LOGIN_MEANINGS);
}

/** What each number means for a statement. */
export function statementNumbers(): string {
  return meanings(STATEMENT_MEANINGS);
}

/** What each number means for a statement about a cleanup policy. */
export function policyNumbers(): string {
  return meanings(policyMeanings(VERSION));
}

/** Numbers that come from leader changes, restarts and overload. */
export function transientNumbers(): string {
  const rows = Object.entries(TRANSIENT).map(([number, means]) => [number, means]);
  return table(["number", "what it means"], rows);
}

/** Failures of the network. */
export function networkCodes(): string {
  const rows = Object.entries(NETWORK_MEANINGS).map(([code, means]) => [`\`${code}\``, means]);
  return table(["code", "what it means"], rows);
}

function meanings(all: Readonly<Record<number, Meaning>>): string {
  const rows = Object.entries(all).map(([number, { means, advice }]) => [number, means, advice]);
  return table(["number", "what it means", "what to do"], rows);
}
