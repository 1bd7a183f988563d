// Creates the event of an HTTP API's integration, payload format 2.0.
import type { IncomingMessage } from 'node:http';
import type { HttpApiDefinition, HttpRoute } from '../definition';
import { createRequestId, domainNameOf, formatRequestTime } from '../request-facts';
import type { JwtContext } from './jwt-authorizer';
import { allValues, headerPairs, splitTarget } from '../request-values';

interface HttpRequest {
  readonly definition: HttpApiDefinition;
  readonly route: HttpRoute;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** What the JWT authorizer of the route adds; undefined if it has none. */
  readonly jwt?: JwtContext | undefined;
}

/**
 * The event for a request. Unlike in the events of a WebSocket API, header names are lower case, and repeated headers and
 * parameters are joined by commas.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent({ definition, route, request, body, now, jwt }: HttpRequest) {
  const { path, queryString } = splitTarget(request.url ?? '');
  const pairs = headerPairs(request.rawHeaders).map(([name, value]) => [name.toLowerCase(), value]);
  const { cookie, ...headers } = joinedValues(pairs as [string, string][]);
  const query = joinedValues([...new URLSearchParams(queryString)]);
  const domainName = domainNameOf(request.headers.host);
  const isText = body.length === 0 || isTextType(request.headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: `${route.method} ${route.path}`,
    rawPath: path,
    rawQueryString: queryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(';').map((part) => part.trim()) }),
    headers,
    ...(queryString === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: definition.accountId,
      apiId: definition.apiId,
      ...(jwt === undefined ? {} : { authorizer: { jwt } }),
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: createRequestId(),
      routeKey: `${route.method} ${route.path}`,
      stage: definition.stage,
      time: formatRequestTime(now),
      timeEpoch: now,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

function joinedValues(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const entries = Object.entries(allValues(pairs));
  return Object.fromEntries(entries.map(([name, values]) => [name, values.join(',')]));
}

/** API Gateway passes bodies of these types as text, and all others as base64. */
function isTextType(contentType: string): boolean {
  return /^(text\/|application\/(json|xml|javascript)\b)/i.test(contentType);
}
