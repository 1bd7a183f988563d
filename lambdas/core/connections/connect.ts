// Records the connection of an authorized handshake. Over the limit, the user's oldest connection is closed.
import type { CloseConnection } from './close-connection';
import { expiryOf, isExpired } from './connection';
import { refusesToken } from './disconnect-marker';
import { withParts } from './view';
import type { Clock } from '../clock';
import type { Connection, ConnectionStore, RateLimit, RateLimitStore } from './ports';
import type { Count } from '../count';
import type { VerifiedToken } from '../auth/ports';

/** What the client has negotiated. Default: nothing, as documented clients. */
interface Negotiated {
  /** Whether it takes batches. */
  readonly batches?: boolean;
  /** Whether it gets no events before its first `subscribe`. */
  readonly subscribes?: boolean;
}

/**
 * Records the connection with the scope of its token, unless its user connects too often, or has been disconnected since the
 * token was issued.
 * @throws if the connection could not be recorded: nothing would ever be posted to it
 */
export type Connect = (
  connectionId: string,
  token: VerifiedToken,
  negotiated?: Negotiated,
) => Promise<'connected' | 'too_many_handshakes' | 'user_disconnected'>;

export function createConnect(dependencies: {
  readonly connections: ConnectionStore;
  readonly closeConnection: CloseConnection;
  readonly rateLimits: RateLimitStore;
  readonly count: Count;
  readonly now: Clock;
  /** Handshakes of one user. */
  readonly handshakes: RateLimit;
  readonly maxConnectionsPerUser: number;
}): Connect {
  const { connections, closeConnection, rateLimits, count, now } = dependencies;
  const { handshakes, maxConnectionsPerUser } = dependencies;

  return async (connectionId, token, { batches = false, subscribes = false } = {}) => {
    const { userId, expiresAt: tokenExpiresAt, issuedAt, scope } = token;
    const connectedAt = now();
    if (!(await rateLimits.take(userId, 'handshakes', handshakes, connectedAt))) {
      count('HandshakesLimited', { connectionId, userId });
      return 'too_many_handshakes';
    }
    const expiresAt = expiryOf(connectedAt, tokenExpiresAt);
    const view = withParts(undefined, { scope, agents: subscribes ? [] : undefined });
    const self: Connection = {
      ...{ connectionId, userId, connectedAt, expiresAt },
      ...(batches && { batches }),
      ...(view && { view }),
    };
    // The record is written before the user's connections are counted: of two handshakes at once, at least one sees both.
    // `disconnect-user` writes the marker before it lists connections: either it finds this record, or the marker is found here.
    await connections.save(self);
    const known = await connections.ofUser(userId);
    if (refusesToken(known.marker, issuedAt, connectedAt)) {
      await connections.remove(self);
      return 'user_disconnected';
    }
    const all = known.connections.filter((one) => !isExpired(one, connectedAt)).sort(byAge);
    // Only older connections are closed: of many handshakes at once, each closes those before it.
    const replaced = all
      .slice(0, Math.max(0, all.length - maxConnectionsPerUser))
      .filter((one) => byAge(one, self) < 0);
    await Promise.all(replaced.map((connection) => closeConnection(connection, 'replaced')));
    return 'connected';
  };
}

/** Oldest first. Those of the same millisecond are ordered by id, so that every invocation has the same order. */
function byAge(a: Connection, b: Connection): number {
  return a.connectedAt - b.connectedAt || (a.connectionId < b.connectionId ? -1 : 1);
}
