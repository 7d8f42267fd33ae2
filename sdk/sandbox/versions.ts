/**
 * The versions of OceanBase that the sandbox plays, and everything that differs between them. The rest of the sandbox
 * asks the record of its version and never compares version numbers.
 *
 * Sources: `H:<tag>` is OceanBase's source at that tag (v4.0.0_CE to 4.3.2.0), `P` the source of 4.3.5.1, `MID` the
 * source of a build between 4.3.5 and 4.6, most likely 4.4.1, `OB46` that of 4.6.0.0. `[I]` is inferred from what was
 * read, `?` was not found out; both are played the way that is worst for a client that is careless.
 */
export const VERSIONS = ["4.0.0", "4.1.0", "4.2.1", "4.2.5", "4.3.5", "4.4.2", "4.5.0", "4.6.0"] as const;

/** A version that the sandbox plays. */
export type VersionName = (typeof VERSIONS)[number];

/** The oldest and the newest of them. */
export const OLDEST: VersionName = VERSIONS[0];
export const NEWEST: VersionName = VERSIONS[VERSIONS.length - 1] as VersionName;

/** The version that is played when no other is asked for. */
export const DEFAULT_VERSION: VersionName = "4.2.5";

/** How an account proves that it knows its password. */
export type PasswordMethod = "mysql_native_password" | "caching_sha2_password" | "ob_sm3_password";

type ByVersion<T> = Readonly<Record<VersionName, T>>;

/** A value that holds from a version until the next one named. */
function since<T>(steps: { "4.0.0": T } & Partial<Record<VersionName, T>>): ByVersion<T> {
  let value = steps["4.0.0"];
  const values = VERSIONS.map((version) => {
    if (version in steps) value = steps[version] as T;
    return [version, value] as const;
  });
  return Object.fromEntries(values) as Record<VersionName, T>;
}

/** True from this version on. */
const from = (version: VersionName): ByVersion<boolean> => since({ "4.0.0": false, [version]: true });

/** True before this version. */
const before = (version: VersionName): ByVersion<boolean> => since({ "4.0.0": true, [version]: false });

