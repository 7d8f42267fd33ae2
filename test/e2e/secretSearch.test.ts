import { expect, test } from "vitest";
import { findSecrets } from "../tools/support/secretSearch.ts";

/* What looks for secrets has to find them. */

const SECRET = String.raw`zq7"Marker4Secrets\é<&> %41+/'end`;

const json = (text: string) => JSON.stringify(text);
const goJson = (text: string) => json(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
const ascii = (text: string) =>
  json(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;");
const hex = (text: string) => Buffer.from(text).toString("hex");
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Without the part that is the same under every escape: only the decoded whole can be found then. */
const ODD = String.raw`"é\<"é\<"é\<"é\<&>`;

test.each<[string, (text: string) => string, string]>([
  ["plain", (text) => text, ""],
  ["JSON", json, "json"],
  ["JSON by Go", goJson, "json"],
  ["JSON in ASCII", ascii, "json"],
  ["JSON in JSON", (text) => json(json(text)), "json > json"],
  ["a URL", encodeURIComponent, "url"],
  ["HTML", html, "html"],
  ["hexadecimal", hex, "hex"],
  ["hexadecimal behind an odd digit", (text) => `a${hex(text)}`, "hex"],
  ["base64", base64, "base64"],
  ["base64 behind one letter", (text) => base64(`x${text}`), "base64"],
  ["base64 behind two letters", (text) => base64(`xy${text}`), "base64"],
  ["base64 behind other letters", (text) => `abcde${base64(text)}`, "base64"],
  ["base64 for URLs", (text) => Buffer.from(`?>${text}`).toString("base64url"), "base64"],
  ["base64 in lines", (text) => base64(text).replace(/.{10}/g, "$&\r\n  "), "base64"],
  ["base64 in JSON in base64", (text) => base64(json({ a: base64(text) } as never)), "base64 > base64"],
  ["a URL in base64", (text) => base64(encodeURIComponent(text)), "base64 > url"],
])("a secret is found in %s", (_, encode, encodings) => {
  for (const secret of [SECRET, ODD]) {
    const text = `before ${encode(secret)} after`;
    if (encodings !== "") expect(text).not.toContain(secret);
    expect(findSecrets(text, ["another one that is not there", secret])).toContainEqual({
      secret,
      encodings,
    });
  }
});

test("an escape that is not known does not hide the plain part", () => {
  expect(findSecrets("zq7&unknown;Marker4Secrets&x;", [SECRET])).toHaveLength(1);
});

test("nothing is found where nothing is", () => {
  expect(findSecrets(`${base64("something else, and long enough")} %41 \\u0041`, [SECRET, ODD])).toEqual([]);
});
