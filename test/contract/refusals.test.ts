import { afterAll, describe, expect, test } from "vitest";
import { Asker } from "./asker.ts";
import { openSubjects, type TestTenant } from "./subjects.ts";

/*
 * Statements that are refused for what they say. A real cluster that may not be changed gets them as well, so each has
 * something in it that is refused in any case: names are looked at in their order, and `sys` and an unknown name are
 * refused where they stand.
 */
const subjects = await openSubjects();
const asker = new Asker();
afterAll(async () => {
  asker.close();
  await Promise.all(subjects.map((subject) => subject.stop()));
});

describe.each(subjects)("$name", ({ sys, tenants, reader, mayBackUp }) => {
  const [{ name } = { name: "" }] = tenants;
  const cancel = (names: string) => asker.number(sys, `ALTER SYSTEM CANCEL BACKUP TENANT = ${names}`);
  const policy = (clauses: string) => asker.number(sys, `ALTER SYSTEM ADD DELETE BACKUP POLICY ${clauses}`);

  describe("refuses a CANCEL BACKUP", () => {
    test.each([
      ["an unknown name", "`no_such_tenant_x`", 5160],
      ["a known name and an unknown one", `\`${name}\`, no_such_tenant_x`, 5160],
      ["a name in another case", `\`${name.toUpperCase()}\`, sys`, 5160],
      ["ALL, which is a name", "ALL, sys", 5160],
      ["an empty name", "'', sys", 1210],
      ["sys", "sys, no_such_tenant_x", 4016],
      [
        "sys behind a name that is known in backticks, twice, and as a text",
        `\`${name}\`, \`${name}\`, '${name}', sys`,
        4016,
      ],
    ])("of %s", async (_, names, number) => {
      expect(await cancel(names)).toBe(number);
    });

    test("without an equal sign for the same reason", async () => {
      expect(await asker.number(sys, `ALTER SYSTEM CANCEL BACKUP TENANT \`${name}\`, sys`)).toBe(4016);
    });

    test("that is none", async () => {
      expect(await asker.number(sys, "ALTER SYSTEM CANCEL BACKUP TENANT = a,")).toBe(1064);
      expect(await asker.number(sys, "ALTER SYSTEM CANCEL BACKUP NOW")).toBe(1064);
    });

    // What an Oracle-mode tenant says to the clause is not known: its grammar is not public.
    test.each(tenants.filter(({ mode }: TestTenant) => mode === "MYSQL"))(
      "of $name that names tenants, before it looks at the names",
      async ({ login }) => {
        const sql = "ALTER SYSTEM CANCEL BACKUP TENANT = no_such_tenant_x";
        expect(await asker.number(login, sql)).toBe(1235);
      },
    );
  });

  test.each([
    ["another name", "'other' RECOVERY_WINDOW '7w' TENANT = no_such_tenant_x", 1235],
    ["an unknown tenant", "'default' RECOVERY_WINDOW '7w' TENANT = no_such_tenant_x", 5160],
    ["sys", "'default' RECOVERY_WINDOW '7w' TENANT = sys", 4016],
    ["no tenant", "'default' RECOVERY_WINDOW '7w'", 1235],
    ["two tenants", `'default' RECOVERY_WINDOW '7w' TENANT = \`${name}\`, sys`, 4016],
  ])("refuses a cleanup policy for %s", async (_, clauses, number) => {
    expect(await policy(clauses)).toBe(number);
  });

  if (reader !== undefined) {
    test("reports a wrong name before a missing privilege", async () => {
      const sql = "ALTER SYSTEM CANCEL BACKUP TENANT = no_such_tenant_x";
      expect(await asker.number(reader, sql)).toBe(5160);
    });
  }

  if (reader !== undefined && mayBackUp) {
    test("refuses a user without ALTER SYSTEM", async () => {
      expect(await asker.number(reader, `ALTER SYSTEM CANCEL BACKUP TENANT = \`${name}\``)).toBe(1227);
    });
  }
});
