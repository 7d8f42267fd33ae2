import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";

/** A job as the server has it. */
export interface Job {
  /** `tenant id/job id`. */
  key: string;
  tenantId: number;
  jobId: string;
  initiatorTenantId: number;
  initiatorJobId: string;
  /** Of a cluster backup's own job: the ids of its tenants. */
  executors: readonly number[];
  incremental: boolean;
  status: string;
  result: number;
}

/** A control statement that the server has carried out, or refused by itself. */
export interface Carried {
  sql: string;
  /** Who has sent it: `root@sys`. */
  login: string;
  atMs: number;
  /** The tenants that it names; undefined: it has no clause. */
  names: readonly string[] | undefined;
  /** Ids of the tenants that it is for, whatever their state. */
  tenantIds: ReadonlySet<number>;
  /** Live jobs when it came. */
  live: readonly Job[];
  /** How many moments there were before, and when it was through. */
  moments: { before: number; after: number };
  /** Keys of the jobs that it has marked. */
  marked: ReadonlySet<string>;
  /** What it was refused with. */
  errno: number | undefined;
  /** Whether a tenant has no leader, or several job rows fail it, so that the statement may stop on its way. */
  leaderless: boolean;
}

/** Ids of user tenants and how the statement treats them, at one moment. */
export interface Moment {
  live: readonly Job[];
  /** Ids of the tenants whose jobs the statement passes over. */
  passedOver: ReadonlySet<number>;
  leaderless: ReadonlySet<number>;
}

/** Names in a TENANT clause. */
export function namesIn(sql: string): readonly string[] | undefined {
  const clause = /TENANT\s*=\s*(.*)$/is.exec(sql)?.[1];
  return clause === undefined
    ? undefined
    : [...clause.matchAll(/`((?:[^`]|``)*)`/g)].map(([, name]) => (name as string).replaceAll("``", "`"));
}

export const isCancel = (sql: string) => /^\s*ALTER\s+SYSTEM\s+CANCEL\s+BACKUP/i.test(sql);
export const isPolicyChange = (sql: string) => /^\s*ALTER\s+SYSTEM\s+(ADD|DROP)\s+DELETE\s+BACKUP/i.test(sql);

/** Every control statement that has reached the cluster, with what it has found there. */
export class Ledger {
  readonly carried: Carried[] = [];
  /** What was to be seen whenever something happened. */
  readonly moments: Moment[] = [];
  private readonly sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    const { cluster } = sandbox;
    const control = cluster.control.bind(cluster);
    cluster.control = (sql, login) => {
      if (!isCancel(sql) && !isPolicyChange(sql)) return control(sql, login);
      this.record(sql, login, () => control(sql, login));
    };
  }

  jobs(where: "live" | "history"): readonly Job[] {
    const table = where === "live" ? "__all_backup_job" : "__all_backup_job_history";
    this.sandbox.cluster.settle();
    const rows = this.sandbox.cluster.catalog.database.all(`SELECT * FROM oceanbase.${table}`);
    return rows.map((row) => ({
      key: `${row.tenant_id}/${row.job_id}`,
      tenantId: Number(row.tenant_id),
      jobId: String(row.job_id),
      initiatorTenantId: Number(row.initiator_tenant_id),
      initiatorJobId: String(row.initiator_job_id),
      executors: String(row.executor_tenant_id).split(",").map(Number),
      incremental: row.backup_type === "INC",
      status: String(row.status),
      result: Number(row.result),
    }));
  }

  /** Notes what is to be seen at this moment. */
  note(): void {
    const { cluster } = this.sandbox;
    const users = cluster.tenants.userTenants();
    const { version } = cluster;
    this.moments.push({
      live: this.jobs("live"),
      passedOver: new Set(
        users
          .filter(
            ({ status, inRecycleBin }) =>
              status !== "NORMAL" || (inRecycleBin && version.passesOverRecycleBin),
          )
          .map(({ id }) => id),
      ),
      leaderless: new Set(users.filter(({ id }) => !cluster.leaders.has(id)).map(({ id }) => id)),
    });
  }

  private record(
    sql: string,
    { tenant, user }: { tenant: { id: number; name: string }; user: { name: string } },
    carryOut: () => void,
  ): void {
    this.note();
    const momentsBefore = this.moments.length;
    const { cluster, clock } = this.sandbox;
    const live = this.jobs("live");
    const names = namesIn(sql);
    const users = cluster.tenants.userTenants();
    const meant =
      tenant.id !== 1
        ? [tenant.id]
        : names === undefined
          ? [1, ...users.map(({ id }) => id)]
          : users.filter(({ name }) => names.includes(name)).map(({ id }) => id);
    let errno: number | undefined;
    try {
      carryOut();
    } catch (error) {
      errno = (error as { errno?: number }).errno;
      throw error;
    } finally {
      const before = new Map(live.map((job) => [job.key, job.status]));
      const marked = this.jobs("live").filter(
        ({ key, status }) => status === "CANCELING" && before.get(key) !== "CANCELING",
      );
      this.note();
      this.carried.push({
        moments: { before: momentsBefore, after: this.moments.length },
        sql,
        login: `${user.name}@${tenant.name}`,
        atMs: clock.now(),
        names,
        tenantIds: new Set(meant),
        live,
        marked: new Set(marked.map(({ key }) => key)),
        errno,
        leaderless: users.some(({ id }) => !cluster.leaders.has(id)),
      });
    }
  }
}
