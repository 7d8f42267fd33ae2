import type { JobSnapshot } from "../oceanbase/jobs/jobList";

/**
 * What a lifecycle call is given. A front gives what it has: the dynamic provider host knows no deadline and cannot
 * cancel, a plugin does and can.
 */
export interface Context {
  /** Environment variables of the process that runs the call; the one source that is fresh at every command. */
  env: Readonly<Record<string, string | undefined>>;
  /** A value of the stack's configuration, decrypted, such as `oceanbase-backup:password`. */
  config(key: string): string | undefined;
  /** Whether this call belongs to a preview: then nothing may be changed anywhere. */
  preview: boolean;
  /** Aborted when the caller cancels; what was done until then goes into the state. */
  signal?: AbortSignal;
  /** The call should have ended by then, in milliseconds since 1970. */
  deadlineMs?: number;
  /**
   * Names of the things on a server that a resource has taken during this command. A deletion in the same command, of a
   * resource under its former name or of one that is being replaced, leaves them alone. Absent when the caller keeps
   * none for all the calls of a command.
   */
  claimed?: Set<string>;
  /**
   * What previews of this command have read, by login: many resources look at one cluster. Absent when the caller keeps
   * nothing for all the calls of a command.
   */
  looks?: Map<string, Promise<JobSnapshot>>;
  /** Shows where a long wait stands. Each text replaces the one before. */
  progress(text: string): void;
  /** Shows a warning that stays on the screen. */
  warn(text: string): void;
  /** Is told of every query and statement that goes out, for who asks for such detail. */
  debug?(text: string): void;
}
