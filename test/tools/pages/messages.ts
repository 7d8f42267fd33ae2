import { ADVICE, DOING, GROUPS, type MessageGroup, NOT_ALONE } from "./advice.ts";
import { type CodeText, codeTexts } from "./codeTexts.ts";
import { table } from "./markdown.ts";

/** A text of the package, and what to do about it. */
interface Message {
  text: string;
  advice: string;
}

/** The texts that stand in the tables. */
function messageTexts(): CodeText[] {
  return codeTexts().filter(({ text }) => !NOT_ALONE.includes(text) && !DOING.test(text));
}

/** What a message may begin with. */
export function doings(): string {
  const texts = codeTexts().filter(({ text }) => DOING.test(text));
  return [...new Set(texts.map(({ text }) => `- \`${text}\``))].sort().join("\n");
}

/** A table for each group, by the first words. */
export function messageTables(): string {
  const texts = messageTexts();
  return GROUPS.map((group) => {
    const own = texts.filter(({ file }) => groupOf(file) === group).map((text) => messageOf(text, group));
    const unique = [...new Map(own.map((message) => [message.text, message])).values()];
    const rows = unique
      .sort((a, b) => sortKey(a.text).localeCompare(sortKey(b.text), "en"))
      .map(({ text, advice }) => [shown(text), advice]);
    return `### ${group.title}\n\n${table(["message", "what to do"], rows)}`;
  }).join("\n\n");
}

/** Texts of the code for which nothing says what to do, and entries for texts that the code does not have. */
export function differences(): { unadvised: string[]; stale: string[] } {
  const all = new Set(codeTexts().map(({ text }) => text));
  const unadvised = messageTexts()
    .filter((text) => messageOf(text, groupOf(text.file)).advice === "")
    .map(({ file, text }) => `${file}: ${text}`);
  const stale = [...Object.keys(ADVICE), ...NOT_ALONE].filter((text) => !all.has(text));
  return { unadvised, stale };
}

function groupOf(file: string): MessageGroup {
  return GROUPS.find(({ files }) => files.test(file)) as MessageGroup;
}

/** A text says itself what to do in its last clause, unless something better is known. */
function messageOf({ text }: CodeText, group: MessageGroup): Message {
  const known = ADVICE[text];
  if (known !== undefined) return { text, advice: known };
  const end = text.lastIndexOf("; ");
  const last = text.slice(end + 2);
  if (end === -1 || /^…/.test(last)) return { text, advice: group.advice ?? "" };
  return { text: text.slice(0, end), advice: `${last.charAt(0).toUpperCase()}${last.slice(1)}.` };
}

/** As it is printed, without the place that it begins with. */
function shown(text: string): string {
  return `\`${text.replace(/^…(:…)?: (?=[^…])/, "")}\``;
}

function sortKey(text: string): string {
  return text.replace(/^[…:,; ]+/, "").toLowerCase();
}
