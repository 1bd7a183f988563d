// Keeps a client connected: passes events of links and of the page to the state machine, and carries out its effects.
import type { Page, Signal } from '../dependencies';
import type { Connection } from './connection';
import type { LinkHandlers } from './link/link';
import { createLinks, type LinksDependencies } from './links';
import { createTimers } from './timers';
import { initialState, transition, type Event, type Rules, type State } from './transition';

export interface SupervisorDependencies extends LinksDependencies, Rules {
  readonly signal?: Signal;
  readonly page: Page;
  /** Whether to connect at once. Default: true. */
  readonly autoConnect?: boolean;
}

export interface SupervisorHandlers extends Pick<LinkHandlers, 'event' | 'taken'> {
  /** Called with each new state of the connection. */
  readonly changed: (connection: Connection) => void;
}

/** The connection of a client; the methods are those of the client. */
export interface Supervisor {
  readonly connection: Connection;
  readonly reconnect: () => void;
  readonly refresh: () => void;
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
  });
  let state = initialState;
  let connection = connectionOf(state, clock.now());
  let { isVisible } = page;
  let unsubscribe: (() => void) | undefined;

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
    const next = connectionOf(after, isEntered ? clock.now() : connection.since);
    if (JSON.stringify(next) !== JSON.stringify(connection)) handlers.changed((connection = next));
  }

  function entered({ name, retryInMs }: State): void {
    timers.stopAll();
    if (name === 'connected') timers.start('state', timing.stableAfterMs, send('stable'));
    if (retryInMs !== undefined) timers.start('state', retryInMs, send('retry'));
    if (name !== 'closed') unsubscribe ??= page.subscribe(checkPage);
    else {
      signal?.removeEventListener('abort', close);
      unsubscribe?.();
      unsubscribe = undefined;
    }
  }

  function checkPage(): void {
    const wasVisible = isVisible;
    ({ isVisible } = page);
    if (page.isOnline !== state.online) dispatch({ type: page.isOnline ? 'online' : 'offline' });
    if (isVisible && !wasVisible) dispatch({ type: 'visible' });
  }

  function reconnect(): void {
    if (signal?.aborted) return;
    // Throws if there is no WebSocket, before anything has changed.
    dependencies.getWebSocket();
    ({ isVisible } = page);
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
    close,
  };
}

function connectionOf(
  { name, attempt, retryInMs, code, reason }: State,
  since: number,
): Connection {
  return { state: name, attempt, retryInMs, code, reason, since };
}
