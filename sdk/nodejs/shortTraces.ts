/** The functions and constructors of Pulumi and of this package that Pulumi passes over when it looks for the program's line. */
const PASSED_OVER = 5;

/**
 * Keeps stack traces short while a resource is made.
 *
 * Pulumi takes a stack trace for each of the four promises behind every property, in case one of them should leak; with a
 * dozen outputs that is most of what making a resource costs. And it keeps a trace of where the resource was made in the
 * state, with every frame of Node's and of this package in it, the latter as the resource's position.
 *
 * Until they are restored there are no traces for promises, and only the program's own lines in the one that is kept: the
 * state is smaller for it, and the position is the line of the program.
 *
 * @returns restores traces as they were
 */
export function shortenTraces(): () => void {
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