const FEATURES = {
  /** What OB_VERSION() answers. A build of each version; 4.4.2.3 is the only line that has ob_sm3_password. */
  build: since({
    "4.0.0": "4.0.0.0",
    "4.1.0": "4.1.0.0",
    "4.2.1": "4.2.1.0",
    "4.2.5": "4.2.5.1",
    "4.3.5": "4.3.5.1",
    "4.4.2": "4.4.2.3",
    "4.5.0": "4.5.0.0",
    "4.6.0": "4.6.0.0",
  }),

  // The backup thread and CANCEL BACKUP.

  /**
   * How long a tenant's backup thread sleeps between two rounds. H, and P: ObBackupService::run2 with
   * OB_MIDDLE_IDLE_TIME of ob_backup_base_service.h. ? for 4.4.2, 4.5.0 and 4.6.0.
   */
  backupThreadIdleSeconds: since({ "4.0.0": 300, "4.2.1": 30 }),
  /** Whether CANCEL BACKUP wakes that thread. P: cancel_backup_data does not, OB46 does. ? for 4.4.2 and 4.5.0. */
  cancelWakesBackupThread: from("4.6.0"),
  /** Whether a cancel makes progress only while the log archive is DOING. H:v4.0.0_CE to BP1; P: check_can_backup_ lets CANCELING pass; [I] from 4.4.2 on. */
  cancelNeedsLogArchive: before("4.1.0"),
  /** COMMENT of a job that was cancelled. H to 4.1.x; P: ObUserTenantBackupJobMgr::cancel_ writes none; [I] from 4.4.2 on. */
  canceledJobComment: since({ "4.0.0": "Operation canceled", "4.2.1": "" }),
  /**
   * Whether CANCEL BACKUP passes over a tenant in the recycle bin, whose STATUS stays NORMAL. P: check_tenant_status;
   * first in 4.3.3. ? for 4.2.5 (from 4.2.4 on), [I] from 4.4.2 on.
   */
  passesOverRecycleBin: from("4.2.5"),
  /** Whether it passes over a tenant that restores from a remote place (RESTORE_DATA_MODE is REMOTE). P: check_tenant_status. */
  passesOverRemoteRestore: from("4.3.5"),
  /** Whether a tenant can be in CREATING_STANDBY, which counts as restoring. H: from 4.2.0 on. */
  hasCreatingStandby: from("4.2.1"),
  /**
   * Whether CANCEL BACKUP fails with 4016 where a tenant has more than two job rows, after it changed them.
   * H to 4.3.2.0; P: ObBackupJobOperator::cancel_jobs does not look at the number of rows. ? for 4.2.5 (from 4.2.4
   * on), [I] from 4.4.2 on.
   */
  failsOnManyJobRows: before("4.3.5"),
  /** Text of the 4016 for `sys` in a tenant list. P: get_tenant_ids, OB46. ? for 4.4.2 and 4.5.0. */
  sysInTenantListText: since({
    "4.0.0": "Internal error",
    "4.6.0": "tenant list should not contain system tenant",
  }),
  /** STATUS of a task that runs, in order. H to 4.3.2.0, P: ObBackupStatus::get_str; [I] from 4.4.2 on. Never DOING. */
  taskPhases: since<readonly string[]>({
    "4.0.0": [
      ...["INIT", "BACKUP_SYS_META", "BACKUP_USER_META", "BACKUP_DATA_SYS", "BACKUP_DATA_MINOR"],
      ...["BACKUP_DATA_MAJOR", "BEFORE_BACKUP_LOG", "BACKUP_LOG"],
    ],
    "4.3.5": [
      ...["INIT", "BACKUP_SYS_META", "BACKUP_USER_META", "BACKUP_META_FINISH", "BACKUP_USER_DATA"],
      ...["BACKUP_FUSE_TABLET_META", "PREPARE_BACKUP_LOG", "BEFORE_BACKUP_LOG", "BACKUP_LOG"],
    ],
  }),
  /** END_TIMESTAMP of a row that has not ended. H:v4.0.0_CE and P: CASE WHEN END_TS = 0 in the views. */
  endOfLiveRow: since<"" | null>({ "4.0.0": "", "4.1.0": null }),

  // Cleanup policies and cleanup jobs.

  /** Whether a cleanup job fails unless there is exactly one log archive destination. MID: get_latest_valid_full_backup_set. ? for 4.5.0. */
  cleanupNeedsOneArchiveDest: from("4.4.2"),
  /** Whether a policy without a window, or with 0, is refused (1210) and not stored. OB46: add_delete_policy_. ? for 4.5.0. */
  refusesPolicyWithoutWindow: from("4.6.0"),
  /** Number of the error for a second ADD. P: insert_delete_policy, MID and OB46: add_delete_policy_; [I] for 4.5.0. */
  secondPolicyErrno: since<1062 | 4017>({ "4.0.0": 1062, "4.4.2": 4017 }),
  /** Whether DROP of a policy that is not there is 4018. MID; OB46: drop_delete_policy_ goes on without it. ? for 4.5.0. */
  dropOfAbsentPolicyFails: since({ "4.0.0": false, "4.4.2": true, "4.6.0": false }),
  /** Whether ADD starts a cleanup at once. OB46: start_obsolete_backup_clean in add_delete_policy_. ? for 4.5.0. */
  cleansUpAtAdd: from("4.5.0"),
  /** Whether the policy `log_only` exists, and policies are one per tenant. MID: ob_backup_clean_scheduler.cpp, from 4.4.1.0. */
  hasLogOnlyPolicy: from("4.4.2"),
  /** Whether DELETE BACKUPSET by hand works. MID: ob_backup_clean_resolver.cpp, from 4.4.1.0. */
  deletesByHand: from("4.4.2"),
  /** Whether CANCEL DELETE BACKUP takes more than one tenant. OB46: ObBackupCleanResolver::resolve; [I] for 4.4.2 and 4.5.0. */
  cancelDeleteTakesTenantList: before("4.4.2"),
  /** INITIATOR_JOB_ID of a tenant's own cleanup job. P: start_tenant_backup_clean_, MID: the same function, OB46; [I] for 4.5.0. */
  cleanupInitiatorJobId: since<"own job id" | "0">({ "4.0.0": "own job id", "4.4.2": "0" }),
  /** What stands before the time in PARAMETER. P: USEC_TO_TIME in CDB_OB_BACKUP_DELETE_JOBS, OB46; [I] for 4.4.2 and 4.5.0. */
  cleanupParameterPrefix: since({ "4.0.0": "", "4.4.2": "expired_time:" }),

  // Logins and sessions.

  /** The methods that an account may have. MID: from 4.4.2.0, sm3 from 4.4.2.3; 4.5.0 has neither, OB46: caching_sha2. */
  passwordMethods: since<readonly PasswordMethod[]>({
    "4.0.0": ["mysql_native_password"],
    "4.4.2": ["mysql_native_password", "caching_sha2_password", "ob_sm3_password"],
    "4.5.0": ["mysql_native_password"],
    "4.6.0": ["mysql_native_password", "caching_sha2_password"],
  }),
  /** Whether EFFECTIVE_TENANT() exists in Oracle mode. ? for 4.0.0. */
  effectiveTenantInOracleMode: from("4.1.0"),

  // Views and their columns, from the schema definitions (ob_inner_table_schema_def.py). What was read last is 4.3.5.1
  // and, of 4.6.0, all but the Oracle mode: [I] for 4.4.2 and 4.5.0.

  /** Whether DBA_OB_TENANTS exists in user tenants. H:v4.1.0_CE in_tenant_space. */
  tenantsViewInUserTenants: from("4.1.0"),
  /** DBA_OB_TENANTS: TENANT_ROLE to LOG_MODE. */
  tenantsHaveRole: from("4.1.0"),
  /** DBA_OB_TENANTS in MySQL mode: ARBITRATION_SERVICE_STATUS. */
  tenantsHaveArbitration: from("4.1.0"),
  /** The same in Oracle mode. First in 4.1.0_CE_BP4_HF1. */
  tenantsHaveArbitrationInOracleMode: from("4.2.1"),
  /** DBA_OB_TENANTS: UNIT_NUM, COMPATIBLE, MAX_LS_ID. */
  tenantsHaveUnits: from("4.2.1"),
  /** DBA_OB_TENANTS: RESTORE_DATA_MODE. First in 4.3.2.0. */
  tenantsHaveRestoreDataMode: from("4.3.5"),
  /** DBA_OB_TENANTS: ZONE_UNIT_NUM_LIST to PROTECTION_LEVEL. ? in Oracle mode, where they are not played. */
  tenantsHaveProtection: from("4.6.0"),
  /** OB_BACKUP_SET_FILES: CLUSTER_VERSION. */
  setsHaveClusterVersion: from("4.1.0"),
  /** OB_BACKUP_SET_FILES: CONSISTENT_SCN; and there and in the tasks MINOR_TURN_ID, MAJOR_TURN_ID. */
  hasTurnIds: from("4.2.1"),
  /** CDB_OB_BACKUP_TASKS, and only that: DATA_PROGRESS. First in 4.2.1_CE_BP6. */
  tasksHaveDataProgressInSys: from("4.2.5"),
  /** OB_BACKUP_TASKS everywhere: DATA_PROGRESS to LOG_PROGRESS. First in 4.3.1_CE_BETA. */
  tasksHaveProgress: from("4.3.5"),
} satisfies Record<string, ByVersion<unknown>>;

/** What one version of OceanBase does. */
export type Features = {
  readonly [K in keyof typeof FEATURES]: (typeof FEATURES)[K][VersionName];
};

/** The version of this name; one that is not played is refused with the list of those that are. */
export function versionNamed(name: string): VersionName {
  const version = VERSIONS.find((candidate) => candidate === name);
  if (version === undefined) {
    throw new Error(`version ${name} is not played; these are: ${VERSIONS.join(", ")}`);
  }
  return version;
}

/** The record of a version. */
export function featuresOf(version: VersionName): Features {
  const entries = Object.entries(FEATURES).map(([name, values]) => [name, values[version]]);
  return Object.fromEntries(entries) as Features;
}
