import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loginName } from "../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../provider/oceanbase/connection/session.ts";
import { tenantNameProblem } from "../../provider/oceanbase/statements.ts";
import { backupCleanupPolicy } from "../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { CANCEL_BACKUP } from "../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../provider/resources/cancelBackup/lifecycle.ts";
import { checkInputs } from "../../provider/resources/inputTable.ts";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { parseControlStatement } from "../../sdk/sandbox/sql/controlStatements.ts";
import { connectionTo, loginOf, recordingContext, useSandbox } from "../tools/support/sandbox.ts";
import { soak } from "../tools/support/soak.ts";
import { attackersName, NAUGHTY } from "./names.ts";

/*
 * A sample of the names that are taken, as tenants of a cluster: through a real socket exactly those are hit, and exactly
 * those come back.
 */
const sandbox = useSandbox();
const sample = (count: number, seed: number) =>
  fc.sample(
    attackersName.filter((name) => tenantNameProblem(name) === undefined),
    { numRuns: count, seed },
  );
const distinct = (names: readonly string[]) => [...new Set(names)];
const naughtyTaken = NAUGHTY.filter((name) => tenantNameProblem(name) === undefined);
const TENANTS = soak(150, 1500);
const chosen: readonly (readonly [string, readonly string[]])[] = [
  ["naughty strings", distinct(naughtyTaken).slice(0, soak(150, naughtyTaken.length))],
  ["attackers' names", distinct(sample(TENANTS, 20_260_101))],
];

function inputsFor(server: Sandbox, tenants: readonly string[]) {
  const { sys } = server.logins;
  return {
    connection: connectionTo(server, sys),
    password: sys.password,
    tenants: [...tenants],
    timeoutSeconds: 120,
  };
}

/** The reads that were sent, in the forms they have whatever the ids and however many. */
function formsOfReads(server: Sandbox): string[] {
  const isControl = (sql: string) => /^ALTER /.test(sql);
  const forms = server.log.entries
    .map(({ sql }) => sql)
    .filter((sql) => !isControl(sql))
    .map((sql) => sql.replace(/\d+/g, "n").replace(/(\(n, n\)|n)(, (\(n, n\)|n))+/g, "$1"));
  return [...new Set(forms)].sort();
}

describe.each(chosen)("%s", (_, names) => {
  test(
    "are hit by one statement, each of them and nobody else, and come back as they are",
    async () => {
      const server = sandbox();
      for (const name of names) {
        server.addTenant(name);
        server.startBackup(name);
      }
      // Backups that nobody means.
      const others = ["mysql_tenant", "oracle_tenant"];
      for (const name of others) server.startBackup(name);
      const { state } = await cancelBackup.create(inputsFor(server, names), recordingContext());

      expect(state.jobs.map((job) => job.tenant).sort()).toEqual([...names].sort());
      expect(state.jobs.every((job) => job.status === "CANCELED")).toBe(true);
      expect(server.log.cancels).toHaveLength(1);
      expect(parseControlStatement(server.log.cancels[0] ?? "", "MYSQL")).toEqual({
        kind: "cancelBackup",
        tenants: names,
      });
      const running = server.rows(
        "SELECT t.tenant_name AS name FROM oceanbase.__all_backup_job j JOIN oceanbase.__all_tenant t USING (tenant_id)",
      );
      expect(running.map(({ name }) => name).sort()).toEqual(others);
    },
    soak(120_000, 600_000),
  );

  test("are in no read: those are the same as for plain names", async () => {
    const server = sandbox();
    const few = names.slice(0, 20);
    const plain = few.map((_name, i) => `plain_${String.fromCharCode(97 + i)}`);
    const readsFor = async (tenants: readonly string[]) => {
      for (const name of tenants) {
        server.addTenant(name);
        server.startBackup(name);
      }
      server.log.clear();
      await cancelBackup.create(inputsFor(server, tenants), recordingContext());
      return formsOfReads(server);
    };
    const ofPlain = await readsFor(plain);
    expect(ofPlain.length).toBeGreaterThan(3);
    // How often and in which order depends on the moment, the forms do not.
    expect(await readsFor(few)).toEqual(ofPlain);
  }, 60_000);

  test("get and lose a cleanup policy, each its own", async () => {
    const server = sandbox();
    const few = names.slice(0, soak(15, 150));
    for (const name of few) server.addTenant(name);
    const policies = () =>
      server.rows(
        "SELECT t.tenant_name AS name, p.recovery_window AS window FROM oceanbase.__all_backup_delete_policy p JOIN oceanbase.__all_tenant t USING (tenant_id) ORDER BY t.tenant_id",
      );
    const { tenants: _tenants, timeoutSeconds: _timeout, ...login } = inputsFor(server, []);
    const made = [];
    for (const [i, tenant] of few.entries()) {
      const inputs = { ...login, tenant, recoveryWindow: `${i + 1}d` };
      made.push(await backupCleanupPolicy.create(inputs, recordingContext()));
    }
    expect(policies()).toEqual(few.map((name, i) => ({ name, window: `${i + 1}d` })));
    const [first] = made;
    if (first !== undefined) await backupCleanupPolicy.delete(first.state, recordingContext());
    expect(policies().map(({ name }) => name)).toEqual(few.slice(1));
  }, 120_000);

  test("that a login takes are logged in to", async () => {
    const server = sandbox();
    const takenByLogin = names.filter((tenant) => {
      const connection = { ...connectionTo(server, server.logins.sys), tenant };
      return checkInputs(CANCEL_BACKUP, { connection }).length === 0;
    });
    const few = takenByLogin.slice(0, 30);
    expect(few.length).toBeGreaterThan(5);
    for (const tenant of few) {
      server.addTenant(tenant, "MYSQL", "its-password");
      const login = loginOf(server, { user: "root", tenant, password: "its-password" });
      const session = await openSession(login);
      expect(session.address).toContain(loginName(login));
      expect(await session.read("SELECT EFFECTIVE_TENANT() AS T", "asking")).toEqual([{ T: tenant }]);
      await session.close();
    }
  }, 60_000);
});
