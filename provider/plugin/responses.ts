import { CheckFailure, CheckResponse, DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { PropertyDifference } from "./detailedDiff";
import { type Properties, writeProperties } from "./values";

/** Inputs, and what is wrong with them. A failure names no property: the engine would print its value. */
export function checkResponse(inputs: Properties, problems: readonly string[]): CheckResponse {
  const response = new CheckResponse();
  response.setInputs(writeProperties(inputs));
  for (const problem of problems) {
    const failure = new CheckFailure();
    failure.setReason(problem);
    response.addFailures(failure);
  }
  return response;
}

/** What differs, in whole and in detail. */
export function diffResponse({
  changed,
  replaces = [],
  places,
  deleteBeforeReplace = false,
}: {
  changed: readonly string[];
  replaces?: readonly string[];
  places: ReadonlyMap<string, PropertyDifference>;
  deleteBeforeReplace?: boolean;
}): DiffResponse {
  const response = new DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const [path, { kind, isInput }] of places) {
    const isReplaced = replaces.includes(path.split(/[.[]/, 1)[0] ?? path);
    const difference = new PropertyDiff();
    difference.setKind(kindOf(kind, isReplaced));
    difference.setInputdiff(isInput);
    response.getDetaileddiffMap().set(path, difference);
  }
  return response;
}

function kindOf(kind: PropertyDifference["kind"], isReplaced: boolean): PropertyDiff.Kind {
  const { Kind } = PropertyDiff;
  switch (kind) {
    case "add":
      return isReplaced ? Kind.ADD_REPLACE : Kind.ADD;
    case "delete":
      return isReplaced ? Kind.DELETE_REPLACE : Kind.DELETE;
    case "update":
      return isReplaced ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}
