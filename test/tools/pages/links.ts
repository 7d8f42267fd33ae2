import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../toolchain/run.mjs";

/** What a page refers to: a file beside it, an anchor, or an address. */
export function linksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  const inline = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target as string);
  const pictures = [...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, target]) => target as string,
  );
  return [...inline, ...pictures];
}

const { homepage } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const REPOSITORY = homepage.replace(/#.*/, "");

/**
 * What is wrong with a link of a page; undefined when it leads somewhere.
 *
 * @param root the folder that the page is read in: the repository or the installed package
 */
export function linkProblem(link: string, page: string, root: string): string | undefined {
  if (/^https?:/.test(link)) return link.startsWith(REPOSITORY) ? repositoryProblem(link) : undefined;
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return `${page}: ${link}: there is no such file`;
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return anchorsOf(readFileSync(file, "utf8")).includes(anchor)
    ? undefined
    : `${page}: ${link}: there is no such heading`;
}

/** An address in the repository names a file that is there. */
function repositoryProblem(link: string): string | undefined {
  const path = /\/(?:blob|tree|raw)\/(?:main|HEAD)\/([^#]+)/.exec(link)?.[1];
  return path === undefined || existsSync(join(ROOT, path)) ? undefined : `${link}: there is no such file`;
}

/** The anchors that GitHub and npm make of headings. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    (heading as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
}
