import { didYouMean } from "../../provider/text";
import { type CliCommand, EXIT, type Io } from "./command";
import { doctor } from "./doctor";
import { jobs } from "./jobs";
import { inCommandLineWords, loginUsage, logsIn, readOptions, refusePassword, usageOf } from "./options";
import { sandbox } from "./sandbox";

/** The commands by name. */
const COMMANDS: Readonly<Record<string, CliCommand>> = { doctor, jobs, sandbox };

/**
 * Runs what a command line asks for.
 *
 * @returns the exit code: 0 all well, 1 something is missing, 2 nothing could be found out
 */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "--version") return said(io, io.version);
  if (name === "help" || args.some((arg) => arg === "--help" || arg === "-h"))
    return said(io, usage(COMMANDS));
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    refusePassword(args);
    if (command === undefined) {
      io.complain(`${noCommandText(name)}${usage(COMMANDS)}`);
      return EXIT.nothingFoundOut;
    }
    return await command.run(readOptions(rest, command.options), io);
  } catch (error) {
    io.complain(inCommandLineWords((error as Error).message));
    return EXIT.nothingFoundOut;
  }
}

function noCommandText(name: string): string {
  if (name === "") return "";
  if (name.startsWith("-")) return "a command comes first\n";
  const advice = didYouMean(name, Object.keys(COMMANDS));
  return `there is no command ${name}${advice === undefined ? "" : `; ${advice}`}\n`;
}

function said(io: Io, text: string): number {
  io.print(text);
  return EXIT.allWell;
}

function usage(commands: typeof COMMANDS): string {
  const each = Object.entries(commands).flatMap(([name, { about, options }]) => [
    `  ${name} ${usageOf(options)}`,
    `      ${about}`,
  ]);
  const loggingIn = Object.entries(commands).flatMap(([name, { options }]) =>
    logsIn(options) ? [name] : [],
  );
  return [
    "usage: pulumi-oceanbase-backup <command> [options]",
    ...each,
    `the login, for ${loggingIn.join(" and ")}:`,
    `  ${loginUsage()}`,
    "  What is left out comes from OCEANBASE_HOST, OCEANBASE_PORT and so on.",
    "  The password comes from OCEANBASE_PASSWORD alone; without it you are asked.",
    "exit codes: 0 all well, 1 something is missing, 2 nothing could be found out (wrong arguments, no login)",
  ].join("\n");
}
