import { half } from "./halves.ts";

half("second");
