// The events of a WebSocket API, as API Gateway shapes them for its authorizer and its integrations.
import type { WebSocketApiDefinition } from '../definition';
import { createRequestId, formatRequestTime } from '../request-facts';
import { allValues, lastValues, type Pairs } from '../request-values';

/** What stays the same over the life of a connection. */
export interface ConnectionFacts {
  readonly connectionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly domainName: string;
}

/** The upgrade request of a client. */
export interface HandshakeRequest {
  readonly headers: Pairs;
  readonly query: Pairs;
}

/** `requestContext.authorizer`: absent on an API without an authorizer. */
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
 * The input of a REQUEST authorizer. Unlike an integration it always gets all maps, and sees `Upgrade` too.
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

/** What a policy document has to allow. There is one only, because authorizers run on `$connect` alone. */
function methodArnOf({ region, accountId, apiId, stage }: Api): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/$connect`;
}

/** Headers about this hop alone: the integration of `$connect` does not get them. */
const hopHeaders = new Set(['connection', 'upgrade', 'content-length']);

/** Query parameters are absent when there are none, unlike in the events of a REST API, where they are null. */
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

/** A message has no headers; a binary one comes as base64. */
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

/** Why a connection ended, by RFC 6455. */
export interface Closure {
  readonly code: number;
  readonly reason: string;
}

/** API Gateway's reasons for close frames without a reason. */
const defaultReasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** As AWS documents it, with the host and three empty headers only. */
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
