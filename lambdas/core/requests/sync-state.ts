// Sends one client a snapshot of all agents and sessions.
import { errorMessage, serializeMessage } from '#sdk/protocol';
import { onePage } from '../posting/pages';
import { postToAll } from '../posting/post-to-all';
import type { Outcome, PostingOptions } from '../posting/posting';
import { createFindRefreshed } from '../connections/find-refreshed';
import type { Connection, ConnectionStore } from '../connections/ports';
import type { Count } from '../count';
import type { Log } from '../log';
import type { StateStore } from '../broadcasting/ports';
import { readSnapshot, snapshotMessages, type SnapshotLimits } from './snapshot';

/**
 * Posts all messages of a snapshot except the last one, and returns the text of the last one. If it returns an `error`
 * message, the snapshot is incomplete. Never throws.
 * @param since milliseconds since the Unix epoch, of the server's clock; 0 for everything
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type SyncState = (
  connection: Connection,
  since: number,
  deadline: number,
) => Promise<string>;

/** Posts in flight to one client. Their messages may overtake each other, which registers allow. */
const messagesInFlight = 8;

export function createSyncState(
  dependencies: PostingOptions & {
    readonly state: StateStore;
    readonly connections: Pick<ConnectionStore, 'find'>;
    readonly count: Count;
    readonly log: Log;
    readonly limits: SnapshotLimits;
    readonly heartbeatSeconds: number;
  },
): SyncState {
  const { state, count, log, limits, heartbeatSeconds, now } = dependencies;
  const findRefreshed = createFindRefreshed(dependencies);

  async function post(connection: Connection, message: string, deadline: number): Promise<Outcome> {
    let ended: Outcome = 'left';
    const listener = {
      settle: (_connection: Connection, outcome: Outcome) => (ended = outcome),
      onExpired: findRefreshed,
    };
    // A slow client is waited for, because no other client depends on this invocation.
    const maxStuckAttempts = dependencies.maxAttempts;
    const options = { ...dependencies, concurrency: 1, maxStuckAttempts };
    const texts = [message];
    const pages = onePage([connection]);
    await postToAll({ textsFor: () => texts, pages, deadline, listener }, options);
    return ended;
  }

  async function postAll(
    connection: Connection,
    messages: readonly string[],
    deadline: number,
  ): Promise<Outcome> {
    for (let start = 0; start < messages.length; start += messagesInFlight) {
      const some = messages.slice(start, start + messagesInFlight);
      const outcomes = await Promise.all(
        some.map((message) => post(connection, message, deadline)),
      );
      const failed = outcomes.find((outcome) => outcome !== 'delivered');
      if (failed !== undefined) return failed;
    }
    return 'delivered';
  }

  return async (connection, since, deadline) => {
    const { connectionId } = connection;
    // The time is taken before the registers are read, so that all changes during the read are newer.
    const timestamp = now();
    try {
      const events = await readSnapshot(state, since, timestamp, limits);
      const messages = snapshotMessages(events, timestamp, heartbeatSeconds);
      const ended = await postAll(connection, messages.slice(0, -1), deadline);
      log.info('state synced', {
        connectionId,
        registers: events.length,
        messages: messages.length,
        ended,
        milliseconds: now() - timestamp,
      });
      if (ended === 'delivered') return messages.at(-1) ?? '';
    } catch (error) {
      log.error('state not read', { connectionId, error });
    }
    count('SnapshotsFailed');
    return serializeMessage(
      errorMessage('unavailable', 'The state cannot be told now: try again.'),
    );
  };
}
