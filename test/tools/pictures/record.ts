import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "../toolchain/run.mjs";

/*
 * Records what the terminal picture shows: `node test/tools/pictures/record.ts` runs the demonstration and keeps its
 * `pulumi up`, as it was printed. Then `PAGES=write npx vitest run --project pages pictures` draws it.
 */
const DEMO = join(ROOT, "test", "tools", "demo", "main.ts");
const TRANSCRIPT = join(import.meta.dirname, "transcript.txt");

const { code, output } = await run(process.execPath, ["--disable-warning=ExperimentalWarning", DEMO], {
  onLine: (line) => console.log(line),
});
if (code !== 0) throw new Error(`the demonstration ended with exit code ${code}`);
writeFileSync(TRANSCRIPT, `$ pulumi up --yes\n${upOf(output)}`);

/** What `pulumi up` has printed. */
function upOf(whole: string): string {
  const printed = /^=== pulumi up --yes\n\n([\s\S]*?)\n*oceanbase\.CDB/m.exec(whole)?.[1] ?? "";
  return `${printed.trim()}\n`;
}
