import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, run } from "../toolchain/run.mjs";

/** What Pulumi runs on, in the words of its download addresses. */
const PLATFORMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"];

/** The plugin's files in the package. */
const FILES = ["pulumi-resource-oceanbase-backup", "plugin.js", "LICENSES.txt"];

/** Windows runs no file by its first line. */
const WINDOWS_PROGRAM = "pulumi-resource-oceanbase-backup.cmd";
const WINDOWS_LAUNCHER = '@node "%~dp0\\pulumi-resource-oceanbase-backup" %*\r\n';

/**
 * Makes the archives that `pulumi plugin install --file` takes, and that Pulumi downloads from a release by itself, one for
 * each platform. The plugin is the same everywhere, and needs Node on the machine.
 * @param {string} built the folder of the built plugin
 * @param {string} output where the archives go
 * @param {string} version
 * @returns {Promise<string[]>} their paths
 */
export async function makeArchives(built, output, version) {
  mkdirSync(output, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "plugin-archive-"));
  /** @type {string[]} */
  const archives = [];
  try {
    for (const file of FILES) copyFileSync(join(built, file), join(folder, file));
    copyFileSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
    writeFileSync(join(folder, WINDOWS_PROGRAM), WINDOWS_LAUNCHER);
    for (const platform of PLATFORMS) {
      const files = [...FILES, "LICENSE", ...(platform.startsWith("windows") ? [WINDOWS_PROGRAM] : [])];
      const archive = join(output, `pulumi-resource-oceanbase-backup-v${version}-${platform}.tar.gz`);
      const { code, output: said } = await run("tar", ["-czf", archive, "-C", folder, ...files], {
        onLine: () => {},
      });
      if (code !== 0) throw new Error(`tar failed: ${said}`);
      archives.push(archive);
    }
    return archives;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
