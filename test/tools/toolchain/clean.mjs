import { rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.mjs";

// A file that was deleted in the source must not live on in the package.
rmSync(join(ROOT, "dist"), { recursive: true, force: true });
