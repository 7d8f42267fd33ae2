import * as pulumi from "@pulumi/pulumi";
import { nodeProblem } from "../../provider/nodeVersion";

/** Ends a program whose Node is too old, by one line. */
export function requireNode(): void {
  const problem = nodeProblem();
  if (problem !== undefined) throw new pulumi.RunError(problem);
}
