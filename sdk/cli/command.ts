import { Command } from "../../provider/resources/command";
import type { Context } from "../../provider/resources/context";
import type { Options, OwnOptions } from "./options";

/** What a command is given by the process that runs it. */
export interface Io {
  /** The version of this package. */
  version: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Shows what was asked for. */
  print(text: string): void;
  /** Shows what went wrong. */
  complain(text: string): void;
  /** Asks a person for something that is not to be seen; absent where there is none to ask. */
  askForSecret?(question: string): Promise<string>;
  /** Is over when the process is asked to end. */
  askedToEnd(): Promise<void>;
}

/** A command of the program. */
export interface CliCommand {
  /** What it does, for the usage. */
  about: string;
  /** Its options, those of a login among them when it logs in. */
  options: OwnOptions;
  /** Runs it. What it fails with is shown, and nothing was found out then. @returns the exit code */
  run(options: Options, io: Io): Promise<number>;
}

/** Exit codes. */
export const EXIT = {
  allWell: 0,
  somethingMissing: 1,
  nothingFoundOut: 2,
} as const;

/** What a command line can give to a call that only reads: its environment, and no configuration of a stack. */
export function contextOf({ env, complain }: Io): Context {
  return {
    env,
    config: () => undefined,
    preview: false,
    command: new Command(),
    progress: () => {},
    inform: complain,
    warn: complain,
  };
}
