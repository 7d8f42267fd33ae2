import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loginName } from "../../provider/oceanbase/connection/login.ts";
import {
  addCleanupPolicyStatement,
  cancelBackupStatement,
  dropCleanupPolicyStatement,
} from "../../provider/oceanbase/statements.ts";
import { BACKUP_CLEANUP_POLICY } from "../../provider/resources/backupCleanupPolicy/inputs.ts";
import { CANCEL_BACKUP } from "../../provider/resources/cancelBackup/inputs.ts";
import { checkInputs } from "../../provider/resources/inputTable.ts";
import { parseControlStatement } from "../../sdk/sandbox/sql/controlStatements.ts";
import { parseLoginName } from "../../sdk/sandbox/wire/handshake.ts";
import { parseWithOceanBase, tenantsNamed } from "../tools/support/grammar.ts";
import { soak } from "../tools/support/soak.ts";
import { attackersName, NAUGHTY } from "./names.ts";

/*
 * Every name is refused before anything is sent, or it is sent as one statement in which OceanBase's grammar reads exactly
 * that name.
 */
const connection = { host: "db.example", port: 2881, tenant: "sys", user: "root", connectTimeoutSeconds: 10 };
const BATCH = 25;
const names = fc.array(attackersName, { minLength: BATCH, maxLength: BATCH });
const batches = (count: number) => ({ numRuns: Math.ceil(count / BATCH) });

/** What each part has tried: how often it took and refused one, and the different ones. */
class Count {
  taken = 0;
  refused = 0;
  readonly distinct = new Set<string>();

  add(tried: string, isTaken: boolean): void {
    this.distinct.add(tried);
    if (isTaken) this.taken += 1;
    else this.refused += 1;
  }

  /** Of what was tried at least these parts were taken and refused: neither answer is one that all of them get. */
  expectShares(least: { taken: number; refused: number }): void {
    const tried = this.taken + this.refused;
    expect(this.taken / tried).toBeGreaterThan(least.taken);
    expect(this.refused / tried).toBeGreaterThan(least.refused);
  }
}

const counts = new Map<string, Count>();
function newCount(what: string): Count {
  const count = new Count();
  counts.set(what, count);
  return count;
}
afterAll(() => {
  for (const [what, { taken, refused, distinct }] of counts) {
    console.log(
      `${what}: ${JSON.stringify({ tried: taken + refused, distinct: distinct.size, taken, refused })}`,
    );
  }
});

/** The names that the check of CancelBackup has nothing against. */
function takenByCheck(tried: readonly string[]): string[] {
  const problems = checkInputs(CANCEL_BACKUP, { connection, tenants: [...tried] });
  const refused = new Set(problems.map(({ path }) => path));
  // A list that is refused as a whole has no name in it that is taken.
  for (const path of refused) expect(path).toMatch(/^tenants\[\d+\]$/);
  const taken = tried.filter((_, i) => !refused.has(`tenants[${i}]`));
  // What is refused is not sent even by somebody who goes around the check.
  for (const [i, name] of tried.entries()) {
    if (!refused.has(`tenants[${i}]`)) continue;
    expect(() => cancelBackupStatement([name])).toThrow(RangeError);
    expect(() => dropCleanupPolicyStatement(name)).toThrow(RangeError);
    expect(() => addCleanupPolicyStatement({ redundancy: 1 }, name)).toThrow(RangeError);
  }
  return [...new Set(taken)];
}

/**
 * The published grammar stops at the first character beyond ASCII; the server's lexer takes every byte of one for a
 * letter, in backticks as elsewhere. So for the grammar each of them is a letter and its number.
 */
const forGrammar = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII
  text.replace(/[^\x00-\x7f]/g, (unit) => `u${unit.charCodeAt(0).toString(16)}_`);

/** What OceanBase's grammar and the sandbox's parser read in one statement for all of these. */
function expectReadBack(taken: readonly string[]): void {
  const statement = cancelBackupStatement(taken);
  // In backticks it would be harmless; all the same nothing that ends a statement is ever sent.
  expect(statement).not.toMatch(/[;\r\n]/);
  const parsed = parseWithOceanBase(forGrammar(statement));
  if (!parsed.ok) throw new Error(`${statement}: ${parsed.error}`);
  expect(parsed.statements).toBe(1);
  expect(tenantsNamed(parsed)).toEqual(taken.map(forGrammar));
  // Six keywords and marks, the names, and the commas between them.
  expect(parsed.leaves).toHaveLength(6 + taken.length + (taken.length - 1));
  expect(parseControlStatement(statement, "MYSQL")).toEqual({ kind: "cancelBackup", tenants: taken });
}

