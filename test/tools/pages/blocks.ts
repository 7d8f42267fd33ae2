import { pageText } from "./sections.ts";

/** A block of code of a page. */
export interface CodeBlock {
  page: string;
  /** Where it begins, counted from 1. */
  line: number;
  /** `ts`, `sh`, or more: `sql oracle`. */
  language: string;
  text: string;
}

/** All blocks of these pages whose language this is. */
export function codeBlocks(pages: readonly string[], language: RegExp): CodeBlock[] {
  return pages.flatMap((page) =>
    [...pageText(page).matchAll(/^```(\S[^\n]*)\n([\s\S]*?)^```/gm)]
      .map((match) => ({
        page,
        line: pageText(page).slice(0, match.index).split("\n").length,
        language: match[1] as string,
        text: match[2] as string,
      }))
      .filter((block) => language.test(block.language)),
  );
}
