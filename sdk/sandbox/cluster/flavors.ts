import type { Features } from "../versions.ts";

/** Which server the sandbox plays. Everything but `oceanbase` is there to be recognised and refused. */
export type FlavorName = "oceanbase" | "oceanbase-3" | "seekdb" | "mysql";

/** What a server says of itself, and what it can. */
export interface Flavor {
  /** Functions of this server that answer about itself. */
  functions: Record<string, () => string>;
  variables: Record<string, string>;
  /** Whether `SHOW PARAMETERS` and `SHOW TENANT` exist. */
  clusterCommands: boolean;
  /** Whether the variable ob_compatibility_mode exists. */
  compatibilityMode: boolean;
  /** Whether the tenant-level backup views exist, DBA_OB_TENANTS among them. */
  backupViews: boolean;
  /** Whether backup statements do anything. */
  tenantBackups: boolean;
}

const answers = (version: string, comment: string, obVersion?: string) => ({
  functions: {
    version: () => version,
    ...(obVersion === undefined ? {} : { ob_version: () => obVersion }),
  },
  variables: { version, version_comment: comment },
});

/** The server of this name; OceanBase 4 in this version. */
export function flavorOf(name: FlavorName, { build }: Features): Flavor {
  if (name !== "oceanbase") return STRANGERS[name];
  return {
    ...answers(
      `5.7.25-OceanBase_CE-v${build}`,
      `OceanBase_CE ${build} (r101000072024103016-sandbox) (a stand-in for tests and demonstrations)`,
      build,
    ),
    clusterCommands: true,
    compatibilityMode: true,
    backupViews: true,
    tenantBackups: true,
  };
}

/** Servers that are not OceanBase 4, with version texts as the real ones print them. */
const STRANGERS: Record<Exclude<FlavorName, "oceanbase">, Flavor> = {
  "oceanbase-3": {
    ...answers("5.7.25-OceanBase-v3.1.5", "OceanBase 3.1.5 (r100010012023060910)", "3.1.5"),
    clusterCommands: true,
    compatibilityMode: true,
    backupViews: false,
    tenantBackups: false,
  },
  seekdb: {
    ...answers(
      "5.7.25-OceanBase seekdb-v1.4.0.0",
      "OceanBase 4.3.5.3 seekdb (r1.4.0.0) (Built 1-d0cbdf0e)",
      "4.3.5.3",
    ),
    clusterCommands: true,
    compatibilityMode: false,
    backupViews: false,
    tenantBackups: false,
  },
  mysql: {
    ...answers("8.0.39", "MySQL Community Server - GPL"),
    clusterCommands: false,
    compatibilityMode: false,
    backupViews: false,
    tenantBackups: false,
  },
};
