import naughtyStrings from "big-list-of-naughty-strings" with { type: "json" };
import fc from "fast-check";

/** The whole of the big list. */
export const NAUGHTY: readonly string[] = naughtyStrings;

const QUOTES = [
  "`",
  "``",
  "'",
  "''",
  '"',
  "\\`",
  "\\'",
  "\\",
  "\\\\",
  "´",
  "ʹ",
  "‘",
  "’",
  "“",
  "＇",
  "｀",
  "ˋ",
  "′",
];
const MARKS = [
  "--",
  "-- ",
  "#",
  "/*",
  "*/",
  "/*!",
  "/*+",
  "*+/",
  ";",
  ",",
  "=",
  "(",
  ")",
  "@",
  "@@",
  "?",
  ":",
  "%",
  "$",
  ".",
];
const WORDS = [
  ...[
    "TENANT",
    "ALL",
    "all",
    "CANCEL BACKUP",
    "ALTER SYSTEM",
    "FORCE",
    "SELECT 1",
    "DROP TENANT a",
    "UNION",
    "OR 1=1",
  ],
  ...[
    "sys",
    "SYS",
    "Sys",
    "META$1002",
    "meta$1002",
    "META$",
    "null",
    "NULL",
    "default",
    "_utf8",
    "_binary'",
    "N'",
    "x'41'",
  ],
  ...[
    "0x41",
    "b'1'",
    "1e9",
    "-1",
    "{}",
    "[object Object]",
    "{{a}}",
    "%s",
    "%00",
    "\\0",
    "\\x00",
    "__proto__",
  ],
];
const INVISIBLE = [
  "\u200b",
  "\u200d",
  "\ufeff",
  "\u00a0",
  "\u00ad",
  "\u202e",
  "\u2060",
  "\u3000",
  "\u0301",
  "\u20dd",
  "\ufe0f",
];
const CONTROL = ["\0", "\n", "\r", "\r\n", "\t", "\x1a", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u2029"];
const ODD = [
  "\ud800",
  "\udfff",
  "\ud83d\ude00",
  "租户",
  "ﾃﾅﾝﾄ",
  "é",
  "e\u0301",
  "ß",
  "ı",
  "İ",
  "\u{10ffff}",
  "ÿ",
  "ⅷ",
  "Ａ",
];

/** Pieces that mean something to a lexer, a shell, a terminal or a reader, and plain letters between them. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...QUOTES) },
  { weight: 3, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 2, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constantFrom(...INVISIBLE) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  { weight: 3, arbitrary: fc.constantFrom(..."abz019_ ") },
);

/** Names that somebody would choose who wants to end, lengthen or disguise a statement. */
export const attackersName: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join("")),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.array(piece, { maxLength: 5 }),
        fc.constantFrom(...CONTROL),
        fc.array(piece, { maxLength: 5 }),
      )
      .map(([before, control, after]) => [...before, control, ...after].join("")),
  },
  { weight: 2, arbitrary: fc.constantFrom(...NAUGHTY) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  // Around the longest name, and far beyond it.
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom("`", "a", "租", "\\", "\u{1f600}", "'"),
        fc.constantFrom(15, 16, 21, 22, 63, 64, 65, 70_000),
      )
      .map(([text, times]) => text.repeat(times)),
  },
);
