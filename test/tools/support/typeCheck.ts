import { createRequire } from "node:module";
import { join } from "node:path";
import type ts from "typescript";

/** Where the project's own TypeScript is. */
const OWN = join(createRequire(import.meta.url).resolve("typescript/package.json"), "..");

/**
 * What TypeScript has to say about a folder's program, and about this package's own types as it reads them there. Other
 * packages' types are theirs to check, and take most of the time.
 *
 * @param typescript the folder of the TypeScript that is asked
 */
export function typeErrorsOf(directory: string, typescript: string = OWN): string[] {
  const compiler: typeof ts = createRequire(import.meta.url)(typescript);
  const textOf = ({ file, messageText }: ts.Diagnostic) =>
    `${file?.fileName ?? "options"}: ${compiler.flattenDiagnosticMessageText(messageText, " ")}`;
  const found: ts.Diagnostic[] = [];
  const host = {
    ...compiler.sys,
    onUnRecoverableConfigFileDiagnostic: (problem: ts.Diagnostic) => found.push(problem),
  };
  const config = compiler.getParsedCommandLineOfConfigFile(join(directory, "tsconfig.json"), {}, host);
  if (config === undefined) return found.map(textOf);
  const program = compiler.createProgram(config.fileNames, config.options);
  const read = program
    .getSourceFiles()
    .filter(({ fileName }) => config.fileNames.includes(fileName) || isOurs(fileName));
  return [
    ...config.errors,
    ...program.getOptionsDiagnostics(),
    ...read.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ].map(textOf);
}

const isOurs = (file: string) => file.includes("/node_modules/pulumi-oceanbase-backup/");
