/*
 * The rooms of the house and the direction of imports between them: each room may import those below it and itself.
 * `npm run check` refuses every other import.
 */

const rooms = require("./rooms.cjs");

/** The rooms that may import any type, because no code comes with it. */
const TYPES_ARE_FREE = ["sdk/nodejs", "sdk/cli"];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `${room.split("/").at(-1)}-imports-what-is-below`,
      severity: "error",
      from: { path: `^${room}/` },
      to: {
        path: "^(provider|sdk)/",
        pathNot: [room, ...below].map((path) => `^${path}`),
        ...(TYPES_ARE_FREE.includes(room) ? { dependencyTypesNot: ["type-only"] } : {}),
      },
    })),
    {
      name: "ground-floor-imports-nothing-above",
      severity: "error",
      from: { path: "^provider/(text|given|nodeVersion|oceanbase/(errors|statements))\\.ts$" },
      to: { path: "^provider/", pathNot: "^provider/(text|given)\\.ts$" },
    },
    {
      name: "mysql2-is-known-to-the-driver-only",
      severity: "error",
      from: {
        path: "^(provider|sdk/(nodejs|cli))/",
        pathNot: "^provider/oceanbase/connection/driver(Options)?\\.ts$",
      },
      to: { path: "^mysql2|node_modules/mysql2" },
    },
    {
      name: "pulumi-is-known-to-the-fronts-only",
      severity: "error",
      from: { path: "^(provider/(engine|resources|oceanbase|text|given|nodeVersion)|sdk/cli)" },
      to: { path: "@pulumi|node_modules/@pulumi" },
    },
    {
      name: "tests-are-no-part-of-the-package",
      severity: "error",
      from: { path: "^(provider|sdk)/" },
      to: { path: "^test/" },
    },
    {
      name: "the-sandbox-is-known-to-its-command-only",
      severity: "error",
      from: { path: "^(provider|sdk/(nodejs|cli))/", pathNot: "^sdk/cli/sandbox\\.ts$" },
      to: { path: "^sdk/sandbox/" },
    },
    {
      // The other commands must not pay for it.
      name: "the-sandbox-is-loaded-when-its-command-runs",
      severity: "error",
      from: { path: "^sdk/cli/sandbox\\.ts$" },
      to: { path: "^sdk/sandbox/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
  },
};
