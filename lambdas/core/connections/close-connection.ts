// Closes a connection: posts the reason, closes the socket, and removes the record.
import { serializeMessage, type ClosingReason } from '#sdk/protocol';
import { mayBeOpening } from './connection';
import type { Clock } from '../clock';
import type { Closer, Connection, ConnectionStore, Poster } from './ports';
import type { Log } from '../log';

/** The client does not read: the connection's buffer is full, so that not even the reason can be posted. */
type NotReading = 'not_reading';

/**
 * Closes a connection for one of the service's own reasons, or for an operator's. Never throws. If it fails, or the
 * connection may still be opening, the record stays, and the next fan-out or heartbeat that reads it tries again.
 * @returns `closed` by this call, `gone` if it had ended before (several may close one at the same time), or still `open`
 */
export type CloseConnection = (
  connection: Connection,
  reason: ClosingReason | OperatorReason | NotReading,
) => Promise<'closed' | 'gone' | 'open'>;

/** An operator's reason: any text. */
interface OperatorReason {
  readonly text: string;
}

export function createCloseConnection(dependencies: {
  readonly connections: ConnectionStore;
  readonly poster: Poster;
  readonly closer: Closer;
  readonly now: Clock;
  readonly log: Log;
}): CloseConnection {
  const { connections, poster, closer, now, log } = dependencies;

  return async (connection, given) => {
    const { connectionId, userId } = connection;
    const reason = typeof given === 'string' ? given : given.text;
    try {
      if (given !== 'not_reading') {
        const message = serializeMessage({ type: 'connection:closing', payload: { reason } });
        const posted = await poster.post(connectionId, message);
        // The connection may open before it is closed, and would be closed without the reason.
        if (posted === 'gone' && mayBeOpening(connection, now())) return 'open';
      }
      const ended = await closer.close(connectionId);
      if (ended === 'gone' && mayBeOpening(connection, now())) return 'open';
      await connections.remove({ userId, connectionId });
      if (ended === 'closed') log.info('connection closed', { connectionId, userId, reason });
      return ended;
    } catch (error) {
      log.error('connection not closed', { connectionId, userId, reason, error });
      return 'open';
    }
  };
}
