import type * as pulumi from "@pulumi/pulumi";

/** The value of an output, or undefined when a preview does not know it. */
export async function knownValue<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T> | undefined> {
  // Every output carries it; Pulumi's types do not show it.
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return undefined;
  return await new Promise((resolve) => output.apply((value) => resolve(value as pulumi.Unwrap<T>)));
}

/** Inputs as they arrive at the provider: what is undefined was not given, at any depth. */
export function withoutUndefined<T extends object>(inputs: T): T {
  const isPlain = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && value.constructor === Object;
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, isPlain(value) ? withoutUndefined(value) : value]),
  ) as T;
}
