import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addCleanupPolicyStatement,
  type CleanupPolicy,
  cancelBackupStatement,
  dropCleanupPolicyStatement,
  tenantNameProblem,
} from "../../../provider/oceanbase/statements.ts";
import { parseControlStatement } from "../../../sdk/sandbox/sql/controlStatements.ts";
import { parseWithOceanBase, tenantsNamed } from "../../tools/support/grammar.ts";

/** Text of every shape: letters, quotes, keywords, SQL, Unicode. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 70 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("`", "'", '"', "\\", "-", "/", "*", "#", ",", "=", " ", "a", "$", "%"),
    maxLength: 30,
  }),
  fc.constantFrom(
    "all",
    "ALL",
    "tenant",
    "select",
    "force",
    "1",
    "0x41",
    "null",
    "`; DROP TENANT a; `",
    "a`, `b",
    "--",
    "/*",
    "*/",
  ),
);
const tenantName = anyText.filter((text) => tenantNameProblem(text) === undefined);
const tenantNames = fc.array(tenantName, { minLength: 1, maxLength: 5 });
const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);
const asciiNames = fc.array(tenantName.filter(isAscii), { minLength: 1, maxLength: 5 });

describe("what OceanBase's grammar reads in a statement", () => {
  test("is one CANCEL BACKUP for exactly the tenants asked for", () => {
    fc.assert(
      fc.property(asciiNames, (names) => {
        const parsed = parseWithOceanBase(cancelBackupStatement(names));
        if (!parsed.ok) throw new Error(parsed.error);
        expect(parsed.statements).toBe(1);
        expect(parsed.leaves.slice(0, 6).map((leaf) => leaf.text)).toEqual([
          "ALTER",
          "SYSTEM",
          "CANCEL",
          "BACKUP",
          "TENANT",
          "=",
        ]);
        expect(tenantsNamed(parsed)).toEqual([...new Set(names)]);
        // Nothing but the keywords, the names and the commas between them.
        const distinct = new Set(names).size;
        expect(parsed.leaves).toHaveLength(6 + distinct + (distinct - 1));
      }),
      { numRuns: 2000 },
    );
  }, 120_000);

  test.each(["all", "own"] as const)("for %s has no TENANT clause", (scope) => {
    const parsed = parseWithOceanBase(cancelBackupStatement(scope));
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.leaves.map((leaf) => leaf.text)).toEqual(["ALTER", "SYSTEM", "CANCEL", "BACKUP"]);
  });
});

/** Policies that a statement can be made of. */
const cleanupPolicy: fc.Arbitrary<CleanupPolicy> = fc
  .record(
    {
      recoveryWindow: fc
        .tuple(fc.nat(), fc.constantFrom("us", "ms", "s", "m", "h", "d", "D", ""))
        .map((parts) => parts.join("")),
      redundancy: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      backupCopies: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: [] },
  )
  .map((policy) => (policy.recoveryWindow === undefined ? { ...policy, redundancy: 1 } : policy));

