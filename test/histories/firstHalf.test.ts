import { half } from "./halves.ts";

half("first");
