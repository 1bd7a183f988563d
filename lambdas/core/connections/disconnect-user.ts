// An operator sends a user away: all of the user's connections are closed, each told why, and older tokens open none.
import { describeFaults, parseUserDisconnect } from '#sdk/protocol';
import type { CloseConnection } from './close-connection';
import { mayBeOpening } from './connection';
import { markerOf } from './disconnect-marker';
import type { Clock, Timers } from '../clock';
import type { Connection, ConnectionStore } from './ports';
import type { Count } from '../count';
import type { Log } from '../log';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { ReportedEvent } from '../reported-event';

/** Between the tries to close a connection whose handshake is under way, in milliseconds. */
const openingPause = 200;

/** Before the second and last try to close one that could not be closed. */
const failurePause = 1_000;

/**
 * Does what the event orders, or puts it into the dead-letter queue. From then on the user's tokens open nothing that are not newer.
 * @throws when a connection could not be closed, or a rejected event not be kept: then the event may be tried again
 */
export type DisconnectUser = (event: ReportedEvent) => Promise<void>;

export function createDisconnectUser(dependencies: {
  readonly connections: Pick<ConnectionStore, 'ofUser' | 'markDisconnected'>;
  readonly closeConnection: CloseConnection;
  readonly deadLetters: DeadLetterQueue<unknown>;
  readonly count: Count;
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Log;
  /** How long after its `iat` any token ends. Default: nobody knows. */
  readonly maxTokenHours?: number | undefined;
}): DisconnectUser {
  const { connections, closeConnection, deadLetters, count, timers, now, log } = dependencies;
  const { maxTokenHours } = dependencies;

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  const isOpening = (connection: Connection) => mayBeOpening(connection, now());

  /** Gives those that are still open. */
  async function closeAll(open: readonly Connection[], text: string) {
    const ended = await Promise.all(
      open.map((connection) => closeConnection(connection, { text })),
    );
    return open.filter((_, index) => ended[index] === 'open');
  }

  return async ({ id: eventId, type, payload, whole }) => {
    const parsed = parseUserDisconnect(type, payload);
    if (!parsed.ok) {
      const reason = describeFaults(parsed.faults);
      log.warn('event rejected', { eventId, events: 1, reason });
      count('RejectedEvents');
      await deadLetters.keep(whole, reason);
      return;
    }
    const { userId, reason } = parsed.value;
    // Before they are listed: a handshake that is not among them yet meets the marker.
    await connections.markDisconnected(userId, markerOf(now(), maxTokenHours));
    const found = (await connections.ofUser(userId)).connections;
    let open = await closeAll(found, reason);
    // They met no marker, but are not open yet either: closed as soon as they are, they are sent nothing.
    for (
      let opening = open.filter(isOpening);
      opening.length > 0;
      opening = open.filter(isOpening)
    ) {
      await pause(openingPause);
      // Without those that met the marker, and not with those that came back with a newer token.
      const left = new Set((await connections.ofUser(userId)).connections.map(idOf));
      const others = open.filter((connection) => !opening.includes(connection));
      const again = opening.filter((connection) => left.has(idOf(connection)));
      open = [...others, ...(await closeAll(again, reason))];
    }
    if (open.length > 0) {
      // To be called again would take a minute, and meet those who came back.
      await pause(failurePause);
      open = await closeAll(open, reason);
    }
    const counts = { connections: found.length, open: open.length };
    log.info('user disconnected', { eventId, userId, reason, ...counts });
    if (open.length > 0) {
      throw new Error(`${open.length} of ${found.length} connections are still open`);
    }
  };
}

function idOf({ connectionId }: Connection): string {
  return connectionId;
}
