/*
 * Stands in the bundle for iconv-lite, whose tables are a third of it: Node can decode these character sets itself.
 * The driver asks for it only where a server answers in another one than UTF-8, which was asked for at the login.
 */

/** The driver's names that Node writes in another way. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  cp932: "shift_jis",
  eucjp: "euc-jp",
  eucjpms: "euc-jp",
  euckr: "euc-kr",
  koi8r: "koi8-r",
  koi8u: "koi8-u",
  latin7: "iso-8859-13",
  macroman: "macintosh",
  tis620: "windows-874",
};

/** Decodes as the driver asks for it; a character set that nothing here knows is read byte by byte. */
export function getDecoder(encoding: string): { write(bytes: Buffer): string; end(): undefined } {
  const decoder = decoderFor(NAMES[encoding] ?? encoding);
  return {
    write: (bytes) => (decoder === undefined ? bytes.toString("latin1") : decoder.decode(bytes)),
    end: () => undefined,
  };
}

/** What is sent is UTF-8, which the driver writes itself. */
export function getEncoder(encoding: string): never {
  throw new Error(`nothing is sent in ${encoding}`);
}

function decoderFor(encoding: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(encoding);
  } catch {
    return undefined;
  }
}
