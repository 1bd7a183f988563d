// Implements the CORS configuration of an HTTP API.
import type { IncomingMessage } from 'node:http';
import type { Cors } from '../definition';
import type { HttpResult } from './http-result';

/**
 * The response to a preflight request. It does not depend on the path, nor on a route for OPTIONS.
 * @returns undefined for a request that is not a preflight
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function answerPreflight(cors: Cors, request: IncomingMessage): HttpResult | undefined {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (request.method !== 'OPTIONS' || origin === undefined || method === undefined) {
    return undefined;
  }
  const details = {
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
  const headers = isAllowed(cors, origin) ? { ...originHeaders(origin), ...details } : {};
  return { statusCode: 204, headers, cookies: [], body: '' };
}

/** The response with `access-control-allow-origin` for an allowed origin; CORS headers of the function are removed. */
export function withCorsHeaders(
  cors: Cors,
  { headers: { origin } }: IncomingMessage,
  result: HttpResult,
): HttpResult {
  const others = Object.entries(result.headers).filter(
    ([name]) => !name.startsWith('access-control-'),
  );
  const own = origin !== undefined && isAllowed(cors, origin) ? originHeaders(origin) : {};
  return { ...result, headers: { ...Object.fromEntries(others), ...own } };
}

const isAllowed = ({ allowOrigins }: Cors, origin: string) => allowOrigins.includes(origin);
const originHeaders = (origin: string) => ({ 'access-control-allow-origin': origin });
