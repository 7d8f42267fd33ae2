import type { Moment } from "./faults.ts";

/** The steps of one action, in order. `report` is its last question about the jobs, `leftovers` the one after it. */
export const PHASES = ["look", "issue", "watch", "report", "leftovers"] as const;
export type Phase = (typeof PHASES)[number];

/** The query that each step begins with. An address that is away in the look is away before the login. */
export const MOMENTS: Record<Phase, Moment> = {
  look: { match: /BACKUP_JOBS/, nth: 1 },
  issue: { match: /CANCEL BACKUP/, nth: 1 },
  watch: { match: /BACKUP_JOBS/, nth: 2 },
  report: { match: /JOB_HISTORY/, nth: 1 },
  leftovers: { match: /SET_FILES/, nth: 1 },
};
