// Defines the part of IAM's policy language that the local stack evaluates. Any other element is an error at start.
import * as v from 'valibot';
import { oneOrMany, only, strict, text } from '../properties';

const conditionOperators = [
  'ArnEquals',
  'ArnLike',
  'ArnNotLike',
  'Bool',
  'ForAllValues:StringEquals',
  'ForAllValues:StringLike',
  'ForAnyValue:StringEquals',
  'Null',
  'StringEquals',
  'StringLike',
] as const;

export type ConditionOperator = (typeof conditionOperators)[number];

const values = v.pipe(
  v.union([oneOrMany, v.boolean()], 'must be a string or a list of strings'),
  v.transform((value) => (typeof value === 'boolean' ? String(value) : value)),
);

const principal = v.union([
  v.literal('*'),
  strict({ Service: v.optional(oneOrMany), AWS: v.optional(oneOrMany) }),
]);

export const statement = strict({
  Sid: v.optional(text),
  Effect: only('Allow', 'Deny'),
  Action: oneOrMany,
  Resource: v.optional(oneOrMany),
  Principal: v.optional(principal),
  Condition: v.optional(v.record(only(...conditionOperators), v.record(text, values))),
});

export const policyDocument = strict({
  Version: v.optional(only('2012-10-17')),
  Statement: v.array(statement),
});

export type PolicyStatement = v.InferOutput<typeof statement>;
