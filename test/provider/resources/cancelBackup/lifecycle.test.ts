import { expect, test } from "vitest";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created } = useCancelBackup();

test("no operation of a preview makes a connection", async () => {
  const { state } = await created({ cancelOn: ["delete"] });
  const preview = recordingContext({ preview: true });
  await expect(cancelBackup.create(inputs(), preview)).rejects.toThrow(/preview/);
  await expect(cancelBackup.update("id", state, inputs(), preview)).rejects.toThrow(/preview/);
  await expect(cancelBackup.delete(state, preview)).rejects.toThrow(/preview/);
  expect(sandbox().log.logins).toBe(0);
});

test("no operation leaves a connection open", async () => {
  const { state } = await created({ cancelOn: ["delete"] });
  await cancelBackup.create(inputs({ tenants: ["nowhere"] }), recordingContext()).catch(() => {});
  await cancelBackup.delete(state, recordingContext());
  // It is kept for a moment, in case another resource of the stack comes next.
  await expect.poll(() => sandbox().openConnections).toBe(0);
});
