import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelBackup } from "../../provider/resources/cancelBackup/lifecycle.ts";
import { recordingContext } from "../tools/support/sandbox.ts";
import { SUBJECTS } from "./seekdb.ts";

/*
 * The kernel has no backups: the one true thing to do with it is to refuse it, and to say why. The sandbox that plays
 * it is held to the same.
 */
describe.each(Object.entries(SUBJECTS))("%s", (_, start) => {
  let subject: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject?.stop());

  test.each([[["some_tenant"]], ["all" as const]])(
    "is refused by CancelBackup for %s in a line that says what it is and what is needed",
    async (tenants) => {
      const failure = await cancelBackup
        .create(
          {
            connection: {
              host: "127.0.0.1",
              port: subject.port,
              tenant: "sys",
              user: "root",
              connectTimeoutSeconds: 10,
            },
            password: subject.password,
            tenants,
            timeoutSeconds: 10,
          },
          recordingContext(),
        )
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "OceanBaseError", kind: "unsupported" });
      expect((failure as Error).message).toMatch(
        new RegExp(
          `^root@sys at 127\\.0\\.0\\.1:${subject.port}: found OceanBase seekdb, which has no backups to cancel ` +
            String.raw`\(5\.7\.25-OceanBase seekdb-v1\.4\.0\.0, OceanBase 4\.3\.5\.3 seekdb \(r1\.4\.0\.0\) \(Built .*\)\); ` +
            String.raw`OceanBase 4\.0 or later is needed; check connection\.host and connection\.port$`,
        ),
      );
    },
  );
});
