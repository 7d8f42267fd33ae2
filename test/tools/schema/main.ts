import { writeFileSync } from "node:fs";
import { SCHEMA_FILE, schemaText } from "./package.ts";

/*
 * Writes the schema anew, after a change of the SDK's types or texts: `node test/tools/schema/main.ts`. A test compares.
 */
writeFileSync(SCHEMA_FILE, schemaText());
