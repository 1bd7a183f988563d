// Creates the events that API Gateway passes to a WebSocket API's authorizer and integrations.
import type { WebSocketApiDefinition } from '../definition';
import { createRequestId, formatRequestTime } from '../request-facts';
import { allValues, lastValues, type Pairs } from '../request-values';

/** The values that do not change while a connection is open. */
export interface ConnectionFacts {
  readonly connectionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly domainName: string;
}

/** The headers and query parameters of an upgrade request. */
export interface HandshakeRequest {
  readonly headers: Pairs;
  readonly query: Pairs;
}

/** The value of `requestContext.authorizer`, which is absent if the API has no authorizer. */
export type AuthorizerValues = Readonly<Record<string, string | number>>;

type Api = Pick<WebSocketApiDefinition, 'apiId' | 'accountId' | 'region' | 'stage'>;

interface Request {
  readonly api: Api;
  readonly connection: ConnectionFacts;
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

interface IntegrationRequest extends Request {
  readonly authorizer: AuthorizerValues | undefined;
}

/**
 * The input of a REQUEST authorizer. Unlike the event of `$connect`, it always has the maps of query parameters, even if
 * they are empty, and it has all headers, e.g. `Upgrade`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(request: Request, handshake: HandshakeRequest) {
  return {
    type: 'REQUEST',
    methodArn: methodArnOf(request.api),
    ...headersOf(handshake.headers),
    queryStringParameters: lastValues(handshake.query),
    multiValueQueryStringParameters: allValues(handshake.query),
    stageVariables: {},
    requestContext: requestContext(request, '$connect', 'CONNECT'),
  };
}

/** The resource that a policy document must allow. It is always `$connect`, the only route with an authorizer. */
function methodArnOf({ region, accountId, apiId, stage }: Api): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/$connect`;
}

/** Headers that API Gateway does not pass to the integration of `$connect`. */
const hopHeaders = new Set(['connection', 'upgrade', 'content-length']);

/** The event of `$connect`. Without query parameters their maps are absent; in events of a REST API they are null. */
export function connectEvent(request: IntegrationRequest, { headers, query }: HandshakeRequest) {
  const parameters = {
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: allValues(query),
  };
  return {
    ...headersOf(headers.filter(([name]) => !hopHeaders.has(name.toLowerCase()))),
    ...(query.length > 0 ? parameters : {}),
    requestContext: requestContext(request, '$connect', 'CONNECT', request.authorizer),
    isBase64Encoded: false,
  };
}

/** The event of a message. It has no headers; the body of a binary message is base64. */
export function messageEvent(request: IntegrationRequest, data: Buffer, isBinary: boolean) {
  return {
    requestContext: {
      ...requestContext(request, '$default', 'MESSAGE', request.authorizer),
      messageId: createRequestId(),
    },
    body: data.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary,
  };
}

/** The close code and the reason with which a connection ended (RFC 6455). */
export interface Closure {
  readonly code: number;
  readonly reason: string;
}

/** The reasons that API Gateway reports if a close frame has none. */
const defaultReasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** The event of `$disconnect`. As AWS documents, its only headers are the host and three empty ones. */
export function disconnectEvent(request: IntegrationRequest, { code, reason }: Closure) {
  const headers = [
    ['Host', request.connection.domainName],
    ['x-api-key', ''],
    ['X-Forwarded-For', ''],
    ['x-restapi', ''],
  ] as const;
  return {
    ...headersOf(headers),
    requestContext: {
      ...requestContext(request, '$disconnect', 'DISCONNECT', request.authorizer),
      disconnectStatusCode: code,
      disconnectReason: reason === '' ? (defaultReasons[code] ?? '') : reason,
    },
    isBase64Encoded: false,
  };
}

function headersOf(pairs: Pairs) {
  return { headers: lastValues(pairs), multiValueHeaders: allValues(pairs) };
}

function requestContext(
  { api, connection, requestId, now }: Request,
  routeKey: string,
  eventType: string,
  authorizer?: AuthorizerValues,
) {
  const { connectionId, connectedAt, sourceIp, userAgent, domainName } = connection;
  return {
    routeKey,
    ...(authorizer === undefined ? {} : { authorizer }),
    eventType,
    extendedRequestId: requestId,
    requestTime: formatRequestTime(now),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt,
    requestTimeEpoch: now,
    identity: { ...(userAgent === '' ? {} : { userAgent }), sourceIp },
    requestId,
    domainName,
    connectionId,
    apiId: api.apiId,
  };
}
