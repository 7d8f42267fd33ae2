import { isOfKind, OceanBaseError } from "../../oceanbase/errors";

/** What came of an attempt: a value, or why there is none. */
export type Attempt<T> = { value: T; problem?: undefined } | { value?: undefined; problem: string };

/** Tries something that a server may refuse. What the caller cancels, and this package's own mistakes, are thrown. */
export async function attempt<T>(work: () => Promise<T> | T): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return { problem: error.message };
  }
}
