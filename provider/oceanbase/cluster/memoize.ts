/**
 * The same function, computed once for each object it is given: resources that share an answer of the server share what it
 * is turned into.
 */
export function memoize<K extends object, V>(compute: (of: K) => V): (of: K) => V {
  const results = new WeakMap<K, V>();
  return (of) => {
    const known = results.get(of);
    if (known !== undefined) return known;
    const result = compute(of);
    results.set(of, result);
    return result;
  };
}
