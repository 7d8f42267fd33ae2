import { describe, expect, test } from "vitest";
import {
  isWorthRepeating,
  leavesEffectOpen,
  OceanBaseError,
  serverError,
} from "../../../provider/oceanbase/errors.ts";

const said = (errno: number, phase: "login" | "statement" = "statement") =>
  serverError("cancelling as root@sys at db:2881", { errno, sqlMessage: "what the server says" }, phase);

test("an error is one line without a stack, whatever the server wrote", () => {
  const error = serverError("doing", { errno: 1064, sqlMessage: "near 'x\n  y'\r\nat line 1" }, "statement");
  expect(error.message).not.toMatch(/[\r\n]/);
  expect(error.message).toContain("near 'x y' at line 1");
  expect(error.stack).toBe("");
  expect(String(error)).toBe(error.message);
});

test("an error says what was tried, what the server said, what it means and what to do", () => {
  expect(said(1227).message).toBe(
    'cancelling as root@sys at db:2881: the server said "what the server says" (error 1227): the user lacks the ALTER SYSTEM privilege; log in as the tenant\'s administrator (root, or SYS in Oracle mode), or grant ALTER SYSTEM',
  );
});

test("a number can mean one thing at login and another for a statement", () => {
  expect(said(1235, "login").message).toContain("mysql2 3.21");
  expect(said(1235, "statement").message).toContain("from a user tenant only its own backups");
  expect(said(5260, "login").message).not.toBe(said(5260, "statement").message);
});

describe("what follows from a server's error", () => {
  test.each([4012, 4023, 4038, 4109, 4124, 4550, 4638, 4654, 4722, 8001, 8002, 4064, 5066])(
    "%i is worth repeating for a read, and leaves open what a statement did",
    (errno) => {
      expect(isWorthRepeating(said(errno))).toBe(true);
      expect(leavesEffectOpen(said(errno))).toBe(true);
    },
  );

  test.each([1064, 1210, 1227, 1235, 4016, 5160, 5260])(
    "%i is final, and the statement has done nothing",
    (errno) => {
      expect(isWorthRepeating(said(errno))).toBe(false);
      expect(leavesEffectOpen(said(errno))).toBe(false);
    },
  );

  test("an unknown number is not repeated, and leaves open what a statement did", () => {
    expect(said(9999).kind).toBe("server");
    expect(isWorthRepeating(said(9999))).toBe(false);
    expect(leavesEffectOpen(said(9999))).toBe(true);
  });

  test("a connection that ended without a reply leaves open what a statement did", () => {
    expect(leavesEffectOpen(new OceanBaseError("unreachable", "cut", { outcomeUnknown: true }))).toBe(true);
    expect(leavesEffectOpen(new OceanBaseError("unreachable", "refused"))).toBe(false);
  });
});
