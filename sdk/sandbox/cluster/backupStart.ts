import type { BackupParts, BackupRequest } from "./backupParts.ts";
import { pathOf } from "./destinations.ts";
import { errors, ServerError } from "./errors.ts";
import type { JobRow } from "./jobTables.ts";
import { takesBackupStatements } from "./tenantStatus.ts";
import { SYS_TENANT_ID, type Tenant } from "./tenants.ts";

/** Who started a job: for a child its cluster backup, else the tenant itself and no job. */
interface Initiator {
  tenantId: number;
  jobId: bigint;
}

/** P: get_all_tenants_, when no tenant can; the character in the middle stands there, too. */
const NO_TENANT =
  "no tenant meets the backup condition, \ufffcplease check the tenant status, log archive status, backup data dest, and backup status for each tenant";

/** Starts backup jobs: which ones may, and what stands in their rows. P: ObBackupDataScheduler::start_backup_data. */
export class BackupStarter {
  private readonly parts: BackupParts;

  constructor(parts: BackupParts) {
    this.parts = parts;
  }

  /** BACKUP DATABASE in a user tenant: one job, started by the tenant itself. */
  inTenant(tenant: Tenant, request: BackupRequest): void {
    this.parts.leaders.check(tenant.id);
    this.insertTenantJob(
      tenant,
      { tenantId: tenant.id, jobId: 0n },
      { ...request, path: given(request.path) },
      this.parts.clock.now(),
    );
  }

  /**
   * BACKUP in sys: a parent job now, its children a moment later. Of a list every tenant has to be able to; without
   * one, those take part that are. Several run at once when their tenants differ.
   */
  inSys(executors: readonly Tenant[] | undefined, request: BackupRequest): void {
    const { tables, ids, clock, tenants } = this.parts;
    for (const tenant of executors ?? []) this.checkExecutor(tenant, request);
    const taking = executors ?? tenants.userTenants().filter((tenant) => this.canTakePart(tenant));
    if (taking.length === 0) throw errors.backupCanNotStart(NO_TENANT);
    const jobId = ids.next("job", SYS_TENANT_ID);
    tables.insertJob({
      tenantId: SYS_TENANT_ID,
      jobId,
      backupSetId: 0n,
      initiatorTenantId: SYS_TENANT_ID,
      initiatorJobId: jobId,
      executorTenantIds: taking.map((tenant) => tenant.id),
      incremental: request.incremental ?? false,
      plusArchivelog: request.plusArchivelog ?? false,
      startedAtMs: clock.now(),
      description: request.description ?? "",
      path: given(request.path) ?? "",
    });
  }

  /** A cluster backup's job in one of its tenants. A tenant that cannot have one is left out without a word. */
  child(parent: JobRow, tenantId: number, atMs: number): boolean {
    const tenant = this.parts.tenants.byId(tenantId);
    if (tenant === undefined || !this.canTakePart(tenant)) return false;
    const { incremental, plusArchivelog, description, path } = parent;
    const request = { incremental, plusArchivelog, description, path: path === "" ? undefined : path };
    try {
      this.insertTenantJob(tenant, { tenantId: SYS_TENANT_ID, jobId: parent.jobId }, request, atMs);
      return true;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      return false;
    }
  }

  /** A row of a job that has ended and is still in the view of the running ones. */
  endedRow(tenant: Tenant, atMs: number): void {
    const { tables, ids, destinations } = this.parts;
    const jobId = ids.next("job", tenant.id);
    tables.insertJob({
      tenantId: tenant.id,
      jobId,
      backupSetId: ids.next("set", tenant.id),
      initiatorTenantId: tenant.id,
      initiatorJobId: 0n,
      executorTenantIds: [tenant.id],
      incremental: false,
      plusArchivelog: false,
      startedAtMs: atMs,
      description: "",
      path: destinations.dataPath(tenant.id) ?? "",
    });
    const row = tables.live(tenant.id).find((job) => job.jobId === jobId) as JobRow;
    tables.advance(row, "COMPLETED", { atMs, result: 0 });
  }

  private checkExecutor(tenant: Tenant, request: BackupRequest): void {
    const { destinations, leaders, version } = this.parts;
    if (!takesBackupStatements(tenant, version))
      throw errors.backupCanNotStart("tenant status is not normal.");
    if (!tenant.archiving) throw errors.backupCanNotStart("log archive status is not doing.");
    leaders.check(tenant.id);
    if (this.hasJobOf(tenant.id, SYS_TENANT_ID)) throw errors.backupInProgress();
    const hasPath = request.path !== undefined || destinations.dataPath(tenant.id) !== undefined;
    if (!hasPath) throw errors.backupCanNotStart("backup dest is not set.");
  }

  private canTakePart(tenant: Tenant): boolean {
    const { leaders, version } = this.parts;
    if (!takesBackupStatements(tenant, version) || !tenant.archiving || !leaders.has(tenant.id)) return false;
    return !this.hasJobOf(tenant.id, SYS_TENANT_ID);
  }

  /** Rows that have ended and not moved yet count as well. P: check_initiate_twice_by_same_tenant_. */
  private hasJobOf(tenantId: number, initiatorTenantId: number): boolean {
    return this.parts.tables.live(tenantId).some((job) => job.initiatorTenantId === initiatorTenantId);
  }

  private insertTenantJob(tenant: Tenant, initiator: Initiator, request: BackupRequest, atMs: number): void {
    const { destinations, version, tables, sets, ids } = this.parts;
    // Even with a place of its own the backup needs the tenant's destination to be set.
    const ownPath = destinations.dataPath(tenant.id);
    if (ownPath === undefined) throw errors.backupCanNotStart();
    if (!takesBackupStatements(tenant, version))
      throw errors.backupCanNotStart("tenant status is not normal.");
    if (this.hasJobOf(tenant.id, initiator.tenantId)) throw errors.backupInProgress();
    if (!tenant.archiving) throw errors.backupCanNotStart("log archive status is not doing.");
    const path = request.path ?? ownPath;
    tables.insertJob({
      tenantId: tenant.id,
      jobId: ids.next("job", tenant.id),
      backupSetId: ids.next("set", tenant.id),
      initiatorTenantId: initiator.tenantId,
      initiatorJobId: initiator.jobId,
      executorTenantIds: [tenant.id],
      // Without a complete backup at the same place to build on, an incremental one becomes full.
      incremental: (request.incremental ?? false) && sets.previous(tenant.id, path) !== undefined,
      plusArchivelog: request.plusArchivelog ?? false,
      startedAtMs: atMs,
      description: request.description ?? "",
      path,
    });
  }
}

const given = (uri: string | undefined) => (uri === undefined ? undefined : pathOf(uri));
