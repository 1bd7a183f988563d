// One socket, from asking for a token to its end: sync after it opens, signs of life, a fresh token in time.
import type { ClientMessage, EventMessage, ServerMessage } from '../../protocol';
import { readServerMessage } from '../../protocol/message-reader';
import { createLiveness } from './liveness';
import { refusalOf } from './refusal';
import type { Source } from '../state/registers';
import { createTimers, type Clock } from './timers';
import type { Timing } from './timing';
import { expiryOf, openSocket, type TokenTransport } from './token';
import type { Fetch, NodeSocket, Socket, SocketConstructor, SocketEvent } from '../dependencies';

export interface LinkWorld {
  readonly url: string;
  /** Where the server says what it thinks of a token. */
  readonly whoamiUrl: string;
  readonly tokenTransport?: TokenTransport | undefined;
  readonly getToken: () => string | Promise<string>;
  readonly WebSocket: SocketConstructor;
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  readonly timing: Timing;
}

/** How a link ended. */
interface LinkEnd {
  readonly code?: number;
  readonly reason?: string;
  readonly refused?: boolean;
  readonly atOnce?: boolean;
}

export interface LinkHandlers {
  /** The server's time from which to ask for changes; undefined for all. */
  since(): number | undefined;
  opened(): void;
  event(event: EventMessage, source: Source): void;
  /** All that came in one message has been told. */
  taken(): void;
  /** All that this link has missed is known. Comes once. */
  synced(): void;
  /** The server's time, of a link that is synced. Returns the time to believe. */
  serverTime(timestamp: number): number;
  /** The server is about to close. Returns whether to leave that to the server. */
  closing(reason: string): boolean;
  /** The token of `refresh()` is none for this connection. */
  refused(): void;
  /** Comes once, and nothing after it; not when the client itself has closed the link. */
  ended(end: LinkEnd): void;
}

export interface Link {
  /** Ends it unless there is a sign of life in time. */
  probe(): void;
  /** Gives the server a fresh token, for a link that is open. */
  refresh(): void;
  /** Listens for a little longer, then closes. */
  retire(): void;
  close(): void;
  /** How long it has been open, in milliseconds; undefined before it is. */
  age(): number | undefined;
}

const longestPauseMs = 300_000;

/** How long to wait, after an error, for the close that says more. */
const closeAfterErrorMs = 200;