describe("what OceanBase's grammar reads in the statements of a cleanup policy", () => {
  const target = fc.option(tenantName.filter(isAscii), { nil: undefined });
  const leavesOf = (sql: string) => {
    const parsed = parseWithOceanBase(sql);
    if (!parsed.ok) throw new Error(`${sql}: ${parsed.error}`);
    expect(parsed.statements).toBe(1);
    return { named: tenantsNamed(parsed), texts: parsed.leaves.map((leaf) => leaf.text) };
  };
  const clause = (word: string, value: unknown) => (value === undefined ? [] : [word, "=", String(value)]);
  const quoted = (text: string | undefined) => (text === undefined ? undefined : `'${text}'`);

  test("is one ADD of exactly this policy for exactly this tenant", () => {
    fc.assert(
      fc.property(cleanupPolicy, target, (policy, tenant) => {
        const { named, texts } = leavesOf(addCleanupPolicyStatement(policy, tenant));
        expect(named).toEqual(tenant === undefined ? [] : [tenant]);
        expect(texts.slice(0, tenant === undefined ? undefined : -1)).toEqual([
          ...["ALTER", "SYSTEM", "ADD", "DELETE", "BACKUP", "POLICY", "=", "'default'"],
          ...clause("RECOVERY_WINDOW", quoted(policy.recoveryWindow)),
          ...clause("REDUNDANCY", policy.redundancy),
          ...clause("BACKUP_COPIES", policy.backupCopies),
          ...(tenant === undefined ? [] : ["TENANT", "="]),
        ]);
      }),
      { numRuns: 2000 },
    );
  }, 120_000);

  test("is one DROP for exactly this tenant", () => {
    fc.assert(
      fc.property(target, (tenant) => {
        const { named, texts } = leavesOf(dropCleanupPolicyStatement(tenant));
        expect(named).toEqual(tenant === undefined ? [] : [tenant]);
        expect(texts.slice(0, tenant === undefined ? undefined : -1)).toEqual([
          ...["ALTER", "SYSTEM", "DROP", "DELETE", "BACKUP", "POLICY", "=", "'default'"],
          ...(tenant === undefined ? [] : ["TENANT", "="]),
        ]);
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});

test("the statements of a cleanup policy are read back by the sandbox's parser, for a tenant in any script", () => {
  fc.assert(
    fc.property(cleanupPolicy, tenantName, (policy, tenant) => {
      const { recoveryWindow, redundancy, backupCopies } = policy;
      expect(parseControlStatement(addCleanupPolicyStatement(policy, tenant), "MYSQL")).toEqual({
        kind: "addDeletePolicy",
        policy: "default",
        recoveryWindow,
        redundancy,
        backupCopies,
        tenants: [tenant],
      });
      expect(parseControlStatement(dropCleanupPolicyStatement(tenant), "MYSQL")).toEqual({
        kind: "dropDeletePolicy",
        policy: "default",
        tenants: [tenant],
      });
    }),
    { numRuns: 2000 },
  );
});

test("the statements of a cleanup policy are as OceanBase's documentation writes them", () => {
  const policy = { recoveryWindow: "7d", redundancy: 1, backupCopies: 2 };
  expect(addCleanupPolicyStatement(policy, "t")).toBe(
    "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d' REDUNDANCY = 1 BACKUP_COPIES = 2 TENANT = `t`",
  );
  expect(dropCleanupPolicyStatement("t")).toBe(
    "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default' TENANT = `t`",
  );
  expect(addCleanupPolicyStatement({ redundancy: 1 }, undefined)).toBe(
    "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' REDUNDANCY = 1",
  );
  expect(dropCleanupPolicyStatement(undefined)).toBe("ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default'");
});

test.each<[CleanupPolicy, string | undefined, RegExp]>([
  [{}, "t", /redundancy of a cleanup policy has to be 1/],
  [{ redundancy: 2 }, "t", /redundancy of a cleanup policy has to be 1/],
  [{ recoveryWindow: "7d'; DROP" }, "t", /letters and digits/],
  [{ recoveryWindow: "7\\" }, "t", /letters and digits/],
  [{ recoveryWindow: "" }, "t", /letters and digits/],
  [{ recoveryWindow: "1".repeat(65) }, "t", /letters and digits/],
  [{ recoveryWindow: "7d", redundancy: 0 }, "t", /0 is not a whole number/],
  [{ recoveryWindow: "7d", redundancy: 1.5 }, "t", /not a whole number/],
  [{ recoveryWindow: "7d", backupCopies: -1 }, "t", /not a whole number/],
  [{ recoveryWindow: "7d", backupCopies: 1e21 }, "t", /not a whole number/],
  [{ recoveryWindow: "7d" }, "a;b", /semicolon/],
  [{ recoveryWindow: "7d" }, "sys", /sys tenant/],
  [{ recoveryWindow: "7d" }, "", /blank/],
])("no statement is built for the policy %j of tenant %j", (policy, tenant, message) => {
  expect(() => addCleanupPolicyStatement(policy, tenant)).toThrow(RangeError);
  expect(() => addCleanupPolicyStatement(policy, tenant)).toThrow(message);
});

describe("what the sandbox's parser reads in a statement", () => {
  test("is one CANCEL BACKUP for exactly the tenants asked for, in any script", () => {
    fc.assert(
      fc.property(tenantNames, (names) => {
        expect(parseControlStatement(cancelBackupStatement(names), "MYSQL")).toEqual({
          kind: "cancelBackup",
          tenants: [...new Set(names)],
        });
      }),
      { numRuns: 5000 },
    );
  });
});

test("both parsers agree on what is a statement", () => {
  const piece = fc.constantFrom(
    "ALTER SYSTEM",
    "CANCEL BACKUP",
    "TENANT",
    "=",
    "`a`",
    "b",
    ",",
    "'c'",
    ";",
    "``",
    "BACKUP",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const sql = `ALTER SYSTEM CANCEL BACKUP ${pieces.join(" ")}`;
      const sandboxAccepts = (() => {
        try {
          return parseControlStatement(sql, "MYSQL") !== undefined;
        } catch {
          return false;
        }
      })();
      expect({ sql, ok: sandboxAccepts }).toEqual({ sql, ok: parseWithOceanBase(sql).ok });
    }),
    { numRuns: 1000 },
  );
}, 60_000);

test("both parsers agree on backups and cleanup policies", () => {
  const piece = fc.constantFrom(
    "BACKUP",
    "INCREMENTAL",
    "DATABASE",
    "TENANT a",
    "TENANT = a, `b`",
    "TO 'file:///x'",
    "TO = 'file:///x'",
    "PLUS ARCHIVELOG",
    "ADD DELETE BACKUP POLICY 'default'",
    "DROP DELETE BACKUP POLICY = 'default'",
    "RECOVERY_WINDOW '7d'",
    "RECOVERY_WINDOW = '7d'",
    "REDUNDANCY 1",
    "BACKUP_COPIES = 2",
    "DESCRIPTION 'x'",
    "CANCEL DELETE",
    "DELETE BACKUPSET 1",
    "DELETE OBSOLETE BACKUP",
  );
  // Whole clauses in any order: often right, often nearly right.
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const sql = `ALTER SYSTEM ${pieces.join(" ")}`;
      const sandboxAccepts = (() => {
        try {
          return parseControlStatement(sql, "MYSQL") !== undefined;
        } catch {
          return false;
        }
      })();
      expect({ sql, ok: sandboxAccepts }).toEqual({ sql, ok: parseWithOceanBase(sql).ok });
    }),
    { numRuns: 2000 },
  );
}, 60_000);

