import * as pulumi from "@pulumi/pulumi";

/**
 * A resource whose lifecycle code is named in the state, not stored in it.
 *
 * Pulumi's own `dynamic.Resource` puts the text of the provider's functions into every resource. Here that text is
 * one constant line that asks the installed package for the code. So the state stays small, nothing a function has
 * seen can end up in it, and a new version of this package changes no resource. This leans on how Pulumi's dynamic
 * provider host reads `__provider`: it evaluates the text as a module, in the folder of the project, and calls
 * `handler`. This is the only place that knows it.
 *
 * The price: `pulumi refresh` and `pulumi destroy` need the package installed in the project, as `up` does.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type the last part of the type token, `pulumi-nodejs:dynamic/oceanbase:<type>`; permanent
   * @param provider the export of `pulumi-oceanbase-backup/provider`; permanent
   */
  protected constructor(
    type: string,
    provider: string,
    name: string,
    inputs: pulumi.Inputs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const reference = `exports.handler = () => require("pulumi-oceanbase-backup/provider").${provider};`;
    const restore = keepTracesShort();
    try {
      super(`pulumi-nodejs:dynamic/oceanbase:${type}`, name, { ...inputs, __provider: reference }, options);
    } finally {
      restore();
    }
  }
}

/** The functions and constructors of Pulumi, and the one above, that Pulumi passes over when it looks for the program's line. */
const PASSED_OVER = 5;

/**
 * Pulumi takes a stack trace for each of the four promises behind every property, in case one of them should leak;
 * with a dozen outputs that is most of what making a resource costs. And it keeps a trace of where the resource was
 * made in the state, with every frame of Node's and of this package in it, the latter as the resource's position.
 *
 * While a resource is made there are no traces for promises, and only the program's own lines in the one that is kept: the
 * state is smaller for it, and the position is the line of the program.
 *
 * @returns how to have everything as before
 */
function keepTracesShort(): () => void {
  const { stackTraceLimit, prepareStackTrace } = Error;
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return () => {};
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = (error, callSites) => {
    const kept = callSites.filter((site, i) => i < PASSED_OVER || isOfProgram(site));
    // What maps lines back to TypeScript goes on doing so.
    if (prepareStackTrace !== undefined) return prepareStackTrace(error, kept);
    return [error, ...kept.map((site) => `    at ${site}`)].join("\n");
  };
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  };
}

function isOfProgram(site: NodeJS.CallSite): boolean {
  const file = site.getFileName();
  return file != null && !file.startsWith("node:") && !/[\\/]node_modules[\\/]/.test(file);
}
