import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Everything the toolchain makes; ignored by git. */
export const TOOLCHAIN = join(ROOT, ".toolchain");

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, giveUp?: AbortSignal, onStart?: (pid: number) => void }} [options]
 *   With `onLine` the output goes there line by line, else straight to the terminal. `onStart` is told its process id.
 * @returns {Promise<{ code: number, output: string }>} code 127 when the command could not be started
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      stdio: options.onLine ? ["ignore", "pipe", "pipe"] : "inherit",
      ...(options.giveUp ? { signal: options.giveUp } : {}),
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let output = "";
    let unfinished = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (/** @type {Buffer} */ data) => {
        output += data;
        const lines = (unfinished + data).split("\n");
        unfinished = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Shows a long step: one line when it begins, one every ten seconds, one at its end.
 * @template T
 * @param {string} what
 * @param {(say: (detail: string) => void) => Promise<T>} step
 * @returns {Promise<T>}
 */
export async function showProgress(what, step) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  let detail = "";
  console.error(`${what} ...`);
  const ticker = setInterval(() => console.error(`  ${seconds()} s${detail && `, ${detail}`}`), 10_000);
  try {
    return await step((text) => {
      detail = text;
    });
  } finally {
    clearInterval(ticker);
    console.error(`  ${seconds()} s in all`);
  }
}
