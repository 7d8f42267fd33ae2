import { describe, expect, test } from "vitest";
import { asPolicyError } from "../../../../provider/oceanbase/cleanup/cleanupPolicyErrors.ts";
import {
  PACKETS_OUT_OF_ORDER,
  QUERY_ATTRIBUTES_OFFERED,
  REPLY_TOO_LARGE,
  SEVERAL_RESULTS,
} from "../../../../provider/oceanbase/connection/driver.ts";
import {
  LOGIN_MEANINGS,
  NETWORK_MEANINGS,
  STATEMENT_MEANINGS,
  TRANSIENT,
} from "../../../../provider/oceanbase/connection/errorCodes.ts";
import {
  isWorthRepeating,
  leavesEffectOpen,
  loginError,
  noAnswerError,
  serverError,
} from "../../../../provider/oceanbase/connection/failures.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";

const said = (errno: number, phase: "login" | "statement" = "statement") =>
  serverError("cancelling as root@sys at db:2881", { errno, sqlMessage: "what the server says" }, phase);

test("an error is one line without a stack, even when the server's text has several", () => {
  const error = serverError("doing", { errno: 1064, sqlMessage: "near 'x\n  y'\r\nat line 1" }, "statement");
  expect(error.message).not.toMatch(/[\r\n]/);
  expect(error.message).toContain("near 'x y' at line 1");
  expect(error.stack).toBe("");
  expect(String(error)).toBe(error.message);
});

test("an error says what was tried, what the server said, what it means and what to do", () => {
  expect(said(1227).message).toBe(
    'cancelling as root@sys at db:2881: the user lacks the ALTER SYSTEM privilege (error 1227); the server said "what the server says"; log in as the tenant\'s administrator (root, or SYS in Oracle mode), or grant ALTER SYSTEM',
  );
});

test("an error number has one meaning at login and another for a statement", () => {
  expect(said(1235, "login").message).toContain("mysql2 3.21");
  expect(said(1235, "statement").message).toContain("from a user tenant only its own backups");
  expect(said(5260, "login").message).not.toBe(said(5260, "statement").message);
});

describe("a server's error", () => {
  test.each([
    600, 1205, 1213, 4012, 4013, 4023, 4030, 4038, 4109, 4124, 4550, 4637, 4638, 4654, 4719, 4721, 4722, 6002,
    8001, 8002, 4064, 5066,
  ])("%i is repeated for a read, and leaves the effect of a statement open", (errno) => {
    expect(isWorthRepeating(said(errno))).toBe(true);
    expect(leavesEffectOpen(said(errno))).toBe(true);
  });

  test.each([1031, 1064, 1227, 1235, 5160, 5260])("%i is final, and its statement had no effect", (errno) => {
    expect(isWorthRepeating(said(errno))).toBe(false);
    expect(leavesEffectOpen(said(errno))).toBe(false);
  });

  test.each([1210, 4016])("%i is final, and its statement may have had an effect", (errno) => {
    expect(isWorthRepeating(said(errno))).toBe(false);
    expect(leavesEffectOpen(said(errno))).toBe(true);
  });

  test("of an unknown number is not repeated, and leaves the effect of a statement open", () => {
    expect(said(9999).kind).toBe("server");
    expect(isWorthRepeating(said(9999))).toBe(false);
    expect(leavesEffectOpen(said(9999))).toBe(true);
  });
});

test("a connection that ended without a reply leaves the effect of a statement open", () => {
  expect(leavesEffectOpen(new OceanBaseError("unreachable", "cut", { outcomeUnknown: true }))).toBe(true);
  expect(leavesEffectOpen(new OceanBaseError("unreachable", "refused"))).toBe(false);
});

describe("a failed login", () => {
  const failed = (failure: Parameters<typeof loginError>[1]) =>
    loginError("logging in", failure, { timeoutMs: 5000 });

  test.each([
    [{ code: "HANDSHAKE_NO_SSL_SUPPORT" }, "refused", /offers no TLS; the password was not sent/],
    [
      { code: "HANDSHAKE_SSL_ERROR", message: "self-signed" },
      "refused",
      /TLS failed; self-signed, so the password/,
    ],
    [{ code: "AUTH_SWITCH_PLUGIN_ERROR", message: "asks for sha" }, "refused", /^logging in: asks for sha$/],
    [
      { code: QUERY_ATTRIBUTES_OFFERED },
      "unsupported",
      /a MySQL 8 or later by its query attributes; an OceanBase/,
    ],
    [{ code: "ETIMEDOUT" }, "unreachable", /no answer within 5 s; check connection\.host/],
    [
      { code: "ECONNREFUSED" },
      "unreachable",
      /nothing listens there \(ECONNREFUSED\); check connection\.host/,
    ],
    [{ code: "ECONNRESET" }, "unreachable", /the connection was cut \(ECONNRESET\)/],
    [{ code: "ENOTFOUND" }, "unreachable", /the host name is not known/],
    [{ code: "EAI_AGAIN" }, "unreachable", /could not be looked up/],
    [{ code: "EHOSTUNREACH" }, "unreachable", /no route to the host/],
    [{ code: "ENETUNREACH" }, "unreachable", /no route to the network/],
    [{ code: "EPIPE" }, "unreachable", /the connection was cut/],
    [{ code: "PROTOCOL_CONNECTION_LOST" }, "unreachable", /the connection was cut/],
    [
      { code: "HANDSHAKE_UNKNOWN_ERROR", message: "odd packet" },
      "refused",
      /no session could be made; the driver said "odd packet"$/,
    ],
    [{ code: "ODD" }, "refused", /no session could be made; the driver said "ODD"$/],
    [{}, "refused", /no session could be made; the driver said ""$/],
  ] as const)("with %j is %s", (failure, kind, text) => {
    expect(failed(failure)).toMatchObject({ kind, message: expect.stringMatching(text) });
  });

  test.each([
    [1040, "transient"],
    [1045, "refused"],
    [1203, "transient"],
    [1226, "transient"],
    [1235, "refused"],
    [1820, "refused"],
    [3118, "refused"],
    [4666, "refused"],
    [4669, "refused"],
    [5150, "transient"],
    [5160, "refused"],
    [5260, "refused"],
    [8001, "transient"],
    [4023, "transient"],
    [9999, "server"],
  ] as const)("with error %i is %s, without advice about a statement", (errno, kind) => {
    const error = failed({ code: "ER_ODD", errno, sqlMessage: "no" });
    expect(error).toMatchObject({ kind, errno, answer: undefined });
    expect(error.message).toMatch(
      new RegExp(`^logging in: [^;]+ \\(error ${errno}\\); the server said "no"; .`),
    );
  });
});

