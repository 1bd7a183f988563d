// Defines a running WebSocket API: its definition and the state that all of its connections share.
import type { Timers } from '../../support/timers';
import type { OpenConnections } from './connections';
import type { ConnectionLimits } from './connection';
import type { WebSocketApiDefinition, WebSocketRoute } from '../definition';
import { callFunction, parseProxyResponse, type ProxyResponse } from '../integration';
import type { TokenBucket } from '../token-bucket';

export interface WebSocketApi {
  readonly definition: WebSocketApiDefinition;
  /** Both are the same bucket unless `$connect` has its own throttle. */
  readonly throttles: { readonly handshakes: TokenBucket; readonly messages: TokenBucket };
  readonly connections: OpenConnections;
  readonly limits: ConnectionLimits;
  readonly timers: Timers;
  /** Logs a failure of the stack or of a function. */
  readonly warn: (sentence: string) => void;
}

/** The response of a route's function, or API Gateway's error if the function failed. */
export type RouteAnswer =
  | { readonly ok: true; readonly response: ProxyResponse }
  | { readonly ok: false; readonly status: 502 | 504; readonly message: string };

/** Invokes the function of a route, and logs its failure. Never rejects. */
export async function callRoute(
  { integration }: WebSocketRoute,
  event: unknown,
  warn: WebSocketApi['warn'],
): Promise<RouteAnswer> {
  const result = await callFunction(integration, event);
  if (!result.ok) {
    warn(`${integration.name} failed with ${result.errorType}.`);
    return result.errorType === 'IntegrationTimeout'
      ? { ok: false, status: 504, message: 'Endpoint request timed out' }
      : { ok: false, status: 502, message: 'Internal server error' };
  }
  const response = parseProxyResponse(result.value);
  if (response !== undefined) return { ok: true, response };
  warn(`${integration.name} must return an object with a whole number as its statusCode.`);
  return { ok: false, status: 502, message: 'Internal server error' };
}
