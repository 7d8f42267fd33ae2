import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS } from "../../../sdk/sandbox/versions.ts";
import { VERSION as PULUMI } from "../toolchain/pulumi.mjs";
import { ROOT } from "../toolchain/run.mjs";
import { table } from "./markdown.ts";

/** A way of installing that a test has run. */
interface Installation {
  manager: string;
  version?: string;
  typescript?: string;
}

/** Which versions of everything the tests run with. */
export function versionsTable(): string {
  const { engines, devDependencies, dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const matrix = readFileSync(join(ROOT, "test", "package", "matrix.json"), "utf8");
  const installations = JSON.parse(matrix) as Installation[];
  const unique = (texts: (string | undefined)[]) => [...new Set(texts.filter(Boolean))].sort().join(", ");
  const managers = installations.map(({ manager, version = "" }) =>
    `${manager.replace(",", " with")} ${version}`.trim(),
  );
  return table(
    ["", "supported", "tested with"],
    [
      ["OceanBase", "4.0 or later, MySQL and Oracle mode", `a stand-in that plays ${VERSIONS.join(", ")}`],
      ["Pulumi CLI", "one that runs this SDK", PULUMI],
      ["`@pulumi/pulumi`", `\`${peerDependencies["@pulumi/pulumi"]}\``, devDependencies["@pulumi/pulumi"]],
      ["Node", `\`${engines.node}\``, devDependencies.node],
      ["TypeScript", "up to 6, or none", unique(installations.map(({ typescript }) => typescript))],
      ["package managers", "npm, pnpm, yarn", unique(managers)],
      ["`mysql2`", `\`${dependencies.mysql2}\``, "the newest that fits"],
    ],
  );
}
