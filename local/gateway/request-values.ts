// Headers and query parameters as events carry them: the last value of each name, and all of them.

export type Pairs = readonly (readonly [name: string, value: string])[];

/** `rawHeaders` of node:http, a flat list, as pairs in the client's own header case. */
export function headerPairs(rawHeaders: readonly string[]): Pairs {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** Path and query of a request target. A target that is not a URL gets a path that matches no route. */
export function splitTarget(target: string): {
  readonly path: string;
  readonly queryString: string;
} {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, queryString: '' }
    : { path: target.slice(0, mark), queryString: target.slice(mark + 1) };
}

/** One value of each name: the last one, as API Gateway chooses. */
export function lastValues(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(pairs);
}

export function allValues(pairs: Pairs): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}
