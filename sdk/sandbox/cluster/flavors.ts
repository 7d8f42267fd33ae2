/** Which server the sandbox plays. Everything but `oceanbase` is there to be recognised and refused. */
export type FlavorName = "oceanbase" | "oceanbase-3" | "seekdb" | "mysql";

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

/** Version texts as the real servers print them. */
export const FLAVORS: Record<FlavorName, Flavor> = {
  oceanbase: {
    ...answers(
      "5.7.25-OceanBase_CE-v4.2.5.1",
      "OceanBase_CE 4.2.5.1 (r101000072024103016-sandbox) (a stand-in for tests and demonstrations)",
      "4.2.5.1",
    ),
    clusterCommands: true,
    compatibilityMode: true,
    backupViews: true,
    tenantBackups: true,
  },
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
