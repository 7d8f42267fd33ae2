import { isAtLeast } from "../../provider/oceanbase/cluster/versions.ts";

/** What versions of OceanBase answer. Where it is not known which of two it is, both are right. */
export interface RightAnswers {
  version: string;
  /** Numbers that a second ADD of a policy is answered with; 0 is a success. */
  secondPolicy: readonly number[];
  /** The same of a DROP where there is none. */
  dropOfAbsent: readonly number[];
  /** The same of an ADD without a window. */
  policyWithoutWindow: readonly number[];
  /** Whether an ADD is followed by a cleanup at once. */
  cleanupAtAdd: readonly boolean[];
  /** STATUS of a cleanup of a tenant that has not exactly one destination of its log archive. */
  cleanupWithOtherDests: readonly string[];
  /** What stands before the time in PARAMETER of a cleanup. */
  cleanupParameterPrefix: readonly string[];
  /** INITIATOR_JOB_ID of a cleanup. */
  cleanupInitiator: readonly ("own job" | "0")[];
  /** Names of cleanup policies. */
  policyNames: readonly string[];
  /** COMMENT of a cancelled job. */
  cancelledComment: string;
  /** Whether the package tells the age of a job to a login of this mode. */
  tellsAge(mode: "MYSQL" | "ORACLE"): boolean;
  /** END_TIMESTAMP of a live row. */
  liveRowEnd: readonly ("''" | "NULL")[];
  /** What a task may be at. */
  taskWords: readonly string[];
  /** What a tenant may be. */
  tenantStatuses: readonly string[];
  /** Whether user tenants see DBA_OB_TENANTS. */
  tenantsViewInTenants: boolean;
  /** Numbers that EFFECTIVE_TENANT() is answered with in Oracle mode. */
  oracleEffectiveTenant: readonly number[];
}

/** The right answers of a version such as `4.2.5.1`. The only place where the contract compares versions. */
export function rightAnswersOf(version: string): RightAnswers {
  const from = (least: `${number}.${number}.${number}`) => isAtLeast({ version }, least);
  /** The value of the last step that the version has come to. */
  const since = <T>(first: T, ...steps: [least: `${number}.${number}.${number}`, value: T][]): T =>
    steps.findLast(([least]) => from(least))?.[1] ?? first;
  return {
    version,
    secondPolicy: since([1062], ["4.4.0", [4017]]),
    dropOfAbsent: since<readonly number[]>([0], ["4.4.0", [4018]], ["4.5.0", [0, 4018]], ["4.5.1", [0]]),
    policyWithoutWindow: since<readonly number[]>([0], ["4.5.0", [0, 1210]], ["4.5.1", [1210]]),
    cleanupAtAdd: since<readonly boolean[]>([false], ["4.4.0", [false, true]], ["4.5.1", [true]]),
    cleanupWithOtherDests: since(
      ["COMPLETED"],
      ["4.4.0", ["FAILED"]],
      ["4.5.0", ["COMPLETED", "FAILED"]],
      ["4.5.1", ["FAILED"]],
    ),
    cleanupParameterPrefix: since([""], ["4.4.0", ["", "expired_time:"]], ["4.5.1", ["expired_time:"]]),
    cleanupInitiator: since<readonly ("own job" | "0")[]>(
      ["own job"],
      ["4.4.0", ["own job", "0"]],
      ["4.5.1", ["0"]],
    ),
    policyNames: since(["default"], ["4.4.0", ["default", "log_only"]]),
    tellsAge: (mode) => mode === "MYSQL" || !from("4.4.0"),
    cancelledComment: since("Operation canceled", ["4.2.0", ""]),
    liveRowEnd: since<readonly ("''" | "NULL")[]>(["''", "NULL"], ["4.1.0", ["NULL"]]),
    taskWords: [...TASK_WORDS, ...since(DATA_WORDS, ["4.3.3", ["BACKUP_USER_DATA"]])],
    tenantStatuses: [...TENANT_STATUSES, ...since<readonly string[]>([], ["4.2.0", ["CREATING_STANDBY"]])],
    tenantsViewInTenants: from("4.1.0"),
    oracleEffectiveTenant: since<readonly number[]>([0, 904, 1064], ["4.1.0", [0]]),
  };
}

const TASK_WORDS = [
  ...["INIT", "BACKUP_SYS_META", "BACKUP_USER_META", "BACKUP_META_FINISH", "BACKUP_FUSE_TABLET_META"],
  ...[
    "PREPARE_BACKUP_LOG",
    "BEFORE_BACKUP_LOG",
    "BACKUP_LOG",
    "CANCELING",
    "CANCELED",
    "COMPLETED",
    "FAILED",
  ],
];

/** To 4.3.2 the phases of the data itself were three. */
const DATA_WORDS = ["BACKUP_DATA_SYS", "BACKUP_DATA_MINOR", "BACKUP_DATA_MAJOR"];

const TENANT_STATUSES = ["NORMAL", "CREATING", "RESTORE", "DROPPING"];
