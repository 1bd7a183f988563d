// An operator sends a user away: all of the user's connections are closed, each told why.
import { describeFaults, parseUserDisconnect } from '../../sdk/protocol';
import type { ReportedEvent } from './broadcast';
import type { CloseConnection } from './close-connection';
import type { ConnectionStore, Count, Log, RejectedEvents } from './ports';

/**
 * Does what the event orders, or keeps it as rejected.
 * @throws when a connection could not be closed, or a rejected event not be kept: then the event may be tried again
 */
export type DisconnectUser = (event: ReportedEvent) => Promise<void>;

export function createDisconnectUser(dependencies: {
  readonly connections: Pick<ConnectionStore, 'ofUser'>;
  readonly closeConnection: CloseConnection;
  readonly rejected: RejectedEvents;
  readonly count: Count;
  readonly log: Log;
}): DisconnectUser {
  const { connections, closeConnection, rejected, count, log } = dependencies;

  return async ({ id: eventId, type, payload, whole }) => {
    const parsed = parseUserDisconnect(type, payload);
    if (!parsed.ok) {
      const reason = describeFaults(parsed.faults);
      log.warn('event rejected', { eventId, reason });
      count('RejectedEvents');
      await rejected.keep(whole, reason);
      return;
    }
    const { userId, reason } = parsed.value;
    const found = await connections.ofUser(userId);
    const closings = found.map((connection) => closeConnection(connection, { text: reason }));
    const open = (await Promise.all(closings)).filter((closed) => !closed).length;
    log.info('user disconnected', { eventId, userId, reason, connections: found.length, open });
    if (open > 0) throw new Error(`${open} of ${found.length} connections are still open`);
  };
}
