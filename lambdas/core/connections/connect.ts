// A handshake that was authorized becomes a connection; over the limit, the user's oldest makes room.
import type { CloseConnection } from './close-connection';
import { expiryOf, isExpired } from './connection';
import { keepsOut } from './disconnect-marker';
import type { Clock } from '../clock';
import type { Connection, ConnectionStore, RateLimit, RateLimitStore } from './ports';
import type { Count } from '../count';
import type { VerifiedToken } from '../auth/ports';

/**
 * Records the connection, unless its user comes too often, or has been sent away since the token was issued.
 * @param batches whether the client has negotiated batches
 * @throws if it could not be recorded: then nobody would ever post to it
 */
export type Connect = (
  connectionId: string,
  token: VerifiedToken,
  batches?: boolean,
) => Promise<'connected' | 'too_many_handshakes' | 'user_disconnected'>;

export function createConnect(dependencies: {
  readonly connections: ConnectionStore;
  readonly closeConnection: CloseConnection;
  readonly rateLimits: RateLimitStore;
  readonly count: Count;
  readonly now: Clock;
  /** Of one user. */
  readonly handshakes: RateLimit;
  readonly maxConnectionsPerUser: number;
}): Connect {
  const { connections, closeConnection, rateLimits, count, now } = dependencies;
  const { handshakes, maxConnectionsPerUser } = dependencies;

  return async (connectionId, token, batches = false) => {
    const { userId, expiresAt: tokenExpiresAt, issuedAt } = token;
    const connectedAt = now();
    if (!(await rateLimits.take(userId, 'handshakes', handshakes, connectedAt))) {
      count('HandshakesLimited', { connectionId, userId });
      return 'too_many_handshakes';
    }
    const expiresAt = expiryOf(connectedAt, tokenExpiresAt);
    const self: Connection = {
      ...{ connectionId, userId, connectedAt, expiresAt },
      ...(batches && { batches }),
    };
    // Saved before the others are counted: of two that come at once, at least one sees both. And an operator who sends
    // the user away meanwhile marks first and lists then: either this record is listed, or the marker is seen here.
    await connections.save(self);
    const known = await connections.ofUser(userId);
    if (keepsOut(known.marker, issuedAt, connectedAt)) {
      await connections.remove(self);
      return 'user_disconnected';
    }
    const all = known.connections.filter((one) => !isExpired(one, connectedAt)).sort(byAge);
    // Only older ones make room: of many that come at once, each looks after those before it.
    const replaced = all
      .slice(0, Math.max(0, all.length - maxConnectionsPerUser))
      .filter((one) => byAge(one, self) < 0);
    await Promise.all(replaced.map((connection) => closeConnection(connection, 'replaced')));
    return 'connected';
  };
}

/** Oldest first; of the same millisecond, in an order that everybody agrees on. */
function byAge(a: Connection, b: Connection): number {
  return a.connectedAt - b.connectedAt || (a.connectionId < b.connectionId ? -1 : 1);
}
