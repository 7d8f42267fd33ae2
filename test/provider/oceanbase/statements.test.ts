import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cancelBackupStatement, tenantNameProblem } from "../../../provider/oceanbase/statements.ts";
import { parseControlStatement } from "../../sandbox/sql/controlStatements.ts";
import { parseWithOceanBase, tenantsNamed } from "../../support/grammar.ts";

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

  test.each(["all", "own"] as const)("for %s has no clause at all", (scope) => {
    const parsed = parseWithOceanBase(cancelBackupStatement(scope));
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.leaves.map((leaf) => leaf.text)).toEqual(["ALTER", "SYSTEM", "CANCEL", "BACKUP"]);
  });
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

test("a name given twice is sent once; names in another case are other names", () => {
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
  "the name %j is taken",
  (name) => {
    expect(tenantNameProblem(name)).toBeUndefined();
  },
);
