/*
 * Stands in the bundle for the reader of protocol definitions, which the gRPC library has for two services of its own that
 * the plugin does not offer.
 */

/** Is never asked for. */
export function loadSync(file: string): never {
  throw new Error(`the definition ${file} is no part of the plugin`);
}
