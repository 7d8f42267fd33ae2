import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks for something that is not to be seen while it is typed. The question goes to the standard error, so that what a
 * command prints can still be piped.
 */
export async function askForSecret(
  question: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<string> {
  output.write(question);
  // What readline would show of the typing goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once("line", resolve);
      reader.once("close", () => reject(new Error("no password was given")));
      reader.once("SIGINT", () => reject(new Error("cancelled")));
    });
  } finally {
    reader.close();
    output.write("\n");
  }
}
