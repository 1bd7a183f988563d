// Creates the view of the client's data that the page renders. It changes at most once in each animation frame.
import type { Connection, MissionControl } from '#sdk/client';
import { createAgentEntries, type AgentEntry } from './agent-entries';
import { addToFeed, feedLength, newestOf, type FeedEntry, type FeedEvent } from './feed';

/** The data of the page. It is the same object until its data changes, as is each of its parts. */
export interface BoardView {
  /** The agents, sorted by name. */
  readonly agents: readonly AgentEntry[];
  /** The newest events, the newest first. */
  readonly feed: readonly FeedEntry[];
  /** The number of events with a timestamp after the creation of the board. */
  readonly events: number;
  readonly connection: Connection;
  /** The time since which the view may be out of date, in milliseconds since the Unix epoch; undefined while connected. */
  readonly staleSince: number | undefined;
}

export interface Board {
  readonly read: () => BoardView;
  /** Calls `changed` after each change of the view. Returns a function that unsubscribes. */
  readonly subscribe: (changed: () => void) => () => void;
}

/**
 * Creates the board of a client.
 * @param schedule calls back when the page is ready to render, but not while it is hidden
 * @param now returns the current time in milliseconds since the Unix epoch
 */
export function createBoard(
  client: Pick<MissionControl, 'connection' | 'on' | 'agents' | 'sessions'>,
  schedule: (due: () => void) => void,
  now: () => number,
): Board {
  const entries = createAgentEntries();
  const madeAt = now();
  const listeners = new Set<() => void>();
  let waiting: FeedEvent[] = [];
  let events = 0;
  let wasConnected = false;
  let staleSince: number | undefined;
  let isDue = false;
  let { visibleAgents } = client.connection;
  let view: BoardView = { agents: [], feed: [], events, connection: client.connection, staleSince };

  function later(): void {
    if (isDue) return;
    isDue = true;
    schedule(() => {
      isDue = false;
      const { connection } = client;
      const feed = addToFeed(view.feed, waiting);
      waiting = [];
      view = { agents: entries.read(), feed, events, connection, staleSince };
      for (const listener of listeners) listener();
    });
  }

  function note(event: FeedEvent): void {
    entries.take(event);
    // Most events of a snapshot are older.
    if (event.event.timestamp >= madeAt) events += 1;
    waiting.push(event);
    // The list must not grow while the page is hidden, which may take hours.
    if (waiting.length > 20 * feedLength) waiting = newestOf(waiting);
    later();
  }

  /** Forgets the agents that the user may no longer see, as the client has done. */
  function forget(): void {
    const agentIds = agentIdsOf(client);
    const isKnown = ({ event }: FeedEvent) => agentIds.has(event.agentId);
    entries.keepOnly(agentIds);
    waiting = waiting.filter(isKnown);
    view = { ...view, feed: view.feed.filter(isKnown) };
  }

  client.on('agent:status', (event) => {
    note({ type: 'agent:status', event });
  });
  client.on('session:activity', (event) => {
    note({ type: 'session:activity', event });
  });
  client.on('connection', (connection) => {
    if (connection.visibleAgents !== visibleAgents) forget();
    ({ visibleAgents } = connection);
    const isConnected = connection.state === 'connected';
    if (isConnected) staleSince = undefined;
    else if (wasConnected) staleSince = now();
    wasConnected = isConnected;
    later();
  });
  later();

  return {
    read: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function agentIdsOf({
  agents,
  sessions,
}: Pick<MissionControl, 'agents' | 'sessions'>): Set<string> {
  return new Set([...agents.values(), ...sessions.values()].map(({ agentId }) => agentId));
}
