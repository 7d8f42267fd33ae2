/** The two ways in which Pulumi reaches the resources. */
export const FRONTS = ["dynamic", "plugin"] as const;
export type Front = (typeof FRONTS)[number];

/** What a program imports to have its resources by a front. */
export const PACKAGES: Record<Front, string> = {
  dynamic: "pulumi-oceanbase-backup",
  plugin: "pulumi-oceanbase-backup/native",
};

/** A program as it is written for the dynamic host, by a front. */
export function programFor(front: Front, program: string): string {
  return program.replaceAll(`require("${PACKAGES.dynamic}")`, `require("${PACKAGES[front]}")`);
}
