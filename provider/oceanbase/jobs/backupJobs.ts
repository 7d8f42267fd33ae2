import { isInSys, type Server, SYS_TENANT_ID, schemaOf, tenantNameOf } from "../cluster/server";
import type { Row, Session } from "../connection/session";

/** A row of the backup job views. Ids are BIGINT columns and stay text. */
export interface JobRow {
  tenantId: string;
  /** Name of the tenant; its id in digits when the tenant is gone. */
  tenant: string;
  /** Counts within its tenant: only together with the tenant id it names one job. */
  jobId: string;
  backupSetId: string;
  /** `1` when the sys tenant started it, as part of a cluster backup. */
  initiatorTenantId: string;
  /** The cluster backup's own job, for a job that belongs to one. */
  initiatorJobId: string;
  /** The tenants a cluster backup is for; for a tenant's job its own. */
  executorTenantIds: readonly string[];
  type: "full" | "incremental";
  /** INIT, DOING, CANCELING, and at the end COMPLETED, FAILED or CANCELED. */
  status: string;
  /** 0, or a negative OceanBase code; -4072 for a cancelled job. */
  result: number;
  comment: string;
  /** Where the backup goes, without anything behind a `?`: access keys may stand there. */
  path: string;
  /** Times as the server prints them. */
  startedAt: string;
  endedAt: string | undefined;
}

/** Names one job on a cluster. */
export function jobKey(job: Pick<JobRow, "tenantId" | "jobId">): string {
  return `${job.tenantId}/${job.jobId}`;
}

/** Whether the job works on, unaware of any cancel. */
export function isRunning(job: Pick<JobRow, "status">): boolean {
  return job.status === "INIT" || job.status === "DOING";
}

/** Whether the job is the sys tenant's own job of a cluster backup, parent of the tenants' jobs. */
export function isClusterJob(job: Pick<JobRow, "tenantId">): boolean {
  return job.tenantId === SYS_TENANT_ID;
}

/** Every live job the login can see: from sys those of all tenants, else its own. */
export async function readLiveJobs(
  session: Session,
  server: Server,
  untilMs: number,
): Promise<readonly JobRow[]> {
  const sql = `SELECT ${columns(server)} FROM ${backupView(server, "OB_BACKUP_JOBS")}`;
  const rows = await session.read(sql, "reading the running backup jobs", untilMs);
  // Waits that share an answer share what it is turned into.
  const known = jobsByRows.get(rows);
  if (known?.tenants === server.tenants) return known.jobs;
  const jobs = rows.map((row) => toJobRow(row, server));
  jobsByRows.set(rows, { tenants: server.tenants, jobs });
  return jobs;
}

/** With more tenants than this it is shorter to ask for all of them. */
const FEW_TENANTS = 50;

/**
 * The live jobs of these tenants, and the cluster backups' own jobs. A shorter answer, when many tenants are backed up at
 * the same time, but one that nobody else can use. What else the login can see may be among them.
 */
export async function readLiveJobsOf(
  session: Session,
  server: Server,
  tenantIds: readonly string[],
  untilMs: number,
): Promise<readonly JobRow[]> {
  if (!isInSys(server) || tenantIds.length > FEW_TENANTS) return await readLiveJobs(session, server, untilMs);
  const ids = [SYS_TENANT_ID, ...tenantIds].map(digits).join(", ");
  const sql = `SELECT ${columns(server)} FROM ${backupView(server, "OB_BACKUP_JOBS")} WHERE TENANT_ID IN (${ids})`;
  const rows = await session.read(sql, "reading the running backup jobs", untilMs);
  return rows.map((row) => toJobRow(row, server));
}

const jobsByRows = new WeakMap<readonly Row[], { tenants: Server["tenants"]; jobs: readonly JobRow[] }>();

