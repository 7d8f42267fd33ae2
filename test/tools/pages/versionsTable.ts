import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS } from "../../../sdk/sandbox/versions.ts";
import { FROM_GIT, INSTALLATIONS } from "../../package/installations.ts";
import { MANAGERS, type Manager, type ManagerName } from "../../package/managers.ts";
import { VERSIONS as PINNED } from "../toolchain/packageManagers.mjs";
import { VERSION as PULUMI } from "../toolchain/pulumi.mjs";
import { ROOT } from "../toolchain/run.mjs";
import { table } from "./markdown.ts";

const { engines, devDependencies, dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);

/** Which versions of everything the tests run with. */
export function versionsTable(): string {
  const foundations = INSTALLATIONS.map(({ foundation }) => foundation);
  const managers = [...new Set(INSTALLATIONS.map(({ manager }) => manager))];
  return table(
    ["", "supported", "tested with"],
    [
      ["OceanBase", "4.0 or later, MySQL and Oracle mode", `a stand-in that plays ${VERSIONS.join(", ")}`],
      ["Pulumi CLI", "3.150 or newer", PULUMI],
      [
        "`@pulumi/pulumi`",
        `\`${peerDependencies["@pulumi/pulumi"]}\``,
        unique(foundations.map((versions) => versions["@pulumi/pulumi"])),
      ],
      ["`mysql2`", `\`${dependencies.mysql2}\``, unique(foundations.map(({ mysql2 }) => mysql2))],
      [
        "Node",
        `\`${engines.node}\`; or Bun in its place`,
        `${PINNED.oldestNode}, ${devDependencies.node}; Bun ${PINNED.bun}`,
      ],
      ["TypeScript", "5.4 to 6, or none", unique(INSTALLATIONS.map(({ typescript }) => typescript))],
      ["package managers", "npm, pnpm, yarn, bun", managers.map(inWords).join("; ")],
      ["bundlers", "any that leaves the package outside", `esbuild ${devDependencies.esbuild}`],
    ],
  );
}

const unique = (versions: readonly string[]) => [...new Set(versions)].sort().join(", ");

/** A manager, and in which ways beside a project of its own it has installed the package. */
function inWords(name: ManagerName): string {
  const { version }: Manager = MANAGERS[name];
  const ways = [
    ...(INSTALLATIONS.some((one) => one.manager === name && one.isWorkspace) ? ["in a workspace"] : []),
    ...(FROM_GIT.some((one) => one === name) ? ["from git"] : []),
  ];
  const named = [name.replace(",", " with"), version].filter(Boolean).join(" ");
  return ways.length === 0 ? named : `${named} (also ${ways.join(" and ")})`;
}
