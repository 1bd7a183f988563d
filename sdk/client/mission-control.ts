// A client that stays connected: what happens to its sockets goes through the state machine, and what that says is done.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentStatus, EventMessage, SessionActivity } from '../protocol';
import { backoffMs, betweenMs } from './connection/backoff';
import { openLink, type Link, type LinkWorld } from './connection/link';
import type { Connection } from './connection/connection';
import { createListeners, type ListenerTypes } from './state/listeners';
import { settingsOf, type MissionControlOptions } from './options';
import { Registers, type Change, type Source } from './state/registers';
import { createRecovery } from './connection/recovery';
import { createTimers } from './connection/timers';
import { initialState, transition, type Event, type State } from './connection/transition';

/** A client of Mission Control. */
export interface MissionControl {
  /** The state of the connection now. */
  readonly connection: Connection;
  /** The newest status of every agent, by agent id. The same map for ever: it changes. */
  readonly agents: ReadonlyMap<string, AgentStatus>;
  /** The newest activity of every session, by `sessionKey(agentId, sessionId)`. The same map for ever: it changes. */
  readonly sessions: ReadonlyMap<string, SessionActivity>;
  /**
   * Calls `listener` for each change: of an agent's status, of a session's activity (never twice for one, never
   * for an older one after a newer one), or of the connection; as `change` once for all that came in one message or
   * batch, after the listeners of the single ones. What a listener throws is reported as an uncaught
   * exception, and the others are called nevertheless.
   * @returns how to stop that
   */
  readonly on: <Type extends keyof ListenerTypes>(
    type: Type,
    listener: ListenerTypes[Type],
  ) => () => void;
  /** Connects now, with a fresh token: also from `idle` and `closed`, unless the signal has aborted. */
  readonly reconnect: () => void;
  /**
   * Takes another token from `getToken` into the open connection, which stays. Where the server refuses that, because
   * it is not valid or another user's, and where nothing is open, the same as {@link reconnect}.
   */
  readonly refresh: () => void;
  /** Closes the connection and leaves nothing behind: no socket, no timer, no listener of the page. */
  readonly close: () => void;
  /** The same as {@link close}. */
  readonly [Symbol.dispose]: () => void;
}

/**
 * Connects to Mission Control, and stays connected.
 * @throws a `TypeError` for options that cannot work
 */
