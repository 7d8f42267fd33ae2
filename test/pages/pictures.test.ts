import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { pictures } from "../tools/pictures/pictures.ts";
import { STEPS } from "../tools/pictures/rooms.ts";
import rooms from "../tools/walls/rooms.cjs";

/*
 * `PAGES=write npx vitest run --project pages pictures` draws all of them anew.
 */
test.each([...pictures()].map(([file, drawn]) => [basename(file), file, drawn] as const))(
  "%s is as it is drawn",
  (_, file, drawn) => {
    if (process.env.PAGES === "write") writeFileSync(file, drawn);
    expect(readFileSync(file, "utf8")).toBe(drawn);
  },
);

// The driver's package is no room; a rule of its own says which file may import it.
const BETWEEN_ROOMS = STEPS.filter(([, to]) => to !== "mysql2");

test.each(BETWEEN_ROOMS)("the arrow from %s to %s is an import that the walls let through", (from, to) => {
  const room = (name: string) => (name.startsWith("oceanbase/") ? `provider/${name}` : name);
  const isMeant = (allowed: string) =>
    allowed.startsWith(`${room(to)}/`) || new RegExp(`^${allowed}(/|$)`).test(room(to));
  expect(rooms[room(from)]?.some(isMeant)).toBe(true);
});