test("a statement never holds a semicolon or a line end", () => {
  fc.assert(
    fc.property(tenantNames, (names) => {
      expect(cancelBackupStatement(names)).not.toMatch(/[;\r\n]/);
    }),
  );
});

test("a statement without a name is never built, because it would be meant for every tenant", () => {
  expect(() => cancelBackupStatement([])).toThrow(RangeError);
  expect(() => cancelBackupStatement(["sys"])).toThrow(/sys tenant/);
  expect(() => cancelBackupStatement(["a", "b;c"])).toThrow(/semicolon/);
});

test("a name given twice is sent once, and a name in another case is another name", () => {
  expect(cancelBackupStatement(["t1", "T1", "t1"])).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `t1`, `T1`");
});

test.each([
  ["", "is blank"],
  [" \t", "is blank"],
  ["a\nb", "has control characters"],
  ["a\u0000", "has control characters"],
  ["a\u2028b", "has control characters"],
  ["\ud800", "is not valid Unicode"],
  ["a;b", "has a semicolon"],
  ["sys", "is the sys tenant"],
  ["META$1002", "is a meta tenant"],
  ["x".repeat(65), "is longer than 64 bytes"],
  ["租".repeat(22), "is longer than 64 bytes"],
])("the name %j is refused: it %s", (name, problem) => {
  expect(tenantNameProblem(name)).toContain(problem);
});

test.each(["t1", "SYS", "x".repeat(64), "租户", "a b", "`", "meta$1", "all"])(
  "the name %j is accepted",
  (name) => {
    expect(tenantNameProblem(name)).toBeUndefined();
  },
);
