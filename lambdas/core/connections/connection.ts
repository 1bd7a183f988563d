// How long a connection may live, and what its age says.
import type { Connection, Lane } from './ports';

/**
 * API Gateway ends every connection after two hours; a minute more, and its record is of no use.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const longestLifeMilliseconds = (2 * 60 + 1) * 60 * 1000;

/** When a connection expires: with its token, at the latest when API Gateway has ended it. A whole second. */
export function expiryOf(connectedAt: number, tokenExpiresAt: number): number {
  const expiresAt = Math.min(tokenExpiresAt, connectedAt + longestLifeMilliseconds);
  return Math.floor(expiresAt / 1000) * 1000;
}

/** Whether nothing may be delivered to it any more. TTL deletion can lag by days, so every reader asks. */
export function isExpired(connection: Connection, now: number): boolean {
  return connection.expiresAt <= now;
}

/**
 * How long a handshake may take, from the record of the connection to its being open: `connect` is stopped after 10 s,
 * and API Gateway opens the connection at once when it has returned.
 */
export const handshakeMilliseconds = 11_000;

/**
 * Whether a connection that API Gateway says is gone may only not be open yet: it answers 410 until `$connect`
 * has returned. Such a record must stay, or the connection would be open and known to nobody.
 */
export function mayBeOpening(connection: Connection, now: number): boolean {
  return now - connection.connectedAt < handshakeMilliseconds;
}

/** What a connection is sent: batches, or the documented messages one by one. */
export function laneOf({ batches = false }: Connection): Lane {
  return batches ? 'batched' : 'single';
}
