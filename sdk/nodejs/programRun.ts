import * as pulumi from "@pulumi/pulumi";

/** Stands for the run where Pulumi has neither a stack nor a monitor. */
const NO_RUN = {};

/**
 * Something that each run of a program has one of: the Automation API runs several in one process.
 *
 * @param make makes it when a run asks for it first
 * @returns gives that of the run that is under way
 */
export function onePerRun<T>(make: () => T): () => T {
  const all = new WeakMap<object, T>();
  return () => {
    // Under mocks there is no stack, and each setMocks makes a monitor.
    const run = pulumi.runtime.getStackResource() ?? pulumi.runtime.getMonitor() ?? NO_RUN;
    const known = all.get(run) ?? make();
    all.set(run, known);
    return known;
  };
}
