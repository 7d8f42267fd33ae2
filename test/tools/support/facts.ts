import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/run.mjs";

/** The ways in which a fact can be checked, see provider/oceanbase/FACTS.md. */
export const CHECKS = ["question", "contract", "kernel", "sandbox"] as const;

/** A row of the register. */
export interface Fact {
  id: string;
  /** Whether it was read in OceanBase's source; otherwise it is inferred, or not known. */
  isRead: boolean;
  /** The files that lean on it, as the register names them. */
  where: readonly string[];
  checks: readonly string[];
  /** Why no login can tell; undefined where nothing is said of it. */
  unasked: string | undefined;
  /** The keys of the files that it was read in. */
  sources: readonly string[];
}

/** What the register holds. */
export interface Register {
  facts: readonly Fact[];
  /** The keys of the table of sources. */
  sources: readonly string[];
}

/** A source file of the package, by its path from the root. */
export interface SourceFile {
  path: string;
  text: string;
}

/** The register as it is. */
export function readRegister(): Register {
  return registerIn(readFileSync(join(ROOT, "provider", "oceanbase", "FACTS.md"), "utf8"));
}

/** The files in which a comment may say what the code leans on. */
export function readSources(): SourceFile[] {
  return ["provider", "sdk/nodejs"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `${folder}/${path}`)
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") })),
  );
}

/** Reads the tables of a register: those of facts have seven columns, that of the sources has two. */
export function registerIn(markdown: string): Register {
  const rows = markdown
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  return {
    facts: rows.filter((cells) => cells.length !== 2).map(factIn),
    sources: rows.filter((cells) => cells.length === 2).map(([key = ""]) => key.replaceAll("`", "")),
  };
}

function factIn(cells: readonly string[]): Fact {
  const [id = "", holds, versions, source = "", known = "", where = "", checkedBy = ""] = cells;
  if (cells.length !== 7 || !holds || !versions) throw new Error(`a row of the register is broken: ${id}`);
  if (!["read", "inferred", "unknown"].includes(known)) throw new Error(`${id}: "${known}" is not known`);
  const [, unasked] = /no login can tell: (.+)$/.exec(checkedBy) ?? [];
  const checks = list(checkedBy.replace(/;? ?no login can tell:.*$/, ""));
  return {
    id: id.replaceAll("`", ""),
    isRead: known === "read",
    where: list(where),
    checks,
    unasked,
    sources: [...source.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key),
  };
}

const list = (cell: string) => cell.split(", ").filter((item) => item !== "");

/** Which files lean on which fact, by the markers in their comments: `Fact: one-id`, `Facts: one-id, another-id`. */
export function markersIn(files: readonly SourceFile[]): Map<string, Set<string>> {
  const markers = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    for (const [, ids = ""] of text.matchAll(/\bFacts?: (.*?)(?: \*\/)?$/gm)) {
      for (const id of ids.split(", ")) {
        if (!/^[a-z][a-z0-9-]*$/.test(id)) throw new Error(`${path}: "Fact: ${ids}" does not end with ids`);
        markers.set(id, (markers.get(id) ?? new Set()).add(nameInRegister(path)));
      }
    }
  }
  return markers;
}

function nameInRegister(path: string): string {
  return path.replace(/^provider\/(oceanbase\/)?/, "").replace(/\.ts$/, "");
}

/** Where code and register do not say the same, a line for each. */
export function disagreements(
  { facts }: Register,
  markers: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const known = new Set(facts.map(({ id }) => id));
  const strangers = [...markers].filter(([id]) => !known.has(id));
  return [
    ...strangers.map(([id, files]) => `${[...files].join(", ")}: ${id} is not in the register`),
    ...facts.flatMap(({ id, where }) => {
      const files = markers.get(id) ?? new Set();
      if (files.size === 0) return [`${id}: nothing leans on it`];
      return [
        ...where.filter((file) => !files.has(file)).map((file) => `${id}: ${file} does not lean on it`),
        ...[...files]
          .filter((file) => !where.includes(file))
          .map((file) => `${id}: ${file} leans on it, too`),
      ];
    }),
  ];
}
