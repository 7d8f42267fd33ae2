/*
 * What `pulumi-oceanbase-backup/sandbox` exports: a stand-in for an OceanBase cluster, for tests of programs that use it.
 */

export { startSandbox } from "./listeningSandbox.ts";
export type * from "./types.ts";
