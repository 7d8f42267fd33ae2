import fc from "fast-check";
import mysql, { type Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelBackupStatement, tenantNameProblem } from "../../provider/oceanbase/statements.ts";
import { attackersName, NAUGHTY } from "../attackers/names.ts";
import { soak } from "../tools/support/soak.ts";
import { type Kernel, startKernel } from "./kernel.ts";

/*
 * The kernel has no CANCEL BACKUP, but its lexer is the one that reads the names in it. What stands in backticks there is
 * read here as the name of a column, which comes back with the result.
 */
const BEFORE_NAME = cancelBackupStatement(["x"]).replace("`x`", "");
const taken = (name: string) => tenantNameProblem(name) === undefined;

let kernel: Kernel;
let connection: Connection;
beforeAll(async () => {
  kernel = await startKernel();
  connection = await mysql.createConnection({
    host: "127.0.0.1",
    port: kernel.port,
    user: "root@sys",
    password: kernel.password,
  });
});
afterAll(async () => {
  connection?.destroy();
  await kernel?.stop();
});

/** The name that the kernel reads where this one is written. A column's name has no blanks before it; a letter keeps them. */
async function readBack(name: string): Promise<string | undefined> {
  const written = cancelBackupStatement([name]).slice(BEFORE_NAME.length).replace("`", "`x");
  const sql = `SELECT t.* FROM (SELECT 1 AS ${written}) t`;
  const [, fields] = await connection.query({ sql, rowsAsArray: true });
  return fields[0]?.name.replace(/^x/, "");
}

test("the kernel reads each naughty string that is taken as exactly that name", async () => {
  for (const name of NAUGHTY.filter(taken)) expect(await readBack(name)).toBe(name);
}, 60_000);

test(
  "the kernel reads attackers' names as exactly those",
  async () => {
    await fc.assert(
      fc.asyncProperty(attackersName.filter(taken), async (name) => {
        expect(await readBack(name)).toBe(name);
      }),
      { numRuns: soak(5_000, 50_000) },
    );
  },
  soak(120_000, 1_200_000),
);
