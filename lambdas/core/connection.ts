// How long a connection may live, and who counts as connected.
import type { Connection, ShardCensus } from './ports';

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

/** How long a handshake may take, from the record of the connection to its being open. */
const handshakeMilliseconds = 5_000;

/**
 * Whether a connection that API Gateway says is gone may only not be open yet: it answers 410 until `$connect`
 * has returned. Such a record must stay, or the connection would be open and known to nobody.
 */
export function mayBeOpening(connection: Connection, now: number): boolean {
  return now - connection.connectedAt < handshakeMilliseconds;
}

/** Counts connections and distinct users of one shard, of which each user's lie side by side. */
export class ShardCount {
  private connections = 0;
  private users = 0;
  private lastUser: string | undefined;

  add(connection: Connection): void {
    this.connections += 1;
    if (connection.userId !== this.lastUser) this.users += 1;
    this.lastUser = connection.userId;
  }

  census(shard: number, takenAt: number): ShardCensus {
    return { shard, connections: this.connections, users: this.users, takenAt };
  }
}
