import { expect, test } from "vitest";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import {
  failsWith,
  partialFailure,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { recordingContext, startFast, stopBefore } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created } = useBackupCleanupPolicy();

test("no operation of a preview makes a connection", async () => {
  const { state } = await created();
  const preview = recordingContext({ preview: true });
  await failsWith(backupCleanupPolicy.create(inputs(), preview), /preview/);
  await failsWith(backupCleanupPolicy.update("id", state, inputs(), preview), /preview/);
  await failsWith(backupCleanupPolicy.delete(state, preview), /preview/);
  expect(sandbox().log.logins).toBe(0);
});

test("an update sends nothing more when its connection is made again to another cluster", async () => {
  const other = await startFast({ cluster: "other", clusterId: 7 });
  other.cluster.tenants.setPassword("sys", "root", sandbox().logins.sys.password);
  const { state } = await created();
  const connection = { ...inputs().connection, endpoints: [`127.0.0.1:${other.port}`] };
  stopBefore(sandbox(), /DROP DELETE/);
  const failure = await partialFailure(
    backupCleanupPolicy.update(
      "mysql_tenant",
      state,
      inputs({ connection, recoveryWindow: "8d" }),
      recordingContext(),
    ),
  );
  expect(failure.message).toContain("run the command again, or correct connection");
  expect(other.log.matching(/^ALTER|DELETE_POLICY/)).toEqual([]);
  await other.stop();
});

test("no operation leaves a connection open, and no state holds a password that was not given", async () => {
  const { state } = await created();
  await backupCleanupPolicy.create(inputs({ tenant: "nowhere" }), recordingContext()).catch(() => {});
  await backupCleanupPolicy.read("mysql_tenant", state, recordingContext());
  await backupCleanupPolicy.delete(state, recordingContext());
  await expect.poll(() => sandbox().openConnections).toBe(0);
  const { password: _, ...withoutPassword } = inputs();
  const env = { OCEANBASE_PASSWORD: sandbox().logins.sys.password };
  const fresh = await backupCleanupPolicy.create(withoutPassword, recordingContext({ env }));
  expect(JSON.stringify(fresh.state)).not.toContain(env.OCEANBASE_PASSWORD);
});
