import { newProject } from "../tools/support/consumer.ts";
import { type Front, programFor } from "../tools/support/fronts.ts";
import { Stack } from "../tools/support/stack.ts";

/** A program whose one CancelBackup takes its arguments from the configuration, so that a test can change them. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { CancelBackup } = require("pulumi-oceanbase-backup");
const config = new pulumi.Config();
const args = config.requireObject("args");
const password = config.getSecret("password");
if (password) args.connection = { ...args.connection, password };
const key = config.getSecret("tlsKey");
if (key) args.connection = { ...args.connection, tls: { ...args.connection.tls, key } };
const stop = new CancelBackup("stop", args);
exports.summary = stop.summary;
exports.jobs = stop.jobs;
exports.outcome = stop.outcome;
`;

/** A stack of that program, whose resource is reached by this front. */
export async function programStack(
  environment: Record<string, string>,
  args: object,
  front: Front = "dynamic",
): Promise<Stack> {
  const program = programFor(front, PROGRAM);
  const stack = await Stack.create(newProject("program", { "index.js": program }), environment);
  await setArgs(stack, args);
  return stack;
}

export async function setArgs(stack: Stack, args: object): Promise<void> {
  await stack.config("args", JSON.stringify(args));
}
