/** Shorter runs of letters hold no secret that anybody looks for. */
const SHORTEST = 12;

/** How deep encodings may lie in one another. */
const DEPTH = 3;

/** Where a secret was found, and under which encodings, the outer one first: `json`, `base64 > url`. */
export interface Finding {
  secret: string;
  encodings: string;
}

/**
 * Finds secrets in a text: as they are, and under any mix of JSON, URL, HTML, hexadecimal and base64 encoding. Of a
 * secret with odd characters its longest plain part counts, too: an escape that is not known here hides it no better.
 */
export function findSecrets(text: string, secrets: readonly string[]): Finding[] {
  const findings = new Map<string, Finding>();
  const search = (decoded: string, encodings: readonly string[]) => {
    for (const secret of secrets) {
      if (!decoded.includes(secret) && !decoded.includes(longestPlainPart(secret))) continue;
      const finding = { secret, encodings: encodings.join(" > ") };
      findings.set(JSON.stringify(finding), finding);
    }
    if (encodings.length === DEPTH) return;
    for (const [name, decode] of Object.entries(DECODERS)) {
      // What is in the text as it is needs no decoding once more.
      for (const inner of decode(decoded)) if (inner !== decoded) search(inner, [...encodings, name]);
    }
  };
  search(text, []);
  return [...findings.values()];
}

function longestPlainPart(secret: string): string {
  const parts = secret.match(/[A-Za-z0-9]+/g) ?? [];
  const longest = parts.reduce((one, other) => (other.length > one.length ? other : one), "");
  return longest.length >= SHORTEST ? longest : secret;
}

const DECODERS: Record<string, (text: string) => string[]> = {
  json: (text) => [
    text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, unicode, byte, other) => {
      if (other !== undefined) return SHORT_ESCAPES[other as keyof typeof SHORT_ESCAPES] ?? other;
      return String.fromCharCode(Number.parseInt(unicode ?? byte, 16));
    }),
  ],
  url: (text) => [
    text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString()),
  ],
  html: (text) => [
    text
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
      .replace(/&(quot|lt|gt|amp|apos);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]),
  ],
  hex: (text) => runs(text, /[0-9a-f]+/gi, 2 * SHORTEST).flatMap((run) => shifted(run, 2, "hex")),
  base64: (text) => {
    // A long text may be broken into lines.
    const all = [text, text.replace(/[ \t]*\r?\n[ \t]*/g, "")];
    const found = new Set(all.flatMap((one) => runs(one, /[A-Za-z0-9+/_-]+/g, (SHORTEST * 4) / 3)));
    return [...found].flatMap((run) => shifted(run, 4, "base64"));
  },
};

const SHORT_ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
const ENTITIES = { quot: '"', lt: "<", gt: ">", amp: "&", apos: "'" };

function runs(text: string, pattern: RegExp, shortest: number): string[] {
  return (text.match(pattern) ?? []).filter((run) => run.length >= shortest);
}

/** A run may begin with letters that belong to something else: decoded from each place that matters. */
function shifted(run: string, period: number, encoding: "hex" | "base64"): string[] {
  return Array.from({ length: period }, (_, i) => Buffer.from(run.slice(i), encoding).toString());
}
