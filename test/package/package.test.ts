import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packedPages, packedPictures } from "../tools/pages/sections.ts";
import { CONSUMER } from "../tools/support/consumer.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

const INSTALLED = join(CONSUMER, "node_modules", "pulumi-oceanbase-backup");

/** Runs a line of JavaScript in a user's folder and gives what it printed. */
function evaluate(code: string): string {
  return execFileSync(process.execPath, ["-e", code], { cwd: CONSUMER, encoding: "utf8" }).trim();
}

test("the package holds its code, its types, its plugin and its texts, and nothing else", () => {
  const files = readdirSync(INSTALLED, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(INSTALLED.length + 1))
    // What a plugin that has run leaves there.
    .filter((file) => !file.includes(".compile-cache"));
  const others = files.filter((file) => !/^dist\/(provider|sdk)\/.*\.(js|d\.ts)$/.test(file));
  expect(others.sort()).toEqual(
    [
      ...packedPages(),
      ...packedPictures(),
      "LICENSE",
      "dist/plugin/LICENSES.txt",
      "dist/plugin/plugin.js",
      "dist/plugin/pulumi-resource-oceanbase-backup",
      "package.json",
    ].sort(),
  );
  // The plugin's code is in its bundle, and nowhere else.
  expect(files.filter((file) => file.startsWith("dist/provider/plugin/"))).toEqual([]);
  for (const file of [
    "dist/sdk/nodejs/index.js",
    "dist/sdk/nodejs/index.d.ts",
    "dist/provider/dynamic/index.js",
  ]) {
    expect(files).toContain(file);
  }
});

test.each(["cancelBackup", "backupCleanupPolicy"])("what the state asks for by name is there: %s", (name) => {
  const provider = evaluate(
    `console.log(Object.keys(require("pulumi-oceanbase-backup/provider").${name}).sort().join())`,
  );
  expect(provider).toBe("check,configure,create,delete,diff,read,update");
});

test("no code is loaded by import(), which goes past the hooks on require(), such as that of Yarn's Plug'n'Play", () => {
  const dist = join(INSTALLED, "dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  const isCode = (line: string) => !/^\s*(\*|\/[/*])/.test(line);
  const importing = files.filter((file) =>
    readFileSync(join(dist, file), "utf8")
      .split("\n")
      .some((line) => isCode(line) && /\bimport\(/.test(line)),
  );
  expect(importing).toEqual([]);
});

test("importing it loads neither the driver nor the database code", () => {
  const loaded = evaluate(
    'require("pulumi-oceanbase-backup"); console.log(Object.keys(require.cache).filter((f) => /mysql2|provider.oceanbase/.test(f)).length)',
  );
  expect(loaded).toBe("0");
});

describe("the plugin's bundle", () => {
  const folder = join(INSTALLED, "dist", "plugin");

  test("is no larger than 1.5 MB, and needs no other package", () => {
    expect(statSync(join(folder, "plugin.js")).size).toBeLessThanOrEqual(1_500_000);
    const required = readFileSync(join(folder, "plugin.js"), "utf8").matchAll(/\brequire\("([^"]+)"\)/g);
    const packages = [...required].map(([, name]) => name as string).filter((name) => !isBuiltin(name));
    // The driver colours its own debug output with it where it is installed.
    expect(packages).toEqual(["cardinal"]);
  });

  test("comes with the licence of everything that is in it", () => {
    const licences = readFileSync(join(folder, "LICENSES.txt"), "utf8");
    const names = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \((.+)\)$/gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(["@grpc/grpc-js", "google-protobuf", "mysql2"]));
    expect(licences).not.toContain("(undefined)");
    expect(licences).toContain("Apache License");
    expect(licences).toContain("MIT License");
  });
});

test("its version is the changelog's newest", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [, newest] = /^## (\S+)/m.exec(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")) ?? [];
  expect(newest).toBe(version);
});

test("no npm script runs a TypeScript program by a second `node`: its shell may remember an old one from before the set-up", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const second = Object.entries(scripts).filter(([, script]) => /&&\s*node\b[^&]*\.ts\b/.test(script));
  expect(second).toEqual([]);
});
