import { describe, expect, test } from "vitest";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { inMysqlNumbers } from "../../../../provider/oceanbase/connection/oracleErrors.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";

const internal = (code: string) => ({
  errno: 600,
  sqlMessage: `ORA-00600: internal error code, arguments: ${code}, what it says`,
});

describe("a failure of an Oracle-mode session", () => {
  test.each([
    ["-4012", 4012],
    ["-4016", 4016],
    ["-4017", 4017],
    ["-4654", 4654],
    ["-4002", 1210],
    ["-4007", 1235],
    ["-5024", 1062],
    ["-5036", 1227],
    ["-5065", 1317],
    ["-5160", 5160],
    ["-5171", 1142],
    ["-5260", 5260],
  ])("whose internal error holds the code %s gets the MySQL-mode number %i", (code, errno) => {
    expect(inMysqlNumbers(internal(code))).toMatchObject({
      errno,
      reported: `600, OceanBase's own ${code}`,
    });
  });

  test.each([
    [900, 1064],
    [1, 1062],
    [60, 1213],
    [1092, 5066],
    [24761, 6002],
    [30006, 1205],
  ])("with the number %i gets the MySQL-mode number %i", (errno, known) => {
    const failure = { errno, sqlMessage: "what it says" };
    expect(inMysqlNumbers(failure)).toMatchObject({ errno: known, reported: String(errno) });
  });

  test("keeps a number that is known as it is, and stays as it is without the server's answer", () => {
    for (const failure of [{ errno: 942, sqlMessage: "ORA-00942" }, { code: "ECONNRESET" }]) {
      expect(inMysqlNumbers({ ...failure })).toEqual(failure);
    }
  });

  test("whose code was lost is transient, and may have taken effect", () => {
    const lost = inMysqlNumbers({ errno: 600, sqlMessage: "internal error" });
    expect(lost).toEqual({ errno: 600, sqlMessage: "internal error" });
    expect(serverError("asking", lost, "statement")).toMatchObject({ kind: "transient", errno: 600 });
  });
});

describe("a session", () => {
  const sandbox = useSandbox();

  test.each(["oracleTenant", "mysqlTenant"] as const)(
    "of %s reports one error under one number",
    async (who) => {
      const session = await openSession(loginOf(sandbox(), sandbox().logins[who]));
      sandbox().faults.inject({ match: /CANCEL/, act: { kind: "error", errno: 4038 } });
      const sent = session.send("ALTER SYSTEM CANCEL BACKUP", "cancelling");
      const number = who === "oracleTenant" ? "600, OceanBase's own -4038" : "4038";
      await expect(sent).rejects.toMatchObject({
        kind: "transient",
        errno: 4038,
        message: expect.stringContaining(`the server asked is no longer the leader (error ${number}); `),
      });
      session.close();
    },
  );

  test("in Oracle mode repeats a read that meets a leader change", async () => {
    const session = await openSession(loginOf(sandbox(), sandbox().logins.oracleTenant));
    sandbox().faults.inject({ match: /ONE/, act: { kind: "error", errno: 4038 } });
    expect(await session.read("SELECT 1 AS ONE FROM DUAL", "asking")).toEqual([{ ONE: "1" }]);
    expect(sandbox().log.entries.filter(({ sql }) => sql.includes("ONE"))).toHaveLength(2);
    session.close();
  });
});
