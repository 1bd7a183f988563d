// Keeps a client connected: passes events of links and of the page to the state machine, and carries out its effects.
import { everyAgent, type AgentFilter } from '../../protocol/agent-patterns';
import type { Page, Signal } from '../dependencies';
import type { Connection } from './connection';
import type { LinkHandlers } from './link/link';
import { createLinks, type LinksDependencies } from './links';
import { createPageWatch } from './page-watch';
import { createTimers } from './timers';
import { initialState, transition, type Event, type Rules, type State } from './transition';

export interface SupervisorDependencies extends LinksDependencies, Rules {
  readonly signal?: Signal;
  readonly page: Page;
  /** Whether to connect at once. Default: true. */
  readonly autoConnect?: boolean;
}

export interface SupervisorHandlers extends Pick<LinkHandlers, 'event' | 'taken'> {
  /** Called when other agents are visible, before the connection changes. */
  readonly visible: (visible: AgentFilter) => void;
  /** Called with each new state of the connection. */
  readonly changed: (connection: Connection) => void;
}

/** The connection of a client; the methods are those of the client. */
export interface Supervisor {
  readonly connection: Connection;
  readonly reconnect: () => void;
  readonly refresh: () => void;
  readonly subscribe: (agents: readonly string[]) => void;
  readonly close: () => void;
}

/**
 * Connects, unless `autoConnect` is false or the signal has aborted.
 * @throws {TypeError} if it connects and there is no WebSocket
 */
export function createSupervisor(
  dependencies: SupervisorDependencies,
  handlers: SupervisorHandlers,
): Supervisor {
  const { clock, page, random, signal, timing } = dependencies;
  const timers = createTimers(clock);
  const links = createLinks(dependencies, {
    ...handlers,
    news(type, outcome) {
      if (type === 'refused') reconnect();
      else dispatch({ type, random: random(), hidden: !page.isVisible, ...outcome });
    },
    visible(visible) {
      handlers.visible(visible);
      report(connection.since);
    },
  });
  let state = initialState;
  let connection = connectionOf(state, clock.now(), links.visible());
  const watch = createPageWatch(page, (becameVisible) => {
    if (page.isOnline !== state.online) dispatch({ type: page.isOnline ? 'online' : 'offline' });
    if (becameVisible) dispatch({ type: 'visible' });
  });

  const send = (type: 'stable' | 'retry' | 'close') => () => {
    dispatch({ type });
  };

  function dispatch(event: Event): void {
    const before = state;
    const [after, ...effects] = transition(state, event, dependencies);
    state = after;
    const isEntered = after.name !== before.name;
    if (isEntered) entered(after);
    for (const effect of effects) links[effect]();
    report(isEntered ? clock.now() : connection.since);
  }

  function report(since: number): void {
    const next = connectionOf(state, since, links.visible());
    if (JSON.stringify(next) !== JSON.stringify(connection)) handlers.changed((connection = next));
  }

  function entered({ name, retryInMs }: State): void {
    timers.stopAll();
    if (name === 'connected') timers.start('state', timing.stableAfterMs, send('stable'));
    if (retryInMs !== undefined) timers.start('state', retryInMs, send('retry'));
    watch[name === 'closed' ? 'stop' : 'start']();
    if (name === 'closed') signal?.removeEventListener('abort', close);
  }

  function reconnect(): void {
    if (signal?.aborted) return;
    // Throws if there is no WebSocket, before anything has changed.
    dependencies.getWebSocket();
    watch.look();
    // Adding the same listener again has no effect.
    signal?.addEventListener('abort', close);
    dispatch({ type: 'start', online: page.isOnline });
  }

  const close = send('close');
  if (signal?.aborted) close();
  else if (dependencies.autoConnect !== false) reconnect();
  else signal?.addEventListener('abort', close);
  return {
    get connection() {
      return connection;
    },
    reconnect,
    refresh() {
      if (!links.refresh()) reconnect();
    },
    subscribe: links.subscribe,
    close,
  };
}

function connectionOf(
  { name, attempt, retryInMs, code, reason }: State,
  since: number,
  { patterns }: AgentFilter,
): Connection {
  const visibleAgents = patterns[0] === everyAgent ? undefined : patterns;
  return { state: name, attempt, retryInMs, code, reason, since, visibleAgents };
}
