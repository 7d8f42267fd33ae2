import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "../toolchain/run.mjs";

/** A text for people that stands in the code. */
export interface CodeText {
  /** Relative to the repository. */
  file: string;
  /** What is filled in at run time is a `…`. */
  text: string;
}

/** The packaged code. */
const FOLDERS = ["provider", "sdk/nodejs"];

/** What has tables of its own, and the doctor, whose page shows what it prints. */
const ELSEWHERE = /(errorCodes|cleanupPolicyErrors)\.ts$|\/doctor\//;

/** Every literal of several words in the packaged code, but SQL and what is shown elsewhere. */
export function codeTexts(): CodeText[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file).replaceAll("\\", "/"))
      .filter((file) => !ELSEWHERE.test(file))
      .sort()
      .flatMap((file) => textsIn(file).map((text) => ({ file, text }))),
  );
}

function textsIn(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = new Set<string>();
  const visit = (node: ts.Node) => {
    const text = textOf(node);
    if (text !== undefined && isForPeople(text)) found.add(text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
}

/** Prose, and neither SQL nor code. */
function isForPeople(text: string): boolean {
  const words = text.match(/[a-z]{2,}/g) ?? [];
  return words.length >= 3 && text.includes(" ") && !/exports\.|Error\(|^NAME = /.test(text);
}
