import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface RunningProcess {
  pid: number;
  parent: number;
  /** Its command line. */
  command: string;
}

/** A process, the processes that it has started, and those that they have started. */
export function familyOf(pid: number): RunningProcess[] {
  const all = runningProcesses();
  const below = (parent: number): RunningProcess[] =>
    all.filter((candidate) => candidate.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((candidate) => candidate.pid === pid), ...below(pid)];
}

/** Whether this very process still runs: its number may have passed to another one. */
export function isRunning({ pid, command }: RunningProcess): boolean {
  return runningProcesses().some((other) => other.pid === pid && other.command === command);
}

/** Ends a process, unless it has ended meanwhile. */
export function killIfRunning(running: RunningProcess): void {
  if (isRunning(running)) signalUnlessEnded(running.pid, "SIGKILL");
}

/** For a process that may end by itself just before the signal. */
export function signalUnlessEnded(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function runningProcesses(): RunningProcess[] {
  if (existsSync("/proc/self/stat")) return fromProc();
  // Not every slim Linux image has ps; everything else has.
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,command="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

function fromProc(): RunningProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // Behind the name in brackets, which may hold anything: the state and the parent. A zombie has ended.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
