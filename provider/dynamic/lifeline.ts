import { Lifeline } from "../engine/lifeline";
import { findEngine } from "./engine";

const lifeline = new Lifeline(findEngine);

/** Runs something on behalf of the engine that has started this process, for as long as it lives. */
export function whileEngineLives<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return lifeline.run(work);
}
