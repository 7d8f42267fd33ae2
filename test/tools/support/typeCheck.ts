import { join } from "node:path";
import ts from "typescript";

/**
 * What TypeScript has to say about a folder's program, and about this package's own types as it reads them there. Other
 * packages' types are theirs to check, and take most of the time.
 */
export function typeErrorsOf(directory: string): string[] {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (problem: ts.Diagnostic) => found.push(problem),
  };
  const found: ts.Diagnostic[] = [];
  const config = ts.getParsedCommandLineOfConfigFile(join(directory, "tsconfig.json"), {}, host);
  if (config === undefined) return found.map(textOf);
  const program = ts.createProgram(config.fileNames, config.options);
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

function textOf({ file, messageText }: ts.Diagnostic): string {
  return `${file?.fileName ?? "options"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
}
