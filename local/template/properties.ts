// Building blocks of the resource types' schemas: strict objects, so that no property is ever ignored.
import * as v from 'valibot';
import type { Names } from './names';

/** An object of which every property is named: one that is not is an error. */
export function strict<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) => {
    if (issue.path === undefined) return 'must be an object';
    return issue.expected === 'never' ? 'is not known to it' : 'is missing';
  });
}

/** Properties that change nothing on one machine: tags, descriptions, encryption and the like. */
export function withoutEffect<Name extends string>(...names: Name[]) {
  const entry = v.optional(v.unknown());
  return Object.fromEntries(names.map((name) => [name, entry])) as Record<Name, typeof entry>;
}

export const text = v.string('must be a string');
export const flag = v.boolean('must be true or false');
export const oneOrMany = v.union([v.array(text), text], 'must be a string or a list of strings');

/** CloudFormation takes a number written as a string too. */
export const wholeNumber = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/))], 'must be a whole number'),
  v.transform(Number),
);

/** Only `values` are supported; anything else is an error that names them. */
export const only = <const Values extends readonly string[]>(...values: Values) =>
  v.picklist(values, `must be ${values.join(' or ')}: the local stack knows nothing else`);

/** How a resource is called once it exists: what `Ref` gives, and what `Fn::GetAtt` gives. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One type of resource: its properties, and how its physical names follow from them. */
export interface ResourceType<Schema extends v.GenericSchema> {
  readonly properties: Schema;
  readonly identify: (properties: v.InferOutput<Schema>, names: Names) => Identity;
}

/** Lets `identify` know the type of the properties. */
export function resourceType<Schema extends v.GenericSchema>(
  type: ResourceType<Schema>,
): ResourceType<Schema> {
  return type;
}
