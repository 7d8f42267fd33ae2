import * as pulumi from "@pulumi/pulumi";
import { codeReference, requireCodeForHost } from "./codeReference";
import { outputsWithConnection } from "./configurationSecrets";
import { shortenTraces } from "./shortTraces";

/** How Pulumi reaches the code of a resource. */
export interface Reach {
  /** The type token; permanent. */
  token: string;
  /** What stands among the inputs for it. */
  inputs?: pulumi.Inputs;
  options?: pulumi.CustomResourceOptions;
  /** Whether it is Pulumi's host of dynamic providers, which is not told of previews. @default false */
  isDynamic?: boolean;
  /** Whether the provider is to look at the cluster in a preview. @default true */
  isPreviewWanted?: pulumi.Input<boolean> | undefined;
  /** Why the option `import` cannot work; undefined when it can. */
  noImport?: string;
}

/** The type token of a resource by Pulumi's host of dynamic providers; permanent. */
export function dynamicTokenOf(name: string): string {
  return `pulumi-nodejs:dynamic/oceanbase:${name}`;
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
 * @param token the type token, see {@link dynamicTokenOf}
 * @param provider the export of `pulumi-oceanbase-backup/provider`; permanent
 */
export function byDynamicHost(
  token: string,
  provider: string,
  { isPreviewWanted, noImport }: Pick<Reach, "isPreviewWanted"> & { noImport: string },
): Reach {
  requireCodeForHost();
  return {
    token,
    inputs: { __provider: codeReference(provider) },
    options: { additionalSecretOutputs: [...outputsWithConnection()] },
    isDynamic: true,
    isPreviewWanted,
    noImport,
  };
}

/**
 * What tells the provider host that a call belongs to a preview, and on which row what is found out is to be shown: only
 * the program knows. It goes as one more input, which the host takes away again, so that it is in no plan and no state.
 *
 * @param isWanted whether the provider is to look at all in a preview
 */
function previewMark(
  token: string,
  name: string,
  parent: pulumi.Resource | undefined,
  isWanted: pulumi.Input<boolean | undefined>,
): pulumi.Inputs {
  // Under mocks there is no engine to show anything.
  if (!pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()) return {};
  const mark = pulumi
    .all([pulumi.createUrn(name, token, parent), isWanted])
    .apply(([urn, wanted]) => (wanted === false ? undefined : urn));
  // Only the text: it makes the resource depend on nothing.
  return { __preview: new Promise((resolve) => mark.apply(resolve)) };
}

/** A resource of this package, however Pulumi reaches it. */
export abstract class OceanBaseResource extends pulumi.CustomResource {
  protected constructor(
    { token, inputs: reached, options: always = {}, isDynamic, isPreviewWanted, noImport }: Reach,
    name: string,
    inputs: pulumi.Inputs,
    options: pulumi.CustomResourceOptions | undefined,
  ) {
    if (noImport !== undefined && options?.import !== undefined) {
      throw new pulumi.RunError(`${name}: the option import cannot work here: ${noImport}`);
    }
    const additionalSecretOutputs = [
      ...(always.additionalSecretOutputs ?? []),
      ...(options?.additionalSecretOutputs ?? []),
    ];
    const restore = shortenTraces();
    try {
      const mark = isDynamic ? previewMark(token, name, options?.parent, isPreviewWanted) : {};
      super(
        token,
        name,
        { ...inputs, ...reached, ...mark },
        { ...always, ...options, additionalSecretOutputs },
      );
    } finally {
      restore();
    }
    if (isDynamic && options?.customTimeouts !== undefined) {
      const text = "customTimeouts has no effect: Pulumi hands it to no dynamic provider; set timeoutSeconds";
      pulumi.log.warn(text, this);
    }
  }
}
