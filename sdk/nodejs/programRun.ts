import * as pulumi from "@pulumi/pulumi";

/** Stands for the run where Pulumi has no stack, as under its mocks. */
const NO_STACK = {};

/**
 * Something that each run of a program has one of: the Automation API runs several in one process.
 *
 * @param make makes it when a run asks for it first
 * @returns gives that of the run that is under way
 */
export function onePerRun<T>(make: () => T): () => T {
  const all = new WeakMap<object, T>();
  return () => {
    const run = pulumi.runtime.getStackResource() ?? NO_STACK;
    const known = all.get(run) ?? make();
    all.set(run, known);
    return known;
  };
}
