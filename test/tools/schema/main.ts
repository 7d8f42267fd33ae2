import { writeFileSync } from "node:fs";
import { SCHEMA_FILE, schemaText } from "./package.ts";
import { writeSdks } from "./sdks.ts";

/*
 * Writes the schema and the SDKs of the other languages anew, after a change of the SDK's types or texts:
 * `node test/tools/schema/main.ts`, after a first `npm test`, which builds the generators. Tests compare.
 */
writeFileSync(SCHEMA_FILE, schemaText());
await writeSdks();
