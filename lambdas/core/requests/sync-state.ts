// Sends one client a snapshot of the agents and sessions that it may see.
import { errorMessage, serializeMessage } from '#sdk/protocol';
import { isExpired } from '../connections/connection';
import type { Connection, ConnectionStore } from '../connections/ports';
import { getsEverything, isSameView, patternsInForce } from '../connections/view';
import type { Clock } from '../clock';
import type { Count } from '../count';
import type { Log } from '../log';
import type { StateStore } from '../broadcasting/ports';
import type { PostMessages } from './post-messages';
import {
  readSnapshot,
  snapshotMessages,
  type SnapshotFacts,
  type SnapshotLimits,
  type SnapshotSelection,
} from './snapshot';

/**
 * Posts all messages of a snapshot except the last one, and returns the text of the last one. If it returns an `error`
 * message, the snapshot is incomplete. Never throws.
 * @param connection the connection as its record is
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type SyncState = (
  connection: Connection,
  selection: SnapshotSelection,
  deadline: number,
) => Promise<string>;

export function createSyncState(dependencies: {
  readonly state: StateStore;
  readonly connections: Pick<ConnectionStore, 'find'>;
  readonly postMessages: PostMessages;
  readonly now: Clock;
  readonly count: Count;
  readonly log: Log;
  readonly limits: SnapshotLimits;
  readonly facts: SnapshotFacts;
}): SyncState {
  const { state, connections, postMessages, count, log, limits, facts, now } = dependencies;

  /** Whether a connection still has the view for which its snapshot was made, and has not expired. */
  async function isUnchanged(connection: Connection): Promise<boolean> {
    const record = await connections.find(connection);
    return (
      record !== undefined && !isExpired(record, now()) && isSameView(record.view, connection.view)
    );
  }

  return async (connection, selection, deadline) => {
    const { connectionId, view } = connection;
    // The time is taken before the registers are read, so that all changes during the read are newer.
    const timestamp = now();
    try {
      const events = await readSnapshot(state, selection, timestamp, limits);
      const visible = getsEverything(view) ? undefined : patternsInForce(view);
      const messages = snapshotMessages(events, timestamp, facts, visible);
      const ended = await postMessages(connection, messages.slice(0, -1), deadline);
      log.info('state synced', {
        connectionId,
        registers: events.length,
        messages: messages.length,
        ended,
        milliseconds: now() - timestamp,
      });
      if (ended === 'delivered' && (await isUnchanged(connection))) return messages.at(-1) ?? '';
    } catch (error) {
      log.error('state not read', { connectionId, error });
    }
    count('SnapshotsFailed');
    return serializeMessage(
      errorMessage('unavailable', 'The state cannot be told now: try again.'),
    );
  };
}
