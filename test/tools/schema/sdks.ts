import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { BIN } from "../toolchain/pulumi.mjs";
import { ROOT, run } from "../toolchain/run.mjs";
import { SCHEMA_FILE } from "./package.ts";

/** The languages whose SDK is generated and kept here. */
export const SDK_LANGUAGES = ["python", "go"] as const;
export type SdkLanguage = (typeof SDK_LANGUAGES)[number];

/** Where the SDK of a language stands. */
export function sdkFolder(language: SdkLanguage): string {
  return join(ROOT, "sdk", language);
}

/** Generates an SDK from the schema in its file, by Pulumi's own generator, into this folder. */
export async function generateSdk(language: SdkLanguage, folder: string): Promise<void> {
  const env = { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter) };
  const { code, output } = await run("pulumi-codegen", [language, SCHEMA_FILE, folder], {
    env,
    onLine: () => {},
  });
  if (code !== 0) throw new Error(`the SDK for ${language} could not be generated: ${output}`);
}

/** Generates every SDK anew, in its place. */
export async function writeSdks(): Promise<void> {
  for (const language of SDK_LANGUAGES) {
    const folder = mkdtempSync(join(tmpdir(), "sdk-"));
    await generateSdk(language, folder);
    if (existsSync(sdkFolder(language))) rmSync(sdkFolder(language), { recursive: true });
    cpSync(folder, sdkFolder(language), { recursive: true });
    rmSync(folder, { recursive: true });
  }
}
