// How the server ends a connection: it says why, closes the socket, and forgets the record.
import { serializeFrame, type ClosingReason } from '../../sdk/protocol';
import type { Closer, Connection, ConnectionStore, Log, Poster } from './ports';

/** Ends a connection. Never throws: a record that could not be dealt with is met again by the next heartbeat. */
export type CloseConnection = (connection: Connection, reason: ClosingReason) => Promise<void>;

export function createCloseConnection(dependencies: {
  readonly connections: ConnectionStore;
  readonly poster: Poster;
  readonly closer: Closer;
  readonly log: Log;
}): CloseConnection {
  const { connections, poster, closer, log } = dependencies;

  return async (connection, reason) => {
    const { connectionId, userId } = connection;
    try {
      await poster.post(
        connectionId,
        serializeFrame({ type: 'connection:closing', payload: { reason } }),
      );
      await closer.close(connectionId);
      await connections.remove({ userId, connectionId });
      log.info('connection closed', { connectionId, userId, reason });
    } catch (error) {
      log.error('connection not closed', { connectionId, userId, reason, error });
    }
  };
}
