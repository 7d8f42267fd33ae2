/** The oldest Node that has all that the code uses; package.json says the same. */
const OLDEST = 22;

/**
 * What is wrong with the Node that runs this; undefined when it will do. Every entry point asks first, before something that
 * an old Node does not have is called in the middle of the work.
 */
export function nodeProblem(version: string = process.versions.node): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST) return undefined;
  return `pulumi-oceanbase-backup: Node ${OLDEST} or newer is needed, this is ${version}`;
}
