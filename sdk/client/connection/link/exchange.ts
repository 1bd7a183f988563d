// Handles the messages of an open connection: snapshots, subscriptions, events, heartbeats, pongs, errors and token refreshes.
import type { ClientMessage, ServerMessage } from '../../../protocol';
import type { AgentFilter } from '../../../protocol/agent-patterns';
import { readServerMessage } from '../../../protocol/message-reader';
import type { Log } from '../log';
import { startLiveness } from './liveness';
import type { Clock, Timers } from '../timers';
import type { Timing } from '../timing';
import {
  createSynchronization,
  type Synchronization,
  type SynchronizationHandlers,
} from './synchronization';
import { createTokenRefresh, type TokenRefresh } from './token-refresh';
import { createPages, type Pages } from './pages';
import { createServerClock, type ServerClockHandlers } from './server-clock';
import { takeSnapshot, type Snapshot } from './take-snapshot';
import { createTurns } from './turns';
import { createVisibility, type VisibilityHandlers } from './visibility';
import type { PageHandlers } from '../history';

export interface ExchangeHandlers
  extends SynchronizationHandlers, VisibilityHandlers, ServerClockHandlers, PageHandlers {
  /** Called after each message, when all its events have been passed to `event`. */
  readonly taken: () => void;
  /** Called with each `error` of the server. */
  readonly error: (error: ErrorPayload) => void;
  /** `synced`: the client has everything that it missed; called once. `refused`: the server refused a token of `refresh`. */
  readonly news: (news: 'synced' | 'refused') => void;
}

export interface ExchangeOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly log?: Log | undefined;
  readonly send: (message: ClientMessage) => void;
  readonly getToken: () => Promise<string>;
  /** The expiry of the current token, in milliseconds by the server's clock; undefined if it is unknown. */
  readonly expiresAt: number | undefined;
  readonly isOver: () => boolean;
  /** Whether the connection gets no events before its first `subscribe`. */
  readonly isSubscribing: boolean;
  /** Called when the connection is dead. `atOnce`: a ping was not answered, so reconnect without a wait. */
  readonly dead: (atOnce: boolean) => void;
  /** Called when the server announces that it will close the connection; `ageMs` is the age of the connection. */
  readonly closing: (reason: string, ageMs: number) => void;
}

/** An answer of the server that a message was not accepted. The codes are in docs/protocol.md. */
export type ErrorPayload = Extract<ServerMessage, { type: 'error' }>['payload'];

export interface Exchange {
  /** The agents that this connection sees; undefined until the server has said so. */
  readonly view: () => AgentFilter | undefined;
  /** Whether everything has arrived that the application asks for and this connection sees. */
  readonly isSynced: () => boolean;
  /** Requests what the client gets and has missed, repeatedly until the connection is synced. */
  readonly begin: () => void;
  /** Requests other events, because the application asks for other agents. */
  readonly wantedChanged: () => void;
  /** Requests a page of a timeline, if there is a request and the connection is synced. */
  readonly pageAsked: () => void;
  /** Handles the data of one WebSocket message. */
  readonly received: (data: unknown) => void;
  /** Sends a ping; without a message in time, the connection is dead. */
  readonly probe: () => void;
  /** Sends a fresh token to the server. */
  readonly refresh: () => void;
}

/** Creates the exchange of a connection that has just been opened. */
export function createExchange(options: ExchangeOptions, handlers: ExchangeHandlers): Exchange {
  const { clock, timers, timing, isOver } = options;
  const turns = createTurns(timers, timing.connectTimeoutMs);
  const visibility = createVisibility(isOver, handlers);
  const sync = createSynchronization({ ...options, turns, visibility }, handlers);
  const pages = createPages({ ...options, turns }, handlers, sync.isComplete);
  let { expiresAt } = options;
  const liveness = startLiveness(options);
  const server = createServerClock(clock, sync.isSynced, handlers);
  const tokens = createTokenRefresh({ ...options, ...handlers, turns, serverNow: server.now });
  const openedAt = clock.now();

  function snapshotReceived(snapshot: Snapshot): void {
    if (!takeSnapshot(snapshot, { liveness, server, sync, visibility, isOver })) return;
    tokens.plan(expiresAt);
    handlers.news('synced');
  }

  function take(message: ServerMessage): void {
    // A listener may close the connection before the end of a batch.
    if (isOver()) return;
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- All other types are events, which the compiler checks.
    switch (message.type) {
      case 'batch':
        message.payload.messages.forEach(take);
        break;
      case 'state:snapshot':
        snapshotReceived(message.payload);
        break;
      case 'subscribed':
        sync.subscribed(message.payload.agents);
        break;
      case 'heartbeat':
      case 'pong':
        server.heard(message.payload.timestamp);
        break;
      case 'token:refreshed':
        tokens.accepted((expiresAt = message.payload.expiresAt));
        break;
      case 'error':
        failed(message.payload, tokens, pages, sync);
        handlers.error(message.payload);
        break;
      case 'connection:closing':
        options.closing(message.payload.reason, clock.now() - openedAt);
        break;
      case 'session:timeline':
        pages.took(message.payload);
        break;
      default:
        visibility.event(message, 'live');
    }
  }

  return {
    view: visibility.view,
    isSynced: sync.isComplete,
    begin: sync.proceed,
    wantedChanged: sync.wantedChanged,
    pageAsked: pages.proceed,
    received(data) {
      liveness.heard();
      const message = typeof data === 'string' ? readServerMessage(data) : undefined;
      options.log?.(`gets ${message?.type}`, String(data));
      if (!message) return;
      take(message);
      pages.proceed();
      handlers.taken();
    },
    probe: liveness.probe,
    refresh: tokens.start,
  };
}

/** Passes an `error` to the request that it answers. */
function failed(
  error: ErrorPayload,
  tokens: TokenRefresh,
  pages: Pages,
  sync: Synchronization,
): void {
  if (error.code === 'token_refused') tokens.refused();
  else if (!pages.failed(error)) sync.failed(error.code);
}
