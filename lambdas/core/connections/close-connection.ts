// How the server ends a connection: it says why, closes the socket, and forgets the record.
import { serializeMessage, type ClosingReason } from '#sdk/protocol';
import { mayBeOpening } from './connection';
import type { Clock } from '../clock';
import type { Closer, Connection, ConnectionStore, Poster } from './ports';
import type { Log } from '../log';

/** Its buffer is full, so that nothing can be posted to it, not even why it is closed. */
type NotReading = 'not_reading';

/**
 * Ends a connection for one of the service's own reasons, or for an operator's. Never throws: where it fails, or the
 * connection may only be opening, the record stays, and whoever meets it next tries again.
 * @returns `closed` by this call, `gone` if it had ended before (several may close one at a time), or still `open`
 */
export type CloseConnection = (
  connection: Connection,
  reason: ClosingReason | OperatorReason | NotReading,
) => Promise<'closed' | 'gone' | 'open'>;

/** Any text. */
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
        const told = await poster.post(connectionId, message);
        // It may be open by the time it is closed, and nobody would have told it why.
        if (told === 'gone' && mayBeOpening(connection, now())) return 'open';
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