export function createMissionControl(options: MissionControlOptions): MissionControl {
  const settings = settingsOf(options);
  const { clock, page, random, signal, timing } = settings;
  const registers = new Registers();
  const listeners = createListeners();
  const timers = createTimers(clock);
  const recovery = createRecovery(clock);
  const links = new Set<Link>();
  /** Of the message that is being taken. */
  const changes: Change[] = [];
  let current: Link | undefined;
  /** The one that is to take the place of the current one. */
  let next: Link | undefined;
  let failedRotations = 0;
  let world: LinkWorld | undefined;
  let state = initialState;
  let connection = view(state);
  let unsubscribe: (() => void) | undefined;
  let { isOnline, isVisible } = page;

  function view({ name, attempt, retryInMs, code, reason }: State): Connection {
    return { state: name, attempt, retryInMs, code, reason, since: clock.now() };
  }

  function dispatch(event: Event): void {
    const before = state;
    const [after, ...effects] = transition(state, event, settings);
    state = after;
    if (after === before && effects.length === 0) return;
    if (after.name === 'closed') signal?.removeEventListener('abort', close);
    const isActive = after.name !== 'idle' && after.name !== 'closed';
    if (isActive) unsubscribe ??= subscribe();
    else {
      unsubscribe?.();
      unsubscribe = undefined;
    }
    if (after.retryInMs === undefined) timers.stop('retry');
    else if (after.name !== before.name) timers.start('retry', after.retryInMs, send('retry'));
    if (after.name !== 'connected') timers.stop('stable');
    else if (before.name !== 'connected')
      timers.start('stable', timing.stableAfterMs, send('stable'));
    for (const effect of effects) perform[effect]();
    const changed = view(after);
    const isNews = (['state', 'attempt', 'retryInMs', 'code', 'reason'] as const).some(
      (key) => changed[key] !== connection[key],
    );
    if (!isNews) return;
    connection =
      changed.state === connection.state ? { ...changed, since: connection.since } : changed;
    listeners.call('connection', connection);
  }

  const send = (type: 'retry' | 'stable' | 'handover') => () => {
    dispatch({ type });
  };

  const perform = {
    open() {
      current = open();
    },
    drop() {
      timers.stop('rotate');
      timers.stop('handover');
      for (const link of links) link.close();
      links.clear();
      current = next = undefined;
    },
    probe() {
      current?.probe();
    },
  };

  function open(): Link {
    const link = openLink((world ??= settings.linkWorld()), {
      since: recovery.since,
      opened() {
        if (link === current) becameCurrent();
      },
      event(event, source) {
        // A listener may have ended it while a snapshot or a batch is told.
        if (links.has(link)) merge(event, source);
      },
      taken() {
        // What listeners heard of singly has happened, whatever one of them has done since.
        if (changes.length > 0) listeners.call('change', { changes: changes.splice(0) });
      },
      synced() {
        if (link !== next) return;
        // Make before break: both are open, and what both deliver is told once.
        const old = current;
        current = next;
        next = undefined;
        failedRotations = 0;
        old?.retire();
        planRotation();
      },
      serverTime: recovery.told,
      refused() {
        if (link === current) reconnect();
      },
      closing(reason) {
        // A token that expired on a young connection is no accident: that is for the backoff.
        if (
          reason !== 'token_expired' ||
          link !== current ||
          (link.age() ?? 0) < timing.stableAfterMs
        ) {
          return link !== current && link !== next;
        }
        rotate();
        return true;
      },
      ended(end) {
        links.delete(link);
        if (link === next) {
          next = undefined;
          failedRotations += 1;
          const pause = backoffMs(
            failedRotations,
            random(),
            timing.backoffBaseMs,
            timing.backoffCapMs,
          );
          timers.start('rotate', pause, rotate);
        } else if (link === current) {
          timers.stop('rotate');
          current = next;
          next = undefined;
          if (current === undefined) {
            const hidden = !page.isVisible;
            dispatch({ type: 'ended', luck: random(), hidden, ...end });
          } else if (current.age() !== undefined) planRotation();
          // Nobody has to see the moment between two tokens.
          else if (end.reason === 'token_expired')
            timers.start('handover', timing.pongTimeoutMs, send('handover'));
          else dispatch({ type: 'handover' });
        }
      },
    });
    links.add(link);
    return link;
  }

  function becameCurrent(): void {
    timers.stop('handover');
    planRotation();
    dispatch({ type: 'opened' });
  }

  function planRotation(): void {
    timers.start('rotate', betweenMs(timing.rotateMinMs, timing.rotateMaxMs, random()), rotate);
  }

  function rotate(): void {
    timers.stop('rotate');
    next ??= open();
  }

  function merge(event: EventMessage, source: Source): void {
    const change = registers.merge(event, source);
    if (change === undefined) return;
    changes.push(change);
    listeners.call(event.type, event.payload);
  }

  function subscribe(): () => void {
    return page.subscribe(() => {
      const [wasOnline, wasVisible] = [isOnline, isVisible];
      ({ isOnline, isVisible } = page);
      if (isOnline !== wasOnline) dispatch({ type: isOnline ? 'online' : 'offline' });
      if (isVisible && !wasVisible) dispatch({ type: 'visible' });
    });
  }

  function reconnect(): void {
    if (signal?.aborted === true) return;
    world ??= settings.linkWorld();
    ({ isOnline, isVisible } = page);
    // Once, however often it is added.
    signal?.addEventListener('abort', close);
    dispatch({ type: 'start', online: isOnline });
  }

  function refresh(): void {
    if (current?.age() === undefined || next !== undefined) reconnect();
    else current.refresh();
  }

  function close(): void {
    dispatch({ type: 'close' });
  }

  if (signal?.aborted === true) close();
  else if (options.autoConnect !== false) reconnect();
  else signal?.addEventListener('abort', close);
  return {
    get connection() {
      return connection;
    },
    agents: registers.agents,
    sessions: registers.sessions,
    on: listeners.add,
    reconnect,
    refresh,
    close,
    // Where the symbol is not known yet, nobody can ask for it.
    [Symbol.dispose]: close,
  };
}
