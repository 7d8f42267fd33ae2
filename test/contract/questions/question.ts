import type { Row } from "../../../provider/oceanbase/connection/driver.ts";
import { Asker } from "../asker.ts";
import { type RightAnswers, rightAnswersOf } from "../rightAnswers.ts";
import type { Subject } from "../subjects.ts";

/** Something that a login can find out of a fact of the register. */
export interface Question {
  /** Id of the fact in provider/oceanbase/FACTS.md. */
  fact: string;
  /** What is looked at. */
  about: string;
  /** What is taken for granted, in words: each that is found has to be one of them. */
  believed(right: RightAnswers): readonly string[];
  /** What is found, in words; none where there is nothing to look at. Never a secret: paths and PASSWD stay here. */
  find(inquiry: Inquiry): Promise<readonly string[]>;
  /** Whether the code acts wrongly when it is otherwise; else it says less, or something less exact. */
  isVital?: boolean;
  /** Whether it starts backups or changes policies in the tenants that are made for tests. */
  changes?: boolean;
}

/** A cluster that questions are asked of, and what many of them need to know. */
export interface Inquiry {
  subject: Subject;
  asker: Asker;
  right: RightAnswers;
  /** Rows of DBA_OB_TENANTS, as sys sees them. */
  tenants: readonly Row[];
  /** Ids of the tenants that can be read, sys among them, and of those that cannot: no server leads them. */
  readable: readonly string[];
  unreadable: readonly string[];
}

/** Finds out which tenants there are, and which of them can be read. */
export async function openInquiry(subject: Subject): Promise<Inquiry> {
  const asker = new Asker();
  const tenants = await asker.rows(subject.sys, "SELECT * FROM oceanbase.DBA_OB_TENANTS");
  const ids = tenants.filter((row) => row.TENANT_TYPE !== "META").map((row) => row.TENANT_ID ?? "");
  const isReadable = async (of: readonly string[]) =>
    (await asker.number(
      subject.sys,
      `SELECT 1 AS ONE FROM oceanbase.CDB_OB_BACKUP_JOBS WHERE ${among(of)}`,
    )) === 0;
  const unreadable: string[] = [];
  if (!(await isReadable(ids))) for (const id of ids) if (!(await isReadable([id]))) unreadable.push(id);
  const readable = ids.filter((id) => !unreadable.includes(id));
  return { subject, asker, right: rightAnswersOf(subject.version), tenants, readable, unreadable };
}

/** The condition that limits a read to these tenants. */
export function among(ids: readonly string[]): string {
  return `TENANT_ID IN (${ids.join(", ")})`;
}

/** Rows of a view of sys, `CDB_<view>`, of every tenant that can be read. */
export async function rowsOf(
  { subject, asker, readable }: Inquiry,
  view: string,
  columns: string,
  where = "",
): Promise<Row[]> {
  const condition = where === "" ? "" : ` AND ${where}`;
  const sql = `SELECT ${columns} FROM oceanbase.CDB_${view} WHERE ${among(readable)}${condition}`;
  return await asker.rows(subject.sys, sql);
}

/** The values of a column in these views, as they are. */
export async function valuesIn(
  inquiry: Inquiry,
  views: readonly string[],
  column: string,
  where = "",
): Promise<readonly string[]> {
  const found: (string | null)[] = [];
  for (const view of views) {
    const rows = await rowsOf(inquiry, view, `DISTINCT ${column} AS V`, where);
    found.push(...rows.map((row) => row.V ?? null));
  }
  return found.map((value) => value ?? "NULL");
}

/** Where a tenant of this mode has its views. */
export function schemaIn(mode: "MYSQL" | "ORACLE"): "oceanbase" | "SYS" {
  return mode === "ORACLE" ? "SYS" : "oceanbase";
}
