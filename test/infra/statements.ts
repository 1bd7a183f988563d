// Finds every policy statement of a template: of roles, queues, buckets and logs.
import { readable } from './synthesized';

export interface FoundStatement {
  /** The resource that contains the statement. */
  readonly where: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** As text, with references like `${StoreTable.Arn}`; empty if a resource-based policy has no `Resource`. */
  readonly resources: readonly string[];
  readonly principal: unknown;
}

/**
 * Finds every object with an `Effect`, so that it covers resource types that it does not know, and policies that are JSON
 * in a string.
 */
export function everyStatement(template: Readonly<Record<string, unknown>>): FoundStatement[] {
  return Object.entries(template['Resources'] as Record<string, unknown>).flatMap(
    ([where, resource]) => statementsIn(readable(resource)).map((found) => ({ where, ...found })),
  );
}

function statementsIn(value: unknown): Omit<FoundStatement, 'where'>[] {
  if (typeof value === 'string') {
    return value.startsWith('{"Statement"') ? statementsIn(JSON.parse(value)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal } =
    value as Record<string, unknown>;
  if (Effect === undefined) return Object.values(value).flatMap(statementsIn);
  // A statement that allows by exclusion is equivalent to a wildcard.
  if ([NotAction, NotResource, NotPrincipal].some((each) => each !== undefined)) {
    throw new Error(`Expected a statement that names what it is about: ${JSON.stringify(value)}`);
  }
  return [
    {
      effect: Effect === 'Deny' ? 'Deny' : 'Allow',
      actions: [Action].flat().map(String),
      resources: Resource === undefined ? [] : [Resource].flat().map(String),
      principal: Principal,
    },
  ];
}
