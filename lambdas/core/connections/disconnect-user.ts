// Disconnects a user for an operator: closes all of the user's connections with the reason, and refuses older tokens.
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

/** Milliseconds between two attempts to close a connection whose handshake is under way. */
const openingPauseMilliseconds = 200;

/** Milliseconds before the second and last attempt to close a connection that could not be closed. */
const failurePauseMilliseconds = 1_000;

/**
 * Carries out the order of the event, or puts an invalid one into the dead-letter queue. From then on, the user's older
 * tokens are refused.
 * @throws if a connection could not be closed, or an invalid event not be stored; the event can be retried then
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
  /** Hours after its `iat` at which any token expires. Default: not limited. */
  readonly maxTokenHours?: number | undefined;
}): DisconnectUser {
  const { connections, closeConnection, deadLetters, count, timers, now, log } = dependencies;
  const { maxTokenHours } = dependencies;

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => timers.after(milliseconds, resolve));
  const isOpening = (connection: Connection) => mayBeOpening(connection, now());

  /** @returns those that are still open */
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
    // The marker is written before connections are listed: a handshake that is not listed yet finds the marker.
    await connections.markDisconnected(userId, markerOf(now(), maxTokenHours));
    const found = (await connections.ofUser(userId)).connections;
    let open = await closeAll(found, reason);
    // Handshakes that passed before the marker was written may not be open yet. They are closed as soon as they are open.
    for (
      let opening = open.filter(isOpening);
      opening.length > 0;
      opening = open.filter(isOpening)
    ) {
      await pause(openingPauseMilliseconds);
      // Handshakes that the marker has refused have no record any more. Those with a newer token are not in the list.
      const left = new Set((await connections.ofUser(userId)).connections.map(idOf));
      const others = open.filter((connection) => !opening.includes(connection));
      const again = opening.filter((connection) => left.has(idOf(connection)));
      open = [...others, ...(await closeAll(again, reason))];
    }
    if (open.length > 0) {
      // EventBridge retries only after a minute, and a retry would also close connections with newer tokens.
      await pause(failurePauseMilliseconds);
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
