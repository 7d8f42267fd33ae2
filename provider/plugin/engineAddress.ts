/** The options of the engine's log that come with an argument of their own. */
const OPTIONS_WITH_VALUE = ["--tracing"];

/** The address of the engine that has started a plugin: the argument that is no option. Undefined without one. */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.find((text, i) => !text.startsWith("-") && !OPTIONS_WITH_VALUE.includes(args[i - 1] ?? ""));
}
