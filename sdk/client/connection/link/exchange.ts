// What is said over a connection that is open: sync, events, the server's time, signs of life, fresh tokens.
import type { ClientMessage, ServerMessage } from '../../../protocol';
import { eventTypeDefinitions, type EventMessage } from '../../../protocol/event-message';
import { readServerMessage } from '../../../protocol/message-reader';
import type { Source } from '../../state/registers';
import { ask } from './ask';
import { startLiveness } from './liveness';
import type { Clock, Timers } from '../timers';
import type { Timing } from '../timing';
import { createTokenRefresh } from './token-refresh';

export interface ExchangeHandlers {
  /** The server's time from which to ask for changes; undefined for all. */
  readonly since: () => number | undefined;
  readonly event: (event: EventMessage, source: Source) => void;
  /** All that came in one message has been told. */
  readonly taken: () => void;
  /** The server's time, of a connection that is synced. Returns the time to believe. */
  readonly serverTime: (timestamp: number) => number;
  /** `synced`, once: all that this connection has missed is known. `refused`: it cannot have the token asked for. */
  readonly told: (news: 'synced' | 'refused') => void;
}

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly send: (message: ClientMessage) => void;
  readonly getToken: () => Promise<string>;
  /** When the token in use does, in milliseconds by the server's clock; undefined when nobody knows. */
  readonly expiresAt: number | undefined;
  readonly isOver: () => boolean;
  /** Told that there are no signs of life; `atOnce` when somebody waits for one. */
  readonly dead: (atOnce: boolean) => void;
  /** The server is about to close, this long after the connection was opened. */
  readonly closing: (reason: string, ageMs: number) => void;
}

export interface Exchange {
  /** Asks for what this connection has missed. */
  readonly begin: () => void;
  readonly received: (data: unknown) => void;
  /** Ends it unless there is a sign of life in time. */
  readonly probe: () => void;
  /** Gives the server a fresh token. */
  readonly refresh: () => void;
}

/** For a connection that has just been opened. */
export function createExchange(options: ExchangeOptions, handlers: ExchangeHandlers): Exchange {
  const { clock, timers, timing, send, isOver } = options;
  let { expiresAt } = options;
  const liveness = startLiveness(options);
  const serverNow = () => clock.now() + skewMs;
  const tokens = createTokenRefresh({ ...options, ...handlers, serverNow });
  let isSynced = false;
  const openedAt = clock.now();
  /** How far the server's clock is ahead of ours: the clock skew. */
  let skewMs = 0;

  /** Time that the server told. Before the connection is synced it must not count: what lies before is not known yet. */
  function told(timestamp: number): void {
    if (isSynced) skewMs = handlers.serverTime(timestamp) - clock.now();
  }

  function takeSnapshot(snapshot: Snapshot): void {
    const { timestamp, complete, heartbeatSeconds } = snapshot;
    if (heartbeatSeconds) liveness.learn(heartbeatSeconds);
    // A listener may end the connection while the snapshot is told.
    for (const { type, list } of eventTypeDefinitions)
      for (const payload of snapshot[list])
        if (!isOver()) handlers.event({ type, payload } as EventMessage, 'snapshot');
    if (isOver()) return;
    const isFirst = complete && !isSynced;
    isSynced ||= complete;
    told(timestamp);
    if (!isFirst) return;
    timers.stop('sync');
    tokens.plan(expiresAt);
    handlers.told('synced');
  }

  function take(message: ServerMessage): void {
    // Nor does anything count that came beside what made a listener end the connection.
    if (isOver()) return;
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- All others are events: the compiler holds that.
    switch (message.type) {
      case 'batch':
        message.payload.messages.forEach(take);
        break;
      case 'state:snapshot':
        takeSnapshot(message.payload);
        break;
      case 'heartbeat':
      case 'pong':
        told(message.payload.timestamp);
        break;
      case 'token:refreshed':
        tokens.accepted((expiresAt = message.payload.expiresAt));
        break;
      case 'error':
        if (message.payload.code === 'token_refused') tokens.refused();
        break;
      case 'connection:closing':
        options.closing(message.payload.reason, clock.now() - openedAt);
        break;
      default:
        handlers.event(message, 'live');
    }
  }

  return {
    begin() {
      ask(timers, 'sync', timing.connectTimeoutMs, () => {
        // In JSON there is nothing of what is undefined.
        send({ type: 'state:sync', payload: { since: handlers.since() } as { since: number } });
      });
    },
    received(data) {
      liveness.heard();
      const message = typeof data === 'string' ? readServerMessage(data) : undefined;
      if (!message) return;
      take(message);
      handlers.taken();
    },
    probe: liveness.probe,
    refresh: tokens.start,
  };
}

type Snapshot = Extract<ServerMessage, { type: 'state:snapshot' }>['payload'];
