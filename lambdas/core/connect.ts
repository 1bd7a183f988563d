// A handshake that was authorized becomes a connection; over the limit, the user's oldest makes room.
import type { CloseConnection } from './close-connection';
import { expiryOf, isExpired } from './connection';
import type { Clock, ConnectionStore, VerifiedToken } from './ports';

/** Records the connection. Throws if it could not be recorded: then nobody would ever post to it. */
export type Connect = (connectionId: string, token: VerifiedToken) => Promise<void>;

export function createConnect(dependencies: {
  readonly connections: ConnectionStore;
  readonly closeConnection: CloseConnection;
  readonly now: Clock;
  readonly maxConnectionsPerUser: number;
}): Connect {
  const { connections, closeConnection, now, maxConnectionsPerUser } = dependencies;

  return async (connectionId, { userId, expiresAt: tokenExpiresAt }) => {
    const connectedAt = now();
    const expiresAt = expiryOf(connectedAt, tokenExpiresAt);
    // Saved before the others are counted: of two that come at once, at least one sees both.
    await connections.save({ connectionId, userId, connectedAt, expiresAt });
    const others = (await connections.ofUser(userId))
      .filter((one) => one.connectionId !== connectionId && !isExpired(one, connectedAt))
      .sort((a, b) => a.connectedAt - b.connectedAt);
    const replaced = others.slice(0, Math.max(0, others.length + 1 - maxConnectionsPerUser));
    await Promise.all(replaced.map((connection) => closeConnection(connection, 'replaced')));
  };
}
