// Checks inputs against schemas without throwing: the result is the value, or all faults with their paths.
import * as v from 'valibot';

/** A fault of an input, e.g. `{ path: 'status', problem: 'must be one of …' }`. */
export interface Fault {
  /** The path of the fault: keys joined by dots; empty for the input itself. */
  readonly path: string;
  /** What was expected. It never contains the actual value, which may be private. */
  readonly problem: string;
}

/** The result of parsing: the value, or all faults. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: Fault[] };

/** Checks `input` against `schema`. Never throws. */
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

/** Returns a fault as text, e.g. `status must be one of online, offline, error`. */
export function describeFault({ path, problem }: Fault): string {
  return path === '' ? problem : `${path} ${problem}`;
}

/** Returns all faults in one line. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(describeFault).join('; ');
}

/** Returns a schema of objects that drops unknown keys; the problem of an absent key is "is missing". */
export function objectOf<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, (issue) =>
    issue.path === undefined ? 'must be an object' : 'is missing',
  );
}
