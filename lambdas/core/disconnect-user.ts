// An operator sends a user away: all of the user's connections are closed, each told why.
import { describeFaults, parseUserDisconnect } from '../../sdk/protocol';
import type { ReportedEvent } from './broadcast';
import type { CloseConnection } from './close-connection';
import { handshakeMilliseconds } from './connection';
import type { Connection, ConnectionStore, Count, Log, RejectedEvents, Timers } from './ports';

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
  readonly timers: Timers;
  readonly log: Log;
}): DisconnectUser {
  const { connections, closeConnection, rejected, count, timers, log } = dependencies;

  /** Gives those that are still open. */
  async function closeAll(open: readonly Connection[], text: string) {
    const closed = await Promise.all(
      open.map((connection) => closeConnection(connection, { text })),
    );
    return open.filter((_, index) => closed[index] !== true);
  }

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
    let open = await closeAll(found, reason);
    if (open.length > 0) {
      // Mostly their handshakes are under way. To be called again would take a minute, and meet those who came back.
      await new Promise<void>((resolve) => timers.after(handshakeMilliseconds, resolve));
      open = await closeAll(open, reason);
    }
    const counts = { connections: found.length, open: open.length };
    log.info('user disconnected', { eventId, userId, reason, ...counts });
    if (open.length > 0) {
      throw new Error(`${open.length} of ${found.length} connections are still open`);
    }
  };
}
