import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { differences } from "../tools/pages/messages.ts";
import { allPages, generated, pageText } from "../tools/pages/sections.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

/*
 * `PAGES=write npx vitest run --project pages generated` writes the generated parts of all pages anew.
 */
const WITH_PARTS = allPages().filter((page) => pageText(page).includes("<!-- generated: "));

test.each(WITH_PARTS)("the generated parts of %s are as the code has them", (page) => {
  const text = generated(pageText(page));
  if (process.env.PAGES === "write") writeFileSync(join(ROOT, page), text);
  expect(pageText(page)).toBe(text);
});

test("every text of the code says what to do, or the troubleshooting page does, and it lists no other", () => {
  expect(differences()).toEqual({ unadvised: [], stale: [] });
});
