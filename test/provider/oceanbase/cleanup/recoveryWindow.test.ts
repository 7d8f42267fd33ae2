import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isSameWindow,
  isShorterWindow,
  recoveryWindowProblem,
  windowMicroseconds,
} from "../../../../provider/oceanbase/cleanup/recoveryWindow.ts";

test.each([
  ["1us", 1n],
  ["3ms", 3_000n],
  ["60s", 60_000_000n],
  ["60", 60_000_000n],
  ["2m", 120_000_000n],
  ["24H", 86_400_000_000n],
  ["7d", 604_800_000_000n],
  ["0d", 0n],
  ["010d", 691_200_000_000n],
  ["0x10d", 0x10dn * 1_000_000n],
  ["0x7h", 25_200_000_000n],
  ["01us", 1n],
  ["017us", 15n],
  [`${2n ** 63n - 1n}us`, 2n ** 63n - 1n],
  ["106751991d", 106_751_991n * 86_400_000_000n],
])("the window %s is read as the server reads it, as %i microseconds", (text, length) => {
  expect(windowMicroseconds(text)).toBe(length);
});

test.each(["", "d", "7w", "7 d", "7dd", "-7d", "08d", "7.5d", "106751992d", `${2n ** 63n}us`])(
  "the text %j is no window",
  (text) => {
    expect(windowMicroseconds(text)).toBeUndefined();
  },
);

test.each(["7d", "7D", "168h", "1us", "1MS", "90m", "106751991d"])(
  "the window %s is accepted from a program",
  (text) => {
    expect(recoveryWindowProblem(text)).toBeUndefined();
  },
);

test.each(["", "7", "7w", "07d", "0d", "0x7d", " 7d", "7 d", "+7d", "-7d", "7d ", "7.5d", "7days", "7d\n"])(
  "the window %j is refused from a program, even where the server would read one in it",
  (text) => {
    expect(recoveryWindowProblem(text)).toContain("no weeks");
  },
);

test("a window that 64 bits cannot count is refused with the longest one", () => {
  expect(recoveryWindowProblem("106751992d")).toBe("must not be longer than 106751991d");
});

test.each([
  ["7d", "168h", true],
  ["7d", "7D", true],
  ["7d", "604800", true],
  ["1h", "60m", true],
  ["7d", "8d", false],
  ["7d", undefined, false],
  [undefined, undefined, true],
  ["what", "what", true],
  ["what", "ever", false],
  ["what", "7d", false],
  [undefined, "what", false],
])("a comparison of the windows %j and %j gives %j", (one, other, same) => {
  expect(isSameWindow(one, other)).toBe(same);
  expect(isSameWindow(other, one)).toBe(same);
});

test.each([
  ["7d", "8d", true],
  ["167h", "7d", true],
  ["7d", "168h", false],
  ["8d", "7d", false],
  ["1us", "106751991d", true],
  [undefined, "7d", false],
  ["7d", undefined, false],
  [undefined, undefined, false],
  ["what", "7d", false],
  ["7d", "what", false],
  ["0d", "what", false],
  ["what", "ever", false],
])("that the window %j is shorter than %j is %j", (one, other, shorter) => {
  expect(isShorterWindow(one, other)).toBe(shorter);
});

test("every accepted window is one for the server, and as long as itself in smaller units", () => {
  const unit = fc.constantFrom(["d", "h", 24], ["h", "m", 60], ["m", "s", 60], ["s", "ms", 1000] as const);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), unit, (number, [large, small, factor]) => {
      const text = `${number}${large}`;
      expect(recoveryWindowProblem(text)).toBeUndefined();
      expect(isSameWindow(text, `${number * Number(factor)}${small}`)).toBe(true);
      expect(isSameWindow(text, `${number + 1}${large}`)).toBe(false);
    }),
  );
});