test.each([
  [1031, "refused"],
  [942, "refused"],
  [1044, "refused"],
  [1142, "refused"],
  [1064, "unsupported"],
  [1210, "input"],
  [4016, "server"],
  [4375, "server"],
  [4392, "server"],
  [5160, "refused"],
  [1235, "refused"],
  [5260, "refused"],
] as const)("statement error %i is %s, with advice", (errno, kind) => {
  expect(said(errno)).toMatchObject({
    kind,
    message: expect.stringMatching(/^[^;]+ \(error \d+\); the server said ".+"; .+/),
  });
});

test("a view that an Oracle-mode session does not find may be one that it may not read", () => {
  expect(said(942).message).toMatch(
    /: no such view, or it may not be read \(error 942\); .*; in this Oracle-mode tenant grant the user SELECT on the view in SYS, or SELECT ANY DICTIONARY$/,
  );
});

test("an error without a known meaning shows its number, and a transient one says to try again", () => {
  expect(said(9999).message).toMatch(
    /: the server refused it \(error 9999\); the server said ".+"; see OceanBase's error codes for its meaning$/,
  );
  expect(said(4038).message).toMatch(
    /: the server asked is no longer the leader \(error 4038\); the server said ".+"; try again$/,
  );
  expect(serverError("doing", {}, "statement").message).toMatch(/\(error 0\); the server said ""; /);
});

test.each([
  [{ code: SEVERAL_RESULTS }, "unsupported", "one statement was sent and several results came back"],
  [{ code: PACKETS_OUT_OF_ORDER }, "unsupported", "the packets of a reply came out of order"],
  [{ code: REPLY_TOO_LARGE }, "unsupported", "more than 32 MiB came for one reply"],
  [{ code: "ECONNRESET", message: "read ECONNRESET" }, "unreachable", "the connection was cut"],
  [{ code: "ODD", message: "odd packet" }, "unreachable", "odd packet"],
  [{}, "unreachable", "the connection failed"],
] as const)("a statement that ends with %j is %s, and its effect is unknown", (failure, kind, text) => {
  const error = noAnswerError("cancelling", failure);
  expect(error).toMatchObject({ kind, message: `cancelling: ${text}`, outcomeUnknown: true });
});

test("an error has its name, and no unknown outcome by default", () => {
  expect(new OceanBaseError("server", " two\n\n lines \n")).toMatchObject({
    name: "OceanBaseError",
    message: "two lines",
    outcomeUnknown: false,
  });
});

describe("the first clause of an error, which is all that a row shows,", () => {
  const clause = (error: OceanBaseError) => error.message.split("; ")[0] as string;
  const at = "as root@sys at db1:2881";
  const server = (doing: string, errno: number, phase: "login" | "statement") =>
    serverError(doing, { errno, sqlMessage: "x".repeat(500) }, phase);
  const errnos = (table: object) => Object.keys(table).map(Number);

  test.each([
    ...errnos(LOGIN_MEANINGS).map((errno) => server(`logging in ${at}`, errno, "login")),
    ...errnos({ ...STATEMENT_MEANINGS, ...TRANSIENT }).map((errno) =>
      server(`cancelling the backups of mysql_tenant ${at}`, errno, "statement"),
    ),
    ...[1062, 1064, 1146, 1210, 1235, 4016, 4017, 5160, 5260].map((errno) => {
      const error = server(`setting the cleanup policy of mysql_tenant ${at}`, errno, "statement");
      return asPolicyError(error, { version: "4.2.5.1" }) as OceanBaseError;
    }),
    ...[...Object.keys(NETWORK_MEANINGS), "HANDSHAKE_SSL_ERROR", "HANDSHAKE_NO_SSL_SUPPORT", "ODD"].map(
      (code) => loginError(`logging in ${at}`, { code, message: "x".repeat(500) }, { timeoutMs: 10_000 }),
    ),
  ])("is short (%#)", (error) => {
    expect(clause(error).length, clause(error)).toBeLessThan(120);
    expect(clause(error)).toContain(at);
    expect(error.message.length).toBeGreaterThan(clause(error).length);
  });
});

test("a refused login suspects a line end at the end of the password, and another failure does not", () => {
  const attempt = { timeoutMs: 5000, endsInLineEnd: true };
  const refused = (errno: number, tried: Parameters<typeof loginError>[2]) =>
    loginError("logging in", { errno, sqlMessage: "no" }, tried).message;
  expect(refused(1045, attempt)).toMatch(/; the password ends in a line end, .* take it away$/);
  expect(refused(1045, { timeoutMs: 5000 })).not.toContain("line end");
  expect(refused(4023, attempt)).not.toContain("line end");
});
