// Changes which agents' events a client gets, and sends it a snapshot of those that have come into view.
import {
  agentIdIn,
  errorMessage,
  filterOf,
  isWithin,
  serializeMessage,
  type ClientMessage,
} from '#sdk/protocol';
import type { Connection, ConnectionStore } from '../connections/ports';
import { isSameView, maySee, patternsInForce, withParts, type View } from '../connections/view';
import type { Log } from '../log';
import type { PostMessages } from './post-messages';
import { maxAgentsAtOnce, type SnapshotSelection } from './snapshot';
import type { AdmitSync } from './sync-limits';
import type { SyncState } from './sync-state';

/** The payload of a `subscribe`. */
type Subscription = Extract<ClientMessage, { type: 'subscribe' }>['payload'];

/**
 * Stores a subscription, posts `subscribed` and all messages of the snapshot except the last one, and returns the text of
 * the last one. If it returns an `error` message, the client has to send its message again. Never throws.
 * @param connection the connection as its record is
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @returns undefined if the snapshot is refused by the limits of `state:sync`; then nothing has changed
 */
export type Subscribe = (
  connection: Connection,
  subscription: Subscription,
  deadline: number,
) => Promise<string | undefined>;

export function createSubscribe(dependencies: {
  readonly connections: Pick<ConnectionStore, 'changeView'>;
  readonly admitSync: AdmitSync;
  /** Admits snapshots of a few agents, which may be requested more often. */
  readonly admitFewAgents: AdmitSync;
  readonly postMessages: PostMessages;
  readonly syncState: SyncState;
  readonly log: Log;
}): Subscribe {
  const { connections, admitSync, admitFewAgents, postMessages, syncState, log } = dependencies;

  async function change(
    connection: Connection,
    { agents, after, selection }: ViewChange,
    deadline: number,
  ): Promise<string> {
    const { connectionId, view: before } = connection;
    const changed = { ...connection, ...(after && { view: after }) };
    const patterns = patternsInForce(after);
    try {
      const found = await connections.changeView(connection, { agents });
      // If another message has changed the view meanwhile, or the connection was closed, `after` is not what is stored.
      const ended =
        found !== undefined && isSameView(found.view, before)
          ? await postMessages(changed, [subscribedText(patterns)], deadline)
          : 'overtaken';
      log.info('subscribed', { connectionId, patterns: patterns.length, ended });
      if (ended === 'delivered') return await syncState(changed, selection, deadline);
    } catch (error) {
      log.error('subscription not stored', { connectionId, error });
    }
    return serializeMessage(
      errorMessage('unavailable', 'The subscription cannot be answered now: try again.'),
    );
  }

  return async (connection, { agents, since = 0 }, deadline) => {
    const viewChange = changeOf(connection.view, filterOf(agents).patterns, since);
    const { agentIds } = viewChange.selection;
    if (agentIds?.length === 0) return change(connection, viewChange, deadline);
    // This is decided first, so that a refused message changes nothing.
    const release = await (agentIds === undefined ? admitSync : admitFewAgents)(connection);
    if (release === undefined) return undefined;
    try {
      return await change(connection, viewChange, deadline);
    } finally {
      await release();
    }
  };
}

/** The text of the message that names the patterns in force. */
export function subscribedText(patterns: readonly string[]): string {
  return serializeMessage({ type: 'subscribed', payload: { agents: [...patterns] } });
}

/** A new subscription, the view with it, and what has come into view. */
interface ViewChange {
  readonly agents: readonly string[];
  readonly after: View | undefined;
  readonly selection: SnapshotSelection;
}

function changeOf(before: View | undefined, agents: readonly string[], since: number): ViewChange {
  const after = withParts(before, { agents });
  // A client repeats a subscription of which it may not have received the whole snapshot.
  const isRepeated = before?.agents === JSON.stringify(agents);
  const wasVisible = (agentId: string) => !isRepeated && maySee(before, agentId);
  const wasCovered = (pattern: string) =>
    !isRepeated && (before === undefined || isWithin(filterOf([pattern]), before.inForce));
  const added = patternsInForce(after).filter((pattern) => !wasCovered(pattern));
  const agentIds = added.flatMap((pattern) => agentIdIn(pattern) ?? []);
  // A snapshot of many agents can be as large as that of a `state:sync`, so it must not escape the limits of that.
  const areFew = agentIds.length === added.length && agentIds.length <= maxAgentsAtOnce;
  return {
    agents,
    after,
    selection: {
      since,
      includes: (agentId) => maySee(after, agentId) && !wasVisible(agentId),
      agentIds: areFew ? agentIds : undefined,
    },
  };
}
