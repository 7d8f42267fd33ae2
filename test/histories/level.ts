import type { FaultProxy } from "../faults/proxy.ts";
import type { Provider, PulumiStack, Watch } from "../tools/support/pulumiEngine.ts";

/** The process that serves the resources of one command. */
export interface Process extends Provider {
  /** Everything that it has said to people. */
  readonly said: readonly string[];
  /** The process is gone, and with it everything that was not saved. */
  kill(): void;
  /** The person gives up; what was done until then is saved. */
  interrupt(): void;
  /** The command is over. */
  end(): Promise<void>;
}

/** A stack, whoever runs its commands. */
export type AnyStack = Pick<PulumiStack, "saved" | "preview" | "up" | "refresh" | "destroy" | "rename">;

/** In what a history comes to pass. */
export interface Level {
  time: {
    /** Waits for work; fails with TooLate when it takes longer. */
    until<T>(work: Promise<T>, limitMs: number): Promise<T>;
    /** Lets this much time pass. */
    pass(ms: number): Promise<void>;
  };
  /** How much faster the time of the cluster runs. */
  speed: number;
  /** How long a program waits for a stop when it says nothing else, and when everything is to be well, in seconds. */
  waitSeconds: { usual: number; long: number };
  /** The name by which an address is known where the resources are. */
  hostOf(proxy: FaultProxy): string;
  newStack(watch: Watch): AnyStack;
  startProcess(env: Record<string, string>): Promise<Process>;
  /** What the processes of a command have left behind, by kind. */
  leftBy(processes: readonly Process[]): Record<string, number>;
}
