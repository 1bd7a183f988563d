// Keeps a client connected: passes events of links and of the page to the state machine, and carries out its effects.
import type { Page, Signal } from '../dependencies';
import { createReporter, type Connection } from './connection';
import { createLinks, type LinksDependencies, type LinksHandlers } from './links';
import { createPageWatch } from './page-watch';
import { createTimers } from './timers';
import { initialState, transition, type Event, type Rules, type State } from './transition';

export interface SupervisorDependencies extends LinksDependencies, Rules {
  readonly signal?: Signal;
  readonly page: Page;
  /** Whether to connect at once. Default: true. */
  readonly autoConnect?: boolean;
}

/** `visible` is called before the connection changes. */
export interface SupervisorHandlers extends Omit<LinksHandlers, 'news'> {
  /** Called with each new state of the connection. */
  readonly changed: (connection: Connection, previous: Connection) => void;
}

/** The connection of a client; the methods are those of the client. */
export interface Supervisor {
  readonly connection: Connection;
  readonly reconnect: () => void;
  readonly refresh: () => void;
  readonly subscribe: (agents: readonly string[]) => void;
  /** Looks for a request for a page of a timeline; not part of the documented client. */
  readonly pageAsked: () => void;
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
  const after = reporting(() => {
    reporter.report(state);
  });
  const links = createLinks(dependencies, {
    ...handlers,
    news(type, outcome) {
      if (type === 'refused') reconnect();
      else dispatch({ type, ...pageNow(), ...outcome });
    },
    visible: after(handlers.visible),
    taken: after(handlers.taken),
  });
  const pageNow = () => ({ random: random(), hidden: !page.isVisible });
  let state = initialState;
  const reporter = createReporter({ ...dependencies, links, changed: handlers.changed });
  const watch = createPageWatch(dependencies, (type) => {
    if (page.isOnline !== state.online) dispatch({ type: page.isOnline ? 'online' : 'offline' });
    if (type) dispatch({ type });
  });

  const send = (type: 'stable' | 'retry' | 'close') => () => {
    dispatch({ type });
  };

  function dispatch(event: Event): void {
    const before = state;
    const [after, ...effects] = transition(state, event, dependencies);
    state = after;
    const isEntered = after.name !== before.name || after.retryInMs !== before.retryInMs;
    if (isEntered) entered(after);
    for (const effect of effects) links[effect]();
    reporter.report(after, isEntered ? clock.now() : undefined);
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
    dispatch({ type: 'start', online: page.isOnline, ...pageNow() });
  }

  const close = send('close');
  if (signal?.aborted) close();
  else if (dependencies.autoConnect !== false) reconnect();
  else signal?.addEventListener('abort', close);
  return {
    get connection() {
      return reporter.connection();
    },
    reconnect,
    refresh() {
      // A client that has left gets a token when it is back.
      if (!links.refresh() && state.reason !== 'hidden') reconnect();
    },
    subscribe: after(links.subscribe),
    pageAsked: links.pageAsked,
    close,
  };
}

/** Returns a function that makes others report what has changed, after they have done the same as before. */
function reporting(report: () => void) {
  return <Values extends unknown[]>(change: (...values: Values) => void) =>
    (...values: Values): void => {
      change(...values);
      report();
    };
}
