/*
 * Stands in the bundle for the certificates of Amazon's own databases: no login of this package asks for them.
 */

/** None. */
export const ca: readonly string[] = [];
