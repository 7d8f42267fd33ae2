const { join } = require("node:path");
const { OptionDefaults } = require("typedoc");

/* What TypeDoc reads the public types with: `npx typedoc --options test/tools/pages/typedoc.cjs --out docs` writes HTML. */

const ROOT = join(__dirname, "..", "..", "..");

/** Tags that the schema of the plugin and the tables of the pages are made from. */
const OWN_TAGS = ["@asType", "@maximum", "@maxLength", "@minimum", "@secret"];

/** @type {Partial<import("typedoc").TypeDocOptions>} */
module.exports = {
  // A clone may have no remote that a source could be linked to.
  disableSources: true,
  entryPoints: ["nodejs/index.ts", "nodejs/native/index.ts", "sandbox/index.ts"].map((file) =>
    join(ROOT, "sdk", file),
  ),
  tsconfig: join(ROOT, "tsconfig.json"),
  readme: "none",
  blockTags: [...OptionDefaults.blockTags, ...OWN_TAGS],
  validation: { invalidLink: true, notExported: true, notDocumented: true, invalidPath: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  excludePrivate: true,
  excludeExternals: true,
};
