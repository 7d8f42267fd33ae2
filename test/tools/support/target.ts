import type { Server } from "../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../provider/oceanbase/connection/driver.ts";
import { serverError } from "../../../provider/oceanbase/connection/failures.ts";
import type { StopRequest } from "../../../provider/oceanbase/stop/stopRequest.ts";
import { chooseTarget, type Target } from "../../../provider/oceanbase/stop/target.ts";
import { type Answer, scriptedCluster, serverInSys } from "./scriptedSession.ts";
import { planOn } from "./stopRequest.ts";

export interface Situation {
  server?: Server;
  /** The rows of the live view. */
  live?: Row[];
  /** Id of a tenant without a leader: a read that needs its rows fails. */
  leaderless?: string;
  /** The tenants that a complete full backup exists of; absent: they may not be asked for. */
  fullBackups?: Row[];
  /** Ids of the tenants that have a cleanup policy; absent: it may not be asked for. */
  covered?: string[];
}

/** The target of a request in this situation; what the situation does not have must not be asked for. */
export async function targetOf(
  request: Partial<StopRequest>,
  { server = serverInSys(), live = [], leaderless, fullBackups, covered }: Situation = {},
): Promise<Target> {
  const answers: Answer[] = [];
  if (leaderless !== undefined) {
    const needsIt = new RegExp(`OB_BACKUP_JOBS($|.* IN \\(.*\\b${leaderless}\\b)`);
    answers.push([needsIt, serverError("reading", { errno: 4012, sqlMessage: "no" }, "statement")]);
  }
  answers.push([/OB_BACKUP_JOBS/, () => (leaderless === undefined ? live : live.filter(isAskedFor))]);
  // What an earlier attempt has chosen is chosen: only a first one may ask for the time.
  if (request.filter !== undefined && request.earlier === undefined)
    answers.push([/NOW_TEXT/, [{ NOW_TEXT: "2026-01-01 00:10:00" }]]);
  if (fullBackups !== undefined) answers.push([/SET_FILES/, fullBackups]);
  if (covered !== undefined) {
    const policy = { POLICY_NAME: "default", RECOVERY_WINDOW: "1s" };
    answers.push(
      [/DELETE_POLICY/, covered.map((TENANT_ID) => ({ TENANT_ID, ...policy }))],
      [/OB_BACKUP_PARAMETER/, ["1002", "1004"].map((TENANT_ID) => ({ TENANT_ID, VALUE: "file:///backup" }))],
      [/OB_ARCHIVE_DEST/, []],
    );
  }
  const { cluster, session } = scriptedCluster(server, ...answers);
  // As the WHERE of the query has it.
  const isAskedFor = ({ TENANT_ID: id }: Row) =>
    /TENANT_ID IN \(([\d, ]+)\)/
      .exec(session.asked.at(-1)?.sql ?? "")?.[1]
      ?.split(", ")
      .includes(id ?? "");
  return await chooseTarget(planOn(cluster, request));
}

/** The jobs that a target watches, as `tenant/job STATUS`. */
export const watched = ({ watch }: Target) =>
  watch.jobs.map((job) => `${job.tenant}/${job.jobId} ${job.status}`);
/** The tenants of its scope. */
export const names = ({ scope }: Target) => scope.tenants.map(({ name }) => name);

/** Columns of rows of the live view: a job of tenant `two`, and backups of a known age and type. */
export const inTwo = { TENANT_ID: "1004", INITIATOR_TENANT_ID: "1004" };
const STARTED = { START_TIMESTAMP: "2026-01-01 00:00:00" };
export const FULL = { ...STARTED, BACKUP_TYPE: "FULL" };
export const INCREMENTAL = { ...STARTED, BACKUP_TYPE: "INC" };
