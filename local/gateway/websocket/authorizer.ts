// Invokes a REQUEST authorizer and evaluates its result.
import type { Authorizer } from '../definition';
import { callFunction } from '../integration';
import { evaluatePolicy } from './authorizer-policy';
import type { AuthorizerValues, HandshakeRequest } from './web-socket-event';

/** The result of authorization. If `allowed` is false, the handshake is refused with `status`. */
export type Verdict =
  | { readonly allowed: true; readonly values: AuthorizerValues }
  | { readonly allowed: false; readonly status: 401 | 403 }
  /** `problem` is for the log. */
  | { readonly allowed: false; readonly status: 500; readonly problem: string };

/**
 * Decides on a handshake. Never rejects: a failure of the authorizer has the status 500.
 * @param event the authorizer's input, from {@link authorizerEvent}
 */
export async function authorize(
  { function: lambda, identitySources }: Authorizer,
  request: HandshakeRequest,
  event: { readonly methodArn: string },
): Promise<Verdict> {
  if (!identitySources.every((source) => identityValue(source, request))) {
    return { allowed: false, status: 401 };
  }
  const startedAt = performance.now();
  const result = await callFunction(lambda, event);
  if (!result.ok) {
    // API Gateway answers 401 for exactly this message, and 500 for any other error.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    if (result.errorMessage === 'Unauthorized') return { allowed: false, status: 401 };
    return failure(`${lambda.name} failed with ${result.errorType}`);
  }
  const parsed = parseResult(result.value, event.methodArn);
  if (parsed === undefined) {
    return failure(
      `${lambda.name} must return a principalId, a policyDocument of Allow and Deny statements, and at ` +
        'most a context of texts, numbers and booleans',
    );
  }
  if (parsed.effect === 'deny') return { allowed: false, status: 403 };
  const integrationLatency = Math.round(performance.now() - startedAt);
  return { allowed: true, values: { ...parsed.values, integrationLatency } };
}

function failure(problem: string): Verdict {
  return { allowed: false, status: 500, problem };
}

/** The value of an identity source, e.g. `route.request.header.Auth`, in the request. */
function identityValue(source: string, { headers, query }: HandshakeRequest): string | undefined {
  const [, place, name] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) return undefined;
  return place === 'header'
    ? headers.find(([header]) => header.toLowerCase() === name.toLowerCase())?.[1]
    : query.find(([parameter]) => parameter === name)?.[1];
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const maxResultBytes = 8 * 1024;

function parseResult(value: unknown, methodArn: string) {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Buffer.byteLength(JSON.stringify(value)) > maxResultBytes) return undefined;
  const { principalId, policyDocument, context } = value as Record<string, unknown>;
  if (typeof principalId !== 'string' || principalId === '') return undefined;
  const effect = evaluatePolicy(policyDocument, methodArn);
  const texts = parseContext(context ?? {});
  if (effect === undefined || texts === undefined) return undefined;
  return { effect, values: { ...texts, principalId } };
}

/** API Gateway passes every value to integrations as a string, and does not allow objects or lists. */
function parseContext(context: unknown): Record<string, string> | undefined {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return undefined;
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(context)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
    texts[key] = String(value);
  }
  return texts;
}
