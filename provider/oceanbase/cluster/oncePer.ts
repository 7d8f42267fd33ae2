/**
 * The same function, but made to work once for each object it is given: resources that share an answer of the server share
 * what it is turned into, for as long as anybody holds it.
 */
export function oncePer<K extends object, V>(work: (of: K) => V): (of: K) => V {
  const results = new WeakMap<K, V>();
  return (of) => {
    const known = results.get(of);
    if (known !== undefined) return known;
    const result = work(of);
    results.set(of, result);
    return result;
  };
}
