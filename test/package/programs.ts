import { join } from "node:path";
import { build } from "esbuild";

/** A program in one of the languages and kinds of module that Pulumi programs are written in. */
export interface Program {
  language: "JavaScript" | "TypeScript";
  modules: "CommonJS" | "ECMAScript";
  /** How TypeScript finds types. */
  compilerOptions?: { module: string; moduleResolution: string };
  /** Whether a bundler makes one file of it. @default false */
  isBundled?: boolean;
  /** What Pulumi runs. It compiles TypeScript itself where that becomes CommonJS. */
  main: string;
  /** What is loaded without Pulumi: the same, or what TypeScript makes of it. */
  code: string;
}

export const PROGRAMS = {
  "javascript-commonjs": {
    language: "JavaScript",
    modules: "CommonJS",
    main: "index.js",
    code: "index.js",
  },
  "javascript-module": { language: "JavaScript", modules: "ECMAScript", main: "index.js", code: "index.js" },
  // As in Pulumi's own template until 2026.
  "typescript-commonjs": {
    language: "TypeScript",
    modules: "CommonJS",
    compilerOptions: { module: "commonjs", moduleResolution: "node" },
    main: "index.ts",
    code: "bin/index.js",
  },
  "typescript-module": {
    language: "TypeScript",
    modules: "ECMAScript",
    compilerOptions: { module: "nodenext", moduleResolution: "nodenext" },
    main: "bin/index.js",
    code: "bin/index.js",
  },
  "typescript-bundled": {
    language: "TypeScript",
    modules: "ECMAScript",
    compilerOptions: { module: "preserve", moduleResolution: "bundler" },
    isBundled: true,
    main: "bundle/index.js",
    code: "bundle/index.js",
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

const IMPORTING = `import { CancelBackup } from "pulumi-oceanbase-backup";
export const summary = new CancelBackup("stop", { tenants: ["mysql_tenant"] }).summary;
`;
const REQUIRING = `const { CancelBackup } = require("pulumi-oceanbase-backup");
exports.summary = new CancelBackup("stop", { tenants: ["mysql_tenant"] }).summary;
`;
/** Only a bundler finds a file without its ending for an ECMAScript module. */
const TO_BUNDLE = 'export { summary } from "./stop";\n';

/** The files of a program, for a version of TypeScript. */
export function filesOf(
  { language, modules, compilerOptions, isBundled = false, main }: Program,
  typescript: string,
): Record<string, string | object> {
  const manifest = { main, ...(modules === "ECMAScript" ? { type: "module" } : {}) };
  if (language === "JavaScript") {
    return { "package.json": manifest, "index.js": modules === "CommonJS" ? REQUIRING : IMPORTING };
  }
  const strict = { strict: true, target: "es2022", outDir: "bin", types: ["node"], skipLibCheck: true };
  // TypeScript 6 calls deprecated what 5 took without a word.
  const silence = typescript.startsWith("6.") ? { ignoreDeprecations: "6.0" } : {};
  return {
    "package.json": manifest,
    "tsconfig.json": { compilerOptions: { ...strict, ...compilerOptions, ...silence }, files: ["index.ts"] },
    ...(isBundled ? { "index.ts": TO_BUNDLE, "stop.ts": IMPORTING } : { "index.ts": IMPORTING }),
  };
}

/** Makes one file of a program in a folder; the packages that it imports stay outside. */
export async function bundle(folder: string, { main }: Program): Promise<void> {
  await build({
    entryPoints: [join(folder, "index.ts")],
    outfile: join(folder, main),
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
}
