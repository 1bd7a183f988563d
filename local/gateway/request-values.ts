// Converts headers and query parameters into the maps that events contain.

export type Pairs = readonly (readonly [name: string, value: string])[];

/** The pairs of `rawHeaders` of node:http, a flat list. Header names keep the client's case. */
export function headerPairs(rawHeaders: readonly string[]): Pairs {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** Splits a request target at its `?`, without decoding either part. */
export function splitTarget(target: string): {
  readonly path: string;
  readonly queryString: string;
} {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, queryString: '' }
    : { path: target.slice(0, mark), queryString: target.slice(mark + 1) };
}

/** The last value of each name, as in the single-value maps of API Gateway. */
export function lastValues(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(pairs);
}

/** All values of each name, in order. */
export function allValues(pairs: Pairs): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}
