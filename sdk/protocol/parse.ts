// Parsing that never throws: either a value, or every fault with the path where it was found.
import * as v from 'valibot';

/** One thing that is wrong with an input, e.g. `{ path: 'status', problem: 'must be one of …' }`. */
export interface Fault {
  /** Where: keys joined by dots; empty for the input itself. */
  readonly path: string;
  /** What was expected. Never repeats the value that was found: it may be private. */
  readonly problem: string;
}

/** What parsing gives: the value, or every fault that was found. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: Fault[] };

/** Checks `input` against `schema` and lists every fault by path. */
export function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Parsed<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, input);
  if (result.success) return { ok: true, value: result.output };
  return {
    ok: false,
    faults: result.issues.map((issue) => ({
      path: v.getDotPath(issue) ?? '',
      problem: issue.message,
    })),
  };
}

/** A fault as a clause, e.g. `status must be one of online, offline, error`. */
export function describeFault({ path, problem }: Fault): string {
  return path === '' ? problem : `${path} ${problem}`;
}

/** All faults as one line. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(describeFault).join('; ');
}

/** An object schema that says "is missing" for an absent key; keys it does not know are dropped. */
export function objectOf<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, (issue) =>
    issue.path === undefined ? 'must be an object' : 'is missing',
  );
}
