import { describe, expect, test } from "vitest";
import { justBefore, stopBefore } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, cancels } = useStop();

describe("a statement without a clear answer", () => {
  test("is not repeated when the jobs show that it took effect", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut after" } });
    const report = await stop();
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
    expect(report.warnings.join()).toContain("the reply to the statement was lost");
    expect(report.issuedAt).toBeDefined();
  });

  test("is repeated when a job runs on unmarked", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut before" } });
    const report = await stop();
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(2);
  });

  test("is not repeated when no backup runs", async () => {
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut before" } });
    const report = await stop();
    expect(report.interrupted).toBeUndefined();
    expect(cancels()).toHaveLength(1);
    // It is unknown whether it arrived, and the record does not say that it did.
    expect(report.issuedAt).toBeUndefined();
    expect(report.warnings.join()).toContain("it is unknown whether the server received it");
  });

  test.each([4012, 4038, 4638])("is repeated after the server's error %i", async (errno) => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno } });
    expect((await stop()).jobs).toMatchObject([{ status: "CANCELED" }]);
    expect(cancels()).toHaveLength(2);
  });

  // There nearly every error is 600, and OceanBase's number stands in the text, or is lost on the way.
  test.each([false, true])(
    "of an Oracle-mode tenant is settled by its jobs as in MySQL mode (number lost: %s)",
    async (forwarded) => {
      const own = () => stop({ selection: "own" }, { who: "oracleTenant" });
      sandbox().startBackup("oracle_tenant");
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error after", errno: 4012, forwarded } });
      expect(await own()).toMatchObject({ jobs: [{ status: "CANCELED" }], issuedAt: expect.any(String) });
      expect(cancels()).toHaveLength(1);
      sandbox().startBackup("oracle_tenant");
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno: 4012, forwarded } });
      expect((await own()).jobs).toMatchObject([{ jobId: "2", status: "CANCELED" }]);
      expect(cancels()).toHaveLength(3);
    },
  );

  test("leaves a report without a time of issue when the server cannot be reached afterwards, and is resumed from it", async () => {
    sandbox().startBackup("mysql_tenant");
    stopBefore(sandbox(), /CANCEL/);
    const report = await stop({}, { deadlineMs: Date.now() + 2000 });
    expect(report.interrupted?.kind).toBe("unreachable");
    expect(report.issuedAt).toBeUndefined();
    expect(report.statement).toBeDefined();
    expect(report.jobs).toHaveLength(1);

    await sandbox().start();
    const resumed = await stop({ earlier: report });
    expect(resumed.jobs).toMatchObject([{ status: "CANCELED" }]);
  });

  test("that fails five times is reported as a failure and is not sent again", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().faults.inject({ match: /CANCEL/, times: 99, act: { kind: "error", errno: 4012 } });
    const report = await stop();
    expect(report.interrupted).toMatchObject({ errno: 4012 });
    expect(report.issuedAt).toBeUndefined();
    expect(cancels()).toHaveLength(5);
  });

  test.each([true, false])(
    "that ends with an unknown error number is a failure and is not repeated (a backup runs: %s)",
    async (runs) => {
      if (runs) sandbox().startBackup("mysql_tenant");
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno: 4999 } });
      const report = await stop();
      expect(report.interrupted).toMatchObject({ errno: 4999, kind: "server" });
      expect(cancels()).toHaveLength(1);
    },
  );
});

test("a refusal after a send that may have taken effect is part of the report and is not thrown", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().addTenant("third");
  sandbox().faults.inject({ match: /CANCEL/, act: { kind: "cut after" } });
  // What makes the sender try again: a backup that the first send cannot have marked.
  justBefore(sandbox(), /BACKUP_JOBS/, () => {});
  justBefore(sandbox(), /BACKUP_JOBS/, () => sandbox().startBackup("oracle_tenant"));
  justBefore(sandbox(), /CANCEL/, () => sandbox().dropTenant("third"));
  const report = await stop({ selection: ["mysql_tenant", "oracle_tenant", "third"] });
  expect(cancels()).toHaveLength(2);
  expect(report.interrupted?.message).toContain("third does not exist");
  expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant" }]);
});
