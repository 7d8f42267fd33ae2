import type { JobSnapshot } from "../oceanbase/jobs/jobList";
import type { CleanupPolicy } from "../oceanbase/statements";
import type { LoginInputs } from "./connection";

/** What a preview sees of a cluster. */
export interface ClusterSight {
  /** The backups that run. */
  snapshot: JobSnapshot;
  /** What is to be said of the user's privileges. */
  privilege: string | undefined;
}

/** What the calls of one Pulumi command know of each other. A front makes one for all of them. */
export class Command {
  /** What only one resource of the program may have, and the name of the resource that has it. */
  readonly claims = new Map<string, string>();
  /** The inputs of every cleanup policy that the program declares, by what the check of them has seen. */
  readonly declaredPolicies: (LoginInputs & { tenant?: string })[] = [];
  /** Policies that a deletion has left to another resource of the program, as they were made, by cluster and tenant. */
  readonly handedOver = new Map<string, CleanupPolicy>();
  /** What previews have seen, by login: many resources look at one cluster. */
  readonly sights = new Map<string, Promise<ClusterSight>>();
}
