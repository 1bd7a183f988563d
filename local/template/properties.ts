// Provides the schemas of which resource types are composed. Objects are strict, so that no property is ignored.
import * as v from 'valibot';
import type { Names } from './names';

/** An object with exactly these properties: an unknown property is an error. */
export function strict<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) => {
    if (issue.path === undefined) return 'must be an object';
    return issue.expected === 'never' ? 'is not known to it' : 'is missing';
  });
}

/** Properties that are accepted with any value and have no effect locally: tags, descriptions, encryption and the like. */
export function withoutEffect<Name extends string>(...names: Name[]) {
  const entry = v.optional(v.unknown());
  return Object.fromEntries(names.map((name) => [name, entry])) as Record<Name, typeof entry>;
}

export const text = v.string('must be a string');
export const flag = v.boolean('must be true or false');
export const oneOrMany = v.union([v.array(text), text], 'must be a string or a list of strings');

/** CloudFormation also accepts a number that is written as a string. */
export const wholeNumber = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/))], 'must be a whole number'),
  v.transform(Number),
);

/** One of `values`: any other value is an error whose message lists them. */
export const only = <const Values extends readonly string[]>(...values: Values) =>
  v.picklist(values, `must be ${values.join(' or ')}: the local stack supports nothing else`);

/** The identifiers of a resource: `ref` is the value of `Ref`, `attributes` are those of `Fn::GetAtt`. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource type: the schema of its properties, and a function that derives the identifiers from them. */
export interface ResourceType<Schema extends v.GenericSchema> {
  readonly properties: Schema;
  readonly identify: (properties: v.InferOutput<Schema>, names: Names) => Identity;
}

/** Returns `type` unchanged; TypeScript infers the parameter type of `identify` from the schema. */
export function resourceType<Schema extends v.GenericSchema>(
  type: ResourceType<Schema>,
): ResourceType<Schema> {
  return type;
}
