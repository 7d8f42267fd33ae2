import type * as pulumi from "@pulumi/pulumi";

/** What Pulumi passes on in a preview for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key that marks a secret among the inputs that Pulumi registers. */
const SECRET = "4dabf18193072939515e22adb298388d";

export const isSecret = (value: unknown) => typeof value === "object" && value !== null && SECRET in value;
export const secretValue = (value: unknown) => (value as { value: unknown }).value;

/** The value of an output, once it is known. */
export const valueFrom = <T>(output: pulumi.Output<T>) =>
  new Promise<unknown>((resolve) => output.apply(resolve));
