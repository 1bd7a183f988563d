// Serves an HTTP API whose routes have Lambda proxy integrations with payload format 2.0.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerPreflight, withCorsHeaders } from './cors';
import { loopbackNames } from '../../support/loopback';
import type { Clock } from '../../support/timers';
import type { HttpApiDefinition, HttpRoute } from '../definition';
import { httpEvent } from './http-event';
import { createAuthorizeJwt, type AuthorizeJwt, type JwtVerdict } from './jwt-authorizer';
import { parseHttpResult, type HttpResult } from './http-result';
import { callFunction } from '../integration';
import { splitTarget } from '../request-values';
import { createTokenBucket, type TokenBucket } from '../token-bucket';

export interface HttpApi {
  readonly definition: HttpApiDefinition;
  /** The token bucket that limits the requests of a route. */
  readonly throttleOf: (route: HttpRoute) => TokenBucket;
  /** Decides on a token; undefined if the route has no authorizer. */
  readonly authorizerOf: (route: HttpRoute) => AuthorizeJwt | undefined;
  /** Logs a failure of the stack or of a function. */
  readonly warn: (sentence: string) => void;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxBodyBytes = 10 * 1024 * 1024;
const httpIntegrationTimeoutSeconds = 30;

export interface HttpApiOptions extends Pick<HttpApi, 'warn'> {
  readonly now: Clock;
  /** The URL of the keys of the issuer of JWT authorizers. Default: found by discovery. */
  readonly jwksUri?: string | undefined;
}

/**
 * Creates an HTTP API. Routes with a throttle have their own token buckets; all others share the API's bucket.
 * @throws for a path with variables, which the local stack does not support
 */
export function createHttpApi(
  definition: HttpApiDefinition,
  { now, warn, jwksUri }: HttpApiOptions,
): HttpApi {
  const { routes, throttle } = definition;
  const variable = routes.find(({ path }) => /[{$]/.test(path));
  if (variable !== undefined) {
    const { method, path } = variable;
    throw new Error(`The local stack serves fixed paths only, not ${method} ${path}.`);
  }
  const shared = createTokenBucket(throttle, now);
  const own = new Map(
    routes
      .filter((route) => route.throttle !== undefined)
      .map((route) => [route, createTokenBucket(route.throttle, now)]),
  );
  const authorizers = new Map(
    routes.flatMap((route) =>
      route.authorizer === undefined
        ? []
        : [[route, createAuthorizeJwt(route.authorizer, jwksUri)] as const],
    ),
  );
  return {
    definition,
    throttleOf: (route) => own.get(route) ?? shared,
    authorizerOf: (route) => authorizers.get(route),
    warn,
  };
}

/** Answers one request. Rejects only if the client disconnects before its request is complete. */
export async function serveHttp(
  api: HttpApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const { cors } = api.definition;
  const preflight = cors === undefined ? undefined : answerPreflight(cors, request);
  if (preflight !== undefined) {
    send(response, preflight);
    return;
  }
  const result = body === undefined ? ownAnswer(413) : await answer(api, request, body);
  send(response, cors === undefined ? result : withCorsHeaders(cors, request, result));
}

async function answer(
  { definition, throttleOf, authorizerOf, warn }: HttpApi,
  request: IncomingMessage,
  body: Buffer,
): Promise<HttpResult> {
  const { path } = splitTarget(request.url ?? '');
  const route = definition.routes.find((candidate) => matches(candidate, request.method, path));
  if (route === undefined) return ownAnswer(404);
  if (!throttleOf(route).take()) return ownAnswer(429);
  const verdict = await authorizerOf(route)?.(request.headers.authorization);
  if (verdict?.allowed === false) return refusal(verdict);
  const event = httpEvent({
    ...{ definition, route, request, body, now: Date.now() },
    jwt: verdict?.jwt,
  });
  const result = await callFunction(route.integration, event, httpIntegrationTimeoutSeconds);
  if (!result.ok) {
    warn(`${route.integration.name} failed with ${result.errorType}.`);
    return ownAnswer(result.errorType === 'IntegrationTimeout' ? 503 : 500);
  }
  const parsed = parseHttpResult(result.value);
  if (parsed !== undefined) return parsed;
  warn(`${route.integration.name} must return a response of payload format 2.0.`);
  return ownAnswer(500);
}

function matches({ method, path }: HttpRoute, requestMethod: string | undefined, given: string) {
  return (method === requestMethod || method === 'ANY') && path === given;
}

function refusal({ status, challenge }: Extract<JwtVerdict, { allowed: false }>): HttpResult {
  const answered = ownAnswer(status);
  return { ...answered, headers: { ...answered.headers, 'www-authenticate': challenge } };
}

const messages = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** The response to a `Host` header that is not a name of this machine. API Gateway answers 403 to an unknown host, too. */
export const foreignHost = {
  statusCode: 403,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: JSON.stringify({ message: `Forbidden: the local stack answers to ${loopbackNames} alone` }),
};

/** An error response of API Gateway itself: `{"message": …}` as JSON. */
export function ownAnswer(status: keyof typeof messages): HttpResult {
  const body = JSON.stringify({ message: messages[status] });
  return { statusCode: status, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

/** Sends a response, and ends it. */
export function send(
  response: ServerResponse,
  { statusCode, headers, cookies, body }: HttpResult,
): void {
  response.writeHead(statusCode, {
    ...headers,
    ...(cookies.length > 0 ? { 'set-cookie': [...cookies] } : {}),
    // A 204 response must not have the header: https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    ...(statusCode === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
}

/** @returns undefined if the body is larger than 10 MiB; the whole body is read in any case */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks);
}
