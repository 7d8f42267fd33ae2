import type { Command } from "./command";

/**
 * What a lifecycle call is given. A front gives what it has: the dynamic provider host knows no deadline and cannot
 * cancel, a plugin does and can.
 */
export interface Context {
  /** Environment variables of the process that runs the call; the one source that is fresh at every command. */
  env: Readonly<Record<string, string | undefined>>;
  /** A value of the stack's configuration, decrypted, such as `oceanbase-backup:password`. */
  config(key: string): string | undefined;
  /** Where that value comes from, in words. @default the stack's configuration, by its key */
  placeOf?(key: string): string;
  /** Whether this call belongs to a preview: then nothing may be changed anywhere. */
  preview: boolean;
  /** Aborted when the caller cancels; what was done until then goes into the state. */
  signal?: AbortSignal;
  /** The call should have ended by then, in milliseconds since 1970. */
  deadlineMs?: number;
  /** What the calls of this command know of each other. */
  command: Command;
  /** Shows where a long wait stands. Each text replaces the one before. */
  progress(text: string): void;
  /** Shows a line that stays on the screen. */
  inform(text: string): void;
  /** Shows a warning that stays on the screen. */
  warn(text: string): void;
  /** Is told of every query and statement that goes out, for who asks for such detail. */
  debug?(text: string): void;
}
