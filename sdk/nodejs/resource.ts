import * as pulumi from "@pulumi/pulumi";
import { codeReference, requireCodeForHost } from "./codeReference";
import { shortenTraces } from "./shortTraces";

/** How Pulumi reaches the code of a resource. */
export interface Reach {
  /** The type token; permanent. */
  token: string;
  /** What stands among the inputs for it. */
  inputs?: pulumi.Inputs;
  options?: pulumi.CustomResourceOptions;
}

/**
 * A resource whose lifecycle code is named in the state, not stored in it.
 *
 * Pulumi's own `dynamic.Resource` puts the text of the provider's functions into every resource. Here that text is
 * one constant line that asks the installed package for the code. So the state stays small, nothing a function has
 * seen can end up in it, and a new version of this package changes no resource. This leans on how Pulumi's dynamic
 * provider host reads `__provider`. This and {@link codeReference} are the only places that know it.
 *
 * The price: `pulumi refresh` and `pulumi destroy` need the package installed in the project, as `up` does.
 *
 * @param type the last part of the type token, `pulumi-nodejs:dynamic/oceanbase:<type>`; permanent
 * @param provider the export of `pulumi-oceanbase-backup/provider`; permanent
 */
export function byDynamicHost(type: string, provider: string): Reach {
  requireCodeForHost();
  return {
    token: `pulumi-nodejs:dynamic/oceanbase:${type}`,
    inputs: { __provider: codeReference(provider) },
  };
}

/** A resource of this package, however Pulumi reaches it. */
export abstract class OceanBaseResource extends pulumi.CustomResource {
  protected constructor(
    reach: Reach,
    name: string,
    inputs: pulumi.Inputs,
    options: pulumi.CustomResourceOptions | undefined,
  ) {
    const restore = shortenTraces();
    try {
      super(reach.token, name, { ...inputs, ...reach.inputs }, { ...reach.options, ...options });
    } finally {
      restore();
    }
  }
}
