// How the server ends a connection: it says why, closes the socket, and forgets the record.
import { serializeFrame, type ClosingReason } from '../../sdk/protocol';
import { mayBeOpening } from './connection';
import type { Clock, Closer, Connection, ConnectionStore, Log, Poster } from './ports';

/** Ends a connection. Never throws: where it fails the record stays, and whoever meets it next tries again. */
export type CloseConnection = (connection: Connection, reason: ClosingReason) => Promise<void>;

export function createCloseConnection(dependencies: {
  readonly connections: ConnectionStore;
  readonly poster: Poster;
  readonly closer: Closer;
  readonly now: Clock;
  readonly log: Log;
}): CloseConnection {
  const { connections, poster, closer, now, log } = dependencies;

  return async (connection, reason) => {
    const { connectionId, userId } = connection;
    try {
      await poster.post(
        connectionId,
        serializeFrame({ type: 'connection:closing', payload: { reason } }),
      );
      const ended = await closer.close(connectionId);
      if (ended === 'gone' && mayBeOpening(connection, now())) return;
      await connections.remove({ userId, connectionId });
      log.info('connection closed', { connectionId, userId, reason });
    } catch (error) {
      log.error('connection not closed', { connectionId, userId, reason, error });
    }
  };
}
