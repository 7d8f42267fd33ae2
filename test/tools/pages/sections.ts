import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../toolchain/run.mjs";
import { connectionSources } from "./connectionSources.ts";
import {
  loginNumbers,
  networkCodes,
  policyNumbers,
  statementNumbers,
  transientNumbers,
} from "./errorNumbers.ts";
import { doings, messageTables } from "./messages.ts";
import { typeTable } from "./typeTables.ts";
import { versionsTable } from "./versionsTable.ts";

/** What stands between the marks of a page, by the name in the first of them. */
const SECTIONS: Readonly<Record<string, () => string>> = {
  "connection sources": connectionSources,
  doings,
  messages: messageTables,
  "login numbers": loginNumbers,
  "statement numbers": statementNumbers,
  "policy numbers": policyNumbers,
  "transient numbers": transientNumbers,
  "network codes": networkCodes,
  versions: versionsTable,
};

/** `<!-- generated: messages -->`, the generated text, `<!-- end -->`. */
const MARKED = /(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The same page with its generated parts as they have to be. */
export function generated(page: string): string {
  return page.replaceAll(MARKED, (_, begin: string, name: string, end: string) => {
    const write = name.startsWith("type ") ? () => typeTable(name.slice(5)) : SECTIONS[name];
    if (write === undefined) throw new Error(`there is nothing to generate by the name ${name}`);
    return `${begin}\n${write()}\n\n${end}`;
  });
}

/** The pages of the package, relative to the repository. */
export function packedPages(): string[] {
  const folder = join(ROOT, "sdk", "pages");
  const pages = readdirSync(folder).filter((file) => file.endsWith(".md"));
  return [
    "README.md",
    "CHANGELOG.md",
    "sdk/README.md",
    "sdk/cli/README.md",
    ...pages.sort().map((page) => `sdk/pages/${page}`),
  ];
}

/** The pictures on these pages. */
export function packedPictures(): string[] {
  return readdirSync(join(ROOT, "sdk", "pages", "pictures")).map((file) => `sdk/pages/pictures/${file}`);
}

/** Every page of the repository that is for people, those of the package among them. */
export function allPages(): string[] {
  const folders = [".", "provider", "sdk", "examples", "test"];
  const found = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== ".", withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
      .filter((file) => !/node_modules|\.toolchain|^sdk\/(go|python)\//.test(file)),
  );
  return found.sort();
}

/** The text of a page. */
export function pageText(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}