export function openLink(world: LinkWorld, handlers: LinkHandlers): Link {
  const { clock, timing } = world;
  const timers = createTimers(clock);
  let socket: (Socket & NodeSocket) | undefined;
  const abort = new AbortController();
  let over = false;
  let openedAt: number | undefined;
  let synced = false;
  let isRefreshing = false;
  /** What the server's clock is ahead of ours. */
  let aheadMs = 0;
  /** By the server's clock. */
  let expiresAt: number | undefined;
  let closingReason: string | undefined;

  function release(isDead: boolean): void {
    over = true;
    timers.stopAll();
    abort.abort();
    if (socket === undefined) return;
    // The listener for errors stays: in Node.js, an error without one would end the process.
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (isDead && socket.terminate !== undefined) socket.terminate();
    else socket.close(1000);
  }

  function end(how: LinkEnd, isDead = false): void {
    if (over) return;
    release(isDead);
    handlers.ended(how);
  }

  const liveness = createLiveness({
    ...{ clock, timers, timing },
    ping() {
      send({ type: 'ping' });
    },
    dead(atOnce) {
      end({ reason: 'silent', ...(atOnce && { atOnce }) }, true);
    },
  });

  const send = (frame: ClientMessage) => socket?.send(JSON.stringify(frame));
  const getToken = () =>
    Promise.resolve().then(async () => (over ? '' : tidy(await world.getToken())));
  const noToken = () => {
    end({ reason: 'token_unavailable' });
  };

  function connect(token: string): void {
    if (over) return;
    if (token === '') {
      noToken();
      return;
    }
    timers.stop('token');
    const giveUp = (how: LinkEnd) => {
      timers.start('connect', timing.connectTimeoutMs, () => {
        end(how, true);
      });
    };
    giveUp({ reason: 'connect_timeout' });
    expiresAt = expiryOf(token);
    let status: number | undefined;
    try {
      // A subprotocol cannot have it, and a header or a URL should not.
      if (/\s/.test(token)) throw new TypeError('There is white space in the token.');
      socket = openSocket(world.WebSocket, world.url, token, world.tokenTransport);
    } catch {
      // Its message may have the token in it.
      end({ reason: 'token_malformed' });
      return;
    }
    socket.onopen = opened;
    socket.onmessage = received;
    const closed = ({ code, reason }: SocketEvent) => {
      timers.stop('error');
      if (socket !== undefined) socket.onclose = null;
      const why = closingReason ?? reason ?? '';
      const how = { ...(code !== undefined && { code }), ...(why !== '' && { reason: why }) };
      if (openedAt !== undefined) {
        end(how);
        return;
      }
      giveUp({ ...how, reason: 'unavailable' });
      void refusalOf(status, token, world, abort.signal).then((refusal) => {
        end({ ...how, reason: refusal, refused: refusal === 'refused' });
      });
    };
    socket.onclose = closed;
    // After a handshake that failed, the WebSocket of Node.js 22 tells of no close.
    socket.onerror = () => {
      if (over || openedAt !== undefined) return;
      timers.start('error', closeAfterErrorMs, () => {
        closed({});
      });
    };
    // Only `ws` tells; it leaves the rest to whoever listens.
    socket.on?.('unexpected-response', (_request, { statusCode }) => {
      status = statusCode;
      socket?.close();
    });
  }

  function opened(): void {
    timers.stop('connect');
    openedAt = clock.now();
    liveness.begin();
    ask('sync', () => {
      const since = handlers.since();
      send({ type: 'state:sync', payload: since === undefined ? {} : { since } });
    });
    handlers.opened();
  }

  /** Asks again until there is an answer: a frame that the server failed on has none. */
  function ask(name: string, question: () => void, pauseMs = timing.connectTimeoutMs): void {
    timers.start(name, pauseMs, () => {
      ask(name, question, Math.min(pauseMs * 2, longestPauseMs));
    });
    question();
  }

  function sendToken(): void {
    getToken().then(
      (token) => {
        if (!over && token) send({ type: 'token:refresh', payload: { token } });
      },
      () => undefined,
    );
  }

  /**
   * Sends a fresh token in time, and once more if that was refused or not answered. When there is hardly any time
   * left, the server is left to end the connection: the next one gets its own token.
   */
  function renew(): void {
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - aheadMs - clock.now();
    if (leftMs < timing.refreshBeforeMs / 6) return;
    timers.start('renew', Math.max(leftMs - timing.refreshBeforeMs, leftMs / 2), () => {
      renew();
      sendToken();
    });
  }

  function received({ data }: SocketEvent): void {
    liveness.heard();
    const frame = typeof data === 'string' ? readServerMessage(data) : undefined;
    if (frame === undefined) return;
    take(frame);
    handlers.taken();
  }

  function take(frame: ServerMessage): void {
    switch (frame.type) {
      case 'agent:status':
      case 'session:activity':
        handlers.event(frame, 'live');
        break;
      case 'batch':
        frame.payload.messages.forEach(take);
        break;
      case 'state:snapshot':
        if (frame.payload.heartbeatSeconds !== undefined)
          liveness.learn(frame.payload.heartbeatSeconds);
        for (const payload of frame.payload.agents)
          handlers.event({ type: 'agent:status', payload }, 'snapshot');
        for (const payload of frame.payload.sessions)
          handlers.event({ type: 'session:activity', payload }, 'snapshot');
        if (frame.payload.complete && !synced && !over) {
          synced = true;
          timers.stop('sync');
          told(frame.payload.timestamp);
          renew();
          handlers.synced();
        } else told(frame.payload.timestamp);
        break;
      case 'heartbeat':
      case 'pong':
        told(frame.payload.timestamp);
        break;
      case 'token:refreshed':
        isRefreshing = false;
        timers.stop('refresh');
        ({ expiresAt } = frame.payload);
        renew();
        break;
      case 'error':
        if (isRefreshing && frame.payload.code === 'token_refused') handlers.refused();
        break;
      case 'connection:closing':
        closingReason = frame.payload.reason;
        if (!handlers.closing(closingReason)) end({ code: 1000, reason: closingReason });
    }
  }

  /**
   * Time that the server told. Before the link is synced it must not count: what lies before is not known yet. Nor
   * after a listener has ended it: what came beside it was dropped.
   */
  function told(timestamp: number): void {
    if (synced && !over) aheadMs = handlers.serverTime(timestamp) - clock.now();
  }

  timers.start('token', timing.tokenTimeoutMs, noToken);
  getToken().then(connect, noToken);
  return {
    probe() {
      if (openedAt !== undefined) liveness.probe();
    },
    refresh() {
      isRefreshing = true;
      ask('refresh', sendToken);
    },
    retire() {
      timers.stopAll();
      timers.start('linger', timing.lingerMs, () => {
        end({});
      });
    },
    close() {
      if (!over) release(false);
    },
    age: () => (openedAt === undefined ? undefined : clock.now() - openedAt),
  };
}

/** What was read from a file or an answer often ends in a line break. */
function tidy(token: unknown): string {
  return typeof token === 'string' ? token.trim() : '';
}
