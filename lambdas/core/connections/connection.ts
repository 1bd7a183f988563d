// Computes the expiry, the opening phase and the lane of a connection.
import type { Connection, Lane } from './ports';

/**
 * API Gateway closes every connection after two hours. A minute later, its record is not needed any more.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const longestLifeMilliseconds = (2 * 60 + 1) * 60 * 1000;

/** When a connection expires: with its token, or when API Gateway has closed it, whichever is first. A whole second. */
export function expiryOf(connectedAt: number, tokenExpiresAt: number): number {
  const expiresAt = Math.min(tokenExpiresAt, connectedAt + longestLifeMilliseconds);
  return Math.floor(expiresAt / 1000) * 1000;
}

/** Whether a connection has expired, so that nothing may be posted to it. DynamoDB's TTL can lag by days, so readers check. */
export function isExpired(connection: Connection, now: number): boolean {
  return connection.expiresAt <= now;
}

/**
 * The longest time from the record of a connection to the open connection: `connect` is stopped after 10 s, and API
 * Gateway opens the connection as soon as it has returned.
 */
export const handshakeMilliseconds = 11_000;

/**
 * Whether a connection for which API Gateway answers 410 may not be open yet: it answers so until `$connect` has
 * returned. The record must stay then, or the connection would be open without a record.
 */
export function mayBeOpening(connection: Connection, now: number): boolean {
  return now - connection.connectedAt < handshakeMilliseconds;
}

/** The lane of a connection: batches, or single messages as documented. */
export function laneOf({ batches = false }: Connection): Lane {
  return batches ? 'batched' : 'single';
}
