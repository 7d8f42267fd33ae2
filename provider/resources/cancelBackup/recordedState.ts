import { type CancelBackupState, NO_LISTS, type Outcome } from "./outputs";

/** Outcomes by the names that builds before the first release wrote into the state. */
const FORMER_OUTCOMES: Readonly<Record<string, Outcome>> = {
  armed: "deferred",
  doubtful: "wouldFail",
  spared: "excluded",
};

/** A state as any version may have written it, in the words of this one. */
export function inCurrentWords(recorded: CancelBackupState): CancelBackupState {
  const { spared, ...state } = recorded as CancelBackupState &
    Pick<CancelBackupState, "excluded"> & {
      spared?: CancelBackupState["excluded"];
    };
  return {
    ...NO_LISTS,
    ...state,
    ...(spared === undefined ? {} : { excluded: spared }),
    ...(state.outcome === undefined ? {} : { outcome: FORMER_OUTCOMES[state.outcome] ?? state.outcome }),
    ...(state.leftovers === undefined ? {} : { leftovers: state.leftovers.map(leftoverInCurrentWords) }),
  };
}

/** Whether a policy was there does not tell what becomes of a set; the next refresh does. */
function leftoverInCurrentWords(recorded: Leftover): Leftover {
  const {
    cleanedUp: _,
    hasCleanupPolicy: __,
    ...leftover
  } = recorded as Leftover & {
    cleanedUp?: boolean;
    hasCleanupPolicy?: boolean;
  };
  return leftover;
}

type Leftover = NonNullable<CancelBackupState["leftovers"]>[number];
