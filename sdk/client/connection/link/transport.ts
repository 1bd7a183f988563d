// Opens a WebSocket with a token, and reports its handshake, its messages and its end.
import type { ClientMessage } from '../../../protocol';
import type { Fetch, NodeSocket, Socket, SocketConstructor, SocketEvent } from '../../dependencies';
import type { Log } from '../log';
import { refusalOf } from './refusal';
import { createTimers, type Clock } from '../timers';
import type { Timing } from '../timing';
import { openSocket, type TokenTransport } from './token';

/** How a connection or an attempt ended. */
export interface LinkOutcome {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  /** Whether the server has refused the token. */
  readonly refused?: boolean;
  /** Why the server has refused the token, if it has said so. */
  readonly refusal?: string | undefined;
  /** Whether to reconnect without a wait. */
  readonly atOnce?: boolean;
}

export interface TransportDependencies {
  readonly url: string;
  /** URL of `/whoami`, which shows whether a token is accepted. */
  readonly whoamiUrl: string;
  readonly tokenTransport?: TokenTransport | undefined;
  /** @throws {TypeError} if there is no WebSocket */
  readonly getWebSocket: () => SocketConstructor;
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  readonly timing: Timing;
  /** Writes a line for debugging. */
  readonly log?: Log | undefined;
}

/** What a handshake offers. */
export interface Offer {
  readonly token: string;
  /** Whether the client sends `subscribe` first, so that the connection should get no events before. */
  readonly isSubscribing: boolean;
}

export interface TransportHandlers {
  readonly opened: (offer: Offer, transport: Transport) => void;
  readonly received: (data: unknown) => void;
  /** `isDead`: the server does not respond, so it would not answer a close, either. */
  readonly ended: (outcome: LinkOutcome, isDead?: boolean) => void;
}

export interface Transport {
  readonly send: (message: ClientMessage) => void;
  /** Closes the socket. No handler is called afterwards. `isDead`: does not wait for the server, if the socket allows that. */
  readonly close: (isDead?: boolean) => void;
}

/** How long to wait after an `error` event for the `close` event, which contains the code and the reason. */
const closeAfterErrorMs = 200;

/**
 * Starts a handshake with the token.
 * @throws if the token cannot be sent; do not show or log the error, because its message may contain the token
 */
export function openTransport(
  dependencies: TransportDependencies,
  offer: Offer,
  handlers: TransportHandlers,
): Transport {
  const { url, getWebSocket, tokenTransport, clock, timing } = dependencies;
  const { token } = offer;
  // A token with white space is not valid in a subprotocol or a header.
  if (/\s/.test(token)) throw new Error();
  const socket: Socket & NodeSocket = openSocket(getWebSocket(), url, offer, tokenTransport);
  dependencies.log?.('opens a socket');
  const timers = createTimers(clock);
  const abort = new AbortController();
  let status: number | undefined;
  let isOpen = false;

  function giveUpLater(outcome: LinkOutcome): void {
    timers.start('connect', timing.connectTimeoutMs, () => {
      handlers.ended(outcome, true);
    });
  }

  function closed({ code, reason }: SocketEvent): void {
    timers.stop('error');
    socket.onclose = null;
    if (isOpen) {
      handlers.ended({ code, reason: reason === '' ? undefined : reason });
      return;
    }
    giveUpLater({ code, reason: 'unavailable' });
    void refusalOf(status, token, dependencies, abort.signal).then((why) => {
      handlers.ended({ code, ...why });
    });
  }

  const transport: Transport = {
    send(message) {
      if (abort.signal.aborted) return;
      const text = JSON.stringify(message);
      dependencies.log?.(`sends ${message.type}`, text);
      socket.send(text);
    },
    close(isDead) {
      timers.stopAll();
      abort.abort();
      // `onerror` stays, because an error without a listener would end a Node.js process.
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (isDead && socket.terminate) socket.terminate();
      else socket.close(1000);
    },
  };
  giveUpLater({ reason: 'connect_timeout' });
  socket.onopen = () => {
    isOpen = true;
    timers.stop('connect');
    handlers.opened(offer, transport);
  };
  socket.onmessage = ({ data }: SocketEvent) => {
    handlers.received(data);
  };
  socket.onclose = closed;
  // After a failed handshake, the WebSocket of Node.js 22 emits no `close` event.
  socket.onerror = () => {
    if (isOpen || abort.signal.aborted) return;
    timers.start('error', closeAfterErrorMs, () => {
      closed({});
    });
  };
  // Only `ws` emits this event. If there is a listener, `ws` does not close the socket itself.
  socket.on?.('unexpected-response', (_request, { statusCode }) => {
    status = statusCode;
    socket.close();
  });
  return transport;
}
