// Keeps the timeline of a session up to date: pages of the server, and the events that arrive after them.
import type { SessionActivity } from '../../protocol';
import type { MissionControl } from '../mission-control';
import { registerKey } from '../state/registers';
import { eventsOf, heard, tell, unknownTimeline } from '../state/timeline';
import { keepEqual, none, type Reader } from './reader';
import { subscribersOf } from './store';
import { createTimelinePages, type PagesStatus } from './timeline-pages';

/** What a client knows of the timeline of a session: the same object until it changes. */
export interface SessionHistory extends PagesStatus {
  /**
   * The newest events of the session, the newest first, and each once; the same list until it changes. Without a page of the
   * server, those that the client has received.
   */
  readonly events: readonly SessionActivity[];
  /** Asks for the next page of older events, or again for the page that could not be read. No effect while a page is awaited. */
  readonly older: () => void;
}

/** How the timeline of a session is read. */
export interface SessionHistoryOptions {
  /** The number of events of a page. Default: 50. */
  readonly limit?: number | undefined;
}

/**
 * Returns a reader of the timeline of a session. While it has subscribers, it reads the newest page from the server when the client
 * is synced, and each time that it is synced again, adds the events that arrive, and reads older pages on demand.
 * @throws {TypeError} if the limit is not a number of at least 1
 */
export function sessionHistory(
  client: MissionControl,
  agentId: string,
  sessionId: string,
  { limit = 50 }: SessionHistoryOptions = {},
): Reader<SessionHistory> {
  if (!(limit >= 1)) throw new TypeError('limit must be a number of at least 1.');
  const { subscribe, notify } = subscribersOf(client);
  const users = new Set<object>();
  let reading: Reading | undefined;
  const nothing: SessionHistory = {
    ...{ events: none, isLoading: true, hasOlder: true, error: undefined },
    older: () => reading?.load(),
  };

  /** Begins with nothing, or ends if there is no subscriber. */
  function restart(): void {
    reading?.stop();
    const session = { client, agentId, sessionId, limit };
    reading = users.size > 0 ? startReading(session, { nothing, notify, restart }) : undefined;
    notify();
  }

  return {
    read: () => reading?.read() ?? nothing,
    subscribe(changed) {
      const user = {};
      const stop = subscribe(changed);
      if (users.add(user).size === 1) restart();
      return () => {
        stop();
        if (users.delete(user) && users.size === 0) restart();
      };
    },
  };
}

interface Reading {
  readonly read: () => SessionHistory;
  readonly load: () => void;
  readonly stop: () => void;
}

interface Session {
  readonly client: MissionControl;
  readonly agentId: string;
  readonly sessionId: string;
  /** The number of events of a page. */
  readonly limit: number;
}

interface ReadingHandlers {
  readonly nothing: SessionHistory;
  /** Called when there is something else to read. */
  readonly notify: () => void;
  /** Called when all of it has to be forgotten. */
  readonly restart: () => void;
}

function startReading(session: Session, { nothing, notify, restart }: ReadingHandlers): Reading {
  const { client, agentId, sessionId, limit } = session;
  const end = new AbortController();
  const { signal } = end;
  const keep = keepEqual<SessionActivity>();
  const key = registerKey(agentId, sessionId);
  const register = client.sessions.get(key);
  let timeline = register ? heard(unknownTimeline, register) : unknownTimeline;
  let value: SessionHistory | undefined;

  function changed(): void {
    value = undefined;
    if (!signal.aborted) notify();
  }

  const pages = createTimelinePages({
    ...{ limit, changed },
    open: () => client.history(agentId, sessionId, { signal }),
    newest: () => timeline.told[0],
    tell(page, isNext) {
      timeline = tell(timeline, page, isNext);
    },
    isStopped: () => signal.aborted,
  });

  const stops = [
    client.on('session:activity', (event) => {
      if (event.agentId !== agentId || event.sessionId !== sessionId) return;
      const { told } = timeline;
      timeline = heard(timeline, event);
      changed();
      if (told[0] && !timeline.told[0]) pages.readAgain();
    }),
    client.on('synced', pages.readAgain),
    client.on('forgotten', ({ registers }) => {
      const isAffected = registers.some(({ value: one }) => one.agentId === agentId);
      if (isAffected && !client.sessions.has(key)) restart();
    }),
  ];
  // Not at once: React's StrictMode subscribes twice, and a provider may be about to ask for the agent.
  queueMicrotask(() => {
    if (!signal.aborted) pages.load();
  });

  return {
    read: () => (value ??= { ...nothing, ...pages.status(), events: keep(eventsOf(timeline)) }),
    load: pages.load,
    stop() {
      end.abort();
      for (const stop of stops) stop();
    },
  };
}
