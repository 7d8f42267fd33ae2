import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { generateSdk, SDK_LANGUAGES, sdkFolder } from "../tools/schema/sdks.ts";

/* The SDKs of other languages are what Pulumi's generators make of the schema. */
let folder: string;
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every file that is no product of a build, with its text. */
function filesIn(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const own = paths.filter((path) => !/__pycache__|egg-info|^build\//.test(path));
  return Object.fromEntries(own.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

test.each(SDK_LANGUAGES)(
  "the SDK for %s is what the schema gives (node test/tools/schema/main.ts writes it)",
  async (language) => {
    folder = mkdtempSync(join(tmpdir(), "sdk-"));
    await generateSdk(language, folder);
    const [kept, generated] = [filesIn(sdkFolder(language)), filesIn(folder)];
    expect(Object.keys(kept)).toEqual(Object.keys(generated));
    expect(Object.keys(generated).length).toBeGreaterThan(10);
    expect(kept).toEqual(generated);
  },
);
