/**
 * What a lifecycle call is given by whoever makes it. A front gives what it has: the dynamic provider host knows no
 * deadline and cannot be aborted, a plugin does and can.
 */
export interface Context {
  /** Environment variables of the process that runs the call; the one source that is fresh at every command. */
  env: Readonly<Record<string, string | undefined>>;
  /** A value of the stack's configuration, decrypted, such as `oceanbase:password`. */
  config(key: string): string | undefined;
  /** Whether this call belongs to a preview: then nothing may be changed anywhere. */
  preview: boolean;
  /** Aborted when the caller gives up; what was done until then goes into the state. */
  signal?: AbortSignal;
  /** The call should have ended by then, in milliseconds since 1970. */
  deadlineMs?: number;
  /**
   * Names of the things on a server that a resource has made its own during this command. A deletion in the same
   * command, of a resource under its former name or of one that is being replaced, leaves them alone. Absent when the
   * caller does not keep one for all the calls of a command.
   */
  held?: Set<string>;
  /** Shows where a long wait stands. Each text replaces the one before. */
  progress(text: string): void;
  /** Shows a warning that stays on the screen. */
  warn(text: string): void;
}

/** Something that is wrong with an input. */
export interface InputProblem {
  /** The place, such as `connection.port` or `tenants[1]`. */
  path: string;
  /** What is wrong there and what would be right. Never repeats a secret. */
  reason: string;
}

/** What a check gives back: the inputs to go on with, and everything that is wrong with them at once. */
export interface CheckResult<Inputs> {
  inputs: Inputs;
  problems: InputProblem[];
}

/**
 * The resource exists but what was to be done is not done. Its record is saved as it is, and the next update takes
 * it up from there.
 */
export class PartialFailure<State> extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly state: State;

  constructor(id: string, state: State, reason: string) {
    super(reason);
    this.id = id;
    this.state = state;
    this.stack = "";
  }
}

/** Stands for a value that is not known yet, anywhere in the inputs of a preview. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is not known yet, or has a part that is not. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