/** The ended ones among these jobs. A job is over when it is here and no longer among the live ones. */
export async function readEndedJobs(
  session: Session,
  server: Server,
  jobs: readonly Pick<JobRow, "tenantId" | "jobId">[],
  untilMs: number,
): Promise<JobRow[]> {
  if (jobs.length === 0) return [];
  const where = isInSys(server)
    ? `(TENANT_ID, JOB_ID) IN (${jobs.map((job) => `(${digits(job.tenantId)}, ${digits(job.jobId)})`).join(", ")})`
    : `JOB_ID IN (${jobs.map((job) => digits(job.jobId)).join(", ")})`;
  const sql = `SELECT ${columns(server)} FROM ${backupView(server, "OB_BACKUP_JOB_HISTORY")} WHERE ${where}`;
  const rows = await session.read(sql, "reading the ended backup jobs", untilMs);
  return rows.map((row) => toJobRow(row, server));
}

/** Every ended job the login can see that the server still remembers. */
export async function readJobHistory(session: Session, server: Server, untilMs: number): Promise<JobRow[]> {
  const sql = `SELECT ${columns(server)} FROM ${backupView(server, "OB_BACKUP_JOB_HISTORY")}`;
  const rows = await session.read(sql, "reading the ended backup jobs", untilMs);
  return rows.map((row) => toJobRow(row, server));
}

/** The ended jobs in single tenants that these cluster backups (their jobs in sys) have started. */
export async function readEndedParts(
  session: Session,
  server: Server,
  clusterJobIds: readonly string[],
  untilMs: number,
): Promise<JobRow[]> {
  const ids = clusterJobIds.map(digits).join(", ");
  const sql = `SELECT ${columns(server)} FROM ${backupView(server, "OB_BACKUP_JOB_HISTORY")} WHERE INITIATOR_TENANT_ID = ${SYS_TENANT_ID} AND TENANT_ID <> ${SYS_TENANT_ID} AND INITIATOR_JOB_ID IN (${ids})`;
  const rows = await session.read(sql, "reading the ended parts of a cluster backup", untilMs);
  return rows.map((row) => toJobRow(row, server));
}

/** Named columns only: versions differ in the others, and PASSWD is nobody's business. */
function columns(server: Server): string {
  const comment = server.tenant.mode === "ORACLE" ? '"COMMENT"' : "`COMMENT`";
  const own =
    "JOB_ID, BACKUP_SET_ID, INITIATOR_TENANT_ID, INITIATOR_JOB_ID, EXECUTOR_TENANT_ID, BACKUP_TYPE, START_TIMESTAMP, END_TIMESTAMP, STATUS, RESULT";
  return `${isInSys(server) ? "TENANT_ID, " : ""}${own}, ${comment}, PATH`;
}

/** From sys the DBA_ views show only the cluster's own jobs; the CDB_ ones show every tenant's. */
export function backupView(server: Server, name: string): string {
  return `${schemaOf(server.tenant)}.${isInSys(server) ? "CDB" : "DBA"}_${name}`;
}

/** An id as it goes into a statement; anything but digits never does. */
export function digits(id: string): string {
  if (!/^\d+$/.test(id)) throw new RangeError(`${JSON.stringify(id)} is not an id`);
  return id;
}

function toJobRow(row: Row, server: Server): JobRow {
  const tenantId = row.TENANT_ID ?? server.tenant.id;
  return {
    tenantId,
    tenant: tenantNameOf(server, tenantId),
    jobId: row.JOB_ID ?? "",
    backupSetId: row.BACKUP_SET_ID ?? "",
    initiatorTenantId: row.INITIATOR_TENANT_ID ?? "",
    initiatorJobId: row.INITIATOR_JOB_ID ?? "",
    executorTenantIds: (row.EXECUTOR_TENANT_ID ?? "").split(",").map((id) => id.trim()),
    // The views say D and I; some versions spell the words out.
    type: /^I/i.test(row.BACKUP_TYPE ?? "") ? "incremental" : "full",
    status: row.STATUS ?? "",
    result: Number(row.RESULT ?? 0),
    comment: row.COMMENT ?? "",
    path: (row.PATH ?? "").replace(/\?.*$/s, ""),
    startedAt: row.START_TIMESTAMP ?? "",
    endedAt: row.END_TIMESTAMP ?? undefined,
  };
}
