import { expect, test } from "vitest";
import { pauseUntilNextLook, pollDelayMs } from "../../../../provider/oceanbase/stop/polling.ts";

test.each([
  [0, 500],
  [5299, 500],
  [5400, 1800],
  [6000, 2000],
  [60_000, 2200],
])("a look after %i ms is followed by the next one in %i ms", (elapsedMs, delayMs) => {
  expect(pollDelayMs(elapsedMs)).toBe(delayMs);
});

test("a pause that the caller cancels ends as a failure that says where", async () => {
  const controller = new AbortController();
  const paused = pauseUntilNextLook(60_000, "root@sys at db:2881", controller.signal);
  controller.abort();
  await expect(paused).rejects.toMatchObject({
    kind: "aborted",
    message: "root@sys at db:2881: cancelled by the caller while the backups were stopping",
  });
});
