import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { ca } from "../../../provider/plugin/substitutes/awsSslProfiles.ts";
import { getDecoder, getEncoder } from "../../../provider/plugin/substitutes/iconvLite.ts";
import { loadSync } from "../../../provider/plugin/substitutes/protoLoader.ts";

/* What the bundle has instead of parts that it would never use. */

const mysqlRequire = createRequire(createRequire(import.meta.url).resolve("mysql2"));
const iconv = mysqlRequire("iconv-lite") as {
  encode(text: string, encoding: string): Buffer;
  decode(bytes: Buffer, encoding: string): string;
};

const decoded = (bytes: Buffer, encoding: string) => {
  const decoder = getDecoder(encoding);
  return decoder.write(bytes) + (decoder.end() ?? "");
};

describe("text that a server sends in another character set", () => {
  // Every one that the driver knows by name and Node can decode.
  test.each([
    ["gbk", "租户一"],
    ["gb2312", "租户一"],
    ["gb18030", "租户€😀"],
    ["big5", "租戶一"],
    ["sjis", "テナント"],
    ["cp932", "テナント①"],
    ["eucjp", "テナント"],
    ["euckr", "테넌트"],
    ["latin2", "Łódź"],
    ["latin5", "İstanbul"],
    ["latin7", "Šiauliai"],
    ["greek", "ενοικος"],
    ["hebrew", "דייר"],
    ["tis620", "ผู้เช่า"],
    ["koi8r", "арендатор"],
    ["koi8u", "орендар їґ"],
    ["cp866", "арендатор"],
    ["cp1250", "Łódź"],
    ["cp1251", "арендатор"],
    ["cp1256", "مستأجر"],
    ["cp1257", "Šiauliai"],
    ["macroman", "cafés"],
  ])("%s is read as the driver's own library reads it", (encoding, text) => {
    const bytes = iconv.encode(text, encoding);
    expect(decoded(bytes, encoding)).toBe(text);
    expect(iconv.decode(bytes, encoding)).toBe(text);
  });

  test("is read byte by byte where nothing knows it, and fails nothing", () => {
    expect(decoded(Buffer.from([0x41, 0xe4]), "dec8")).toBe("Aä");
    expect(decoded(Buffer.from([0xff, 0x41]), "gbk")).toContain("A");
  });
});

test("nothing is sent in one, no service needs a definition, and no authority is brought along", () => {
  expect(() => getEncoder("gbk")).toThrow("gbk");
  expect(() => loadSync("channelz.proto")).toThrow("channelz.proto");
  expect(ca).toEqual([]);
});
