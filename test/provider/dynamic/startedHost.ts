import { vi } from "vitest";

/** Makes this process look like a host that was started with these arguments; gives the signals that it sends itself. */
export function asHostStartedWith(...args: string[]): unknown[] {
  const signals: unknown[] = [];
  const host = Object.create(process) as object;
  const kill = (_pid: number, signal: unknown) => signals.push(signal);
  vi.stubGlobal("process", Object.assign(host, { argv: ["node", "host.js", ...args], kill }));
  return signals;
}
