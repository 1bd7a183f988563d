// Evaluates the policy document that an authorizer returns, by IAM's rules.
import { matchesWildcards } from '../../support/wildcards';

type Effect = 'allow' | 'deny';

interface Statement {
  readonly effect: Effect;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const action = 'execute-api:Invoke';

/**
 * Whether a policy document allows invoking `resource`: at least one statement must allow it, and none may deny it.
 * @returns undefined for a document that is malformed, or has elements that the local stack does not evaluate
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function evaluatePolicy(document: unknown, resource: string): Effect | undefined {
  const statements = parseStatements(document);
  if (statements === undefined) return undefined;
  const effects = statements
    .filter(({ actions }) => actions.some((pattern) => matchesWildcards(pattern, action, 'i')))
    .filter(({ resources }) => resources.some((pattern) => matchesWildcards(pattern, resource)))
    .map(({ effect }) => effect);
  return effects.includes('allow') && !effects.includes('deny') ? 'allow' : 'deny';
}

function parseStatements(document: unknown): readonly Statement[] | undefined {
  if (!isRecord(document)) return undefined;
  const given = document['Statement'];
  const statements = (Array.isArray(given) ? given : [given]).map(parseStatement);
  return statements.every((statement) => statement !== undefined) ? statements : undefined;
}

const knownKeys = new Set(['Sid', 'Effect', 'Action', 'Resource']);

function parseStatement(given: unknown): Statement | undefined {
  // Condition, NotAction and the like are not supported. Ignoring them could allow what AWS denies.
  if (!isRecord(given) || !Object.keys(given).every((key) => knownKeys.has(key))) return undefined;
  const effect = given['Effect'];
  const actions = parseTexts(given['Action']);
  const resources = parseTexts(given['Resource']);
  if (actions === undefined || resources === undefined) return undefined;
  if (effect !== 'Allow' && effect !== 'Deny') return undefined;
  return { effect: effect === 'Allow' ? 'allow' : 'deny', actions, resources };
}

function parseTexts(given: unknown): readonly string[] | undefined {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  const valid = texts.every((text): text is string => typeof text === 'string');
  return valid && texts.length > 0 ? texts : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