describe("of the big list of naughty strings each name", () => {
  test("is refused, or read back in a statement of its own", () => {
    expect(NAUGHTY.length).toBeGreaterThan(400);
    const count = newCount("naughty strings");
    for (const name of NAUGHTY) {
      const [accepted] = takenByCheck([name]);
      count.add(name, accepted !== undefined);
      if (accepted !== undefined) expectReadBack([accepted]);
    }
    expect(count.taken).toBeGreaterThan(200);
    expect(count.refused).toBeGreaterThan(20);
  }, 60_000);
});

describe("of attackers' names each", () => {
  test(
    "is refused, or read back in a statement with others",
    () => {
      const count = newCount("CancelBackup");
      fc.assert(
        fc.property(names, (tried) => {
          const taken = takenByCheck(tried);
          for (const name of tried) count.add(name, taken.includes(name));
          if (taken.length > 0) expectReadBack(taken);
        }),
        batches(soak(150_000, 1_500_000)),
      );
      expect(count.distinct.size).toBeGreaterThan(soak(100_000, 1_000_000));
      count.expectShares({ taken: 0.2, refused: 0.2 });
    },
    soak(240_000, 2_400_000),
  );

  test(
    "is refused for a cleanup policy, or read back in both of its statements",
    () => {
      const count = newCount("BackupCleanupPolicy");
      const policy = { recoveryWindow: "7d" };
      fc.assert(
        fc.property(attackersName, (tenant) => {
          const problems = checkInputs(BACKUP_CLEANUP_POLICY, { connection, tenant, ...policy });
          count.add(tenant, problems.length === 0);
          if (problems.length > 0) {
            expect(problems.map(({ path }) => path)).toEqual(["tenant"]);
            return;
          }
          for (const statement of [
            addCleanupPolicyStatement(policy, tenant),
            dropCleanupPolicyStatement(tenant),
          ]) {
            const parsed = parseWithOceanBase(forGrammar(statement));
            if (!parsed.ok) throw new Error(`${statement}: ${parsed.error}`);
            expect(parsed.statements).toBe(1);
            expect(tenantsNamed(parsed)).toEqual([forGrammar(tenant)]);
            expect(parseControlStatement(statement, "MYSQL")).toMatchObject({ tenants: [tenant] });
          }
        }),
        { numRuns: soak(10_000, 100_000) },
      );
      count.expectShares({ taken: 0.2, refused: 0.2 });
    },
    soak(120_000, 1_200_000),
  );

  test("is refused as a recovery window, or stands in the statement as it is", () => {
    const count = newCount("recovery windows");
    fc.assert(
      fc.property(fc.oneof(attackersName, fc.stringMatching(/^\d{1,9}[smhdSMHD]?$/)), (recoveryWindow) => {
        const problems = checkInputs(BACKUP_CLEANUP_POLICY, { connection, tenant: "t", recoveryWindow });
        count.add(recoveryWindow, problems.length === 0);
        if (problems.length > 0) return;
        const statement = addCleanupPolicyStatement({ recoveryWindow }, "t");
        expect(parseWithOceanBase(statement)).toMatchObject({ ok: true, statements: 1 });
        expect(parseControlStatement(statement, "MYSQL")).toMatchObject({ recoveryWindow, tenants: ["t"] });
      }),
      { numRuns: soak(5_000, 50_000) },
    );
    count.expectShares({ taken: 0.1, refused: 0.2 });
  }, 120_000);

  test("is refused in a login, or is the part of the login that it was given as", () => {
    const count = newCount("logins");
    const part = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("root", "t1", "a-b.c") }, attackersName);
    fc.assert(
      fc.property(part, part, fc.option(part, { nil: undefined }), (user, tenant, cluster) => {
        const login = { user, tenant, ...(cluster === undefined ? {} : { cluster }) };
        const problems = checkInputs(CANCEL_BACKUP, {
          connection: { ...connection, ...login },
          ...(tenant === "sys" ? { tenants: ["t1"] } : {}),
        });
        count.add(JSON.stringify(login), problems.length === 0);
        if (problems.length > 0) return;
        expect(parseLoginName(loginName(login))).toEqual({ user, tenant, cluster });
      }),
      { numRuns: soak(10_000, 100_000) },
    );
    count.expectShares({ taken: 0.2, refused: 0.2 });
  }, 120_000);
});
