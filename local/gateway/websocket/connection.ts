// Manages one open WebSocket, and enforces API Gateway's limits on it.
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { Timers } from '../../support/timers';
import type { ConnectionInfo } from '../definition';
import { createFrameScanner } from './frame-scanner';
import { startIdleTimer } from './idle-timer';
import { createInOrderQueue } from './in-order-queue';
import type { Closure, ConnectionFacts } from './web-socket-event';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const maxMessageBytes = 128 * 1024;
const maxFrameBytes = 32 * 1024;

/** The close codes for errors of ws. All other errors are violations of RFC 6455 and get 1002. */
const codesOfFaults: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};

/**
 * The most bytes that may wait for a client that does not read, besides the kernel's buffers. API Gateway does not
 * document its limit. Beyond the limit the connection stays open, and posts to it are answered 429.
 * @see https://docs.aws.amazon.com/botocore/latest/reference/services/apigatewaymanagementapi/client/exceptions/LimitExceededException.html
 */
const maxUnreadBytes = 1024 * 1024;

/** How long a connection lasts. After the first two it is closed with 1001. */
export interface ConnectionLimits {
  /** Without data in either direction. */
  readonly idleTimeoutSeconds: number;
  readonly maxConnectionSeconds: number;
  /** Between the close frames of the gateway and the client. After it, the TCP connection is ended without the client's. */
  readonly closeTimeoutSeconds: number;
}

/** API Gateway's limits. It does not document how long it waits for a close frame. */
export const defaultLimits: ConnectionLimits = {
  idleTimeoutSeconds: 10 * 60,
  maxConnectionSeconds: 2 * 60 * 60,
  closeTimeoutSeconds: 2,
};

export interface OpenConnection {
  readonly facts: ConnectionFacts;
  /** Undefined if the connection is closing or has closed. */
  info(): ConnectionInfo | undefined;
  /** Sends a text message. `gone`: the connection is closing or has closed. `full`: the client does not read. */
  post(data: Buffer | string): 'delivered' | 'gone' | 'full';
  /** Starts the closing handshake. @returns false if the connection was already closing or closed */
  close(code: number, reason: string): boolean;
  /** Ends the TCP connection without a close frame. */
  terminate(): void;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<Closure>;
}

interface Opening {
  readonly socket: WebSocket;
  /** The TCP stream of `socket`. */
  readonly stream: Duplex;
  readonly facts: ConnectionFacts;
  readonly limits: ConnectionLimits;
  readonly timers: Timers;
  readonly receive: Receive;
}

/** Handles one message of a client; `reply` sends the response, if there is one. Must not reject. */
export type Receive = (
  data: Buffer,
  isBinary: boolean,
  reply: (text: string) => void,
) => Promise<void>;

/**
 * Manages a WebSocket that has just been accepted.
 *
 * Messages of one connection are handled in order and one at a time. AWS does not guarantee that; here it prevents that
 * one client with many messages occupies more than one execution environment.
 */
export function openConnection({
  socket,
  stream,
  facts,
  limits,
  timers,
  receive,
}: Opening): OpenConnection {
  let lastActiveAt = timers.now();
  let ownClosure: Closure | undefined;
  const touch = () => {
    lastActiveAt = timers.now();
  };

  const close = (code: number, reason: string) => {
    const isOpen = socket.readyState === WebSocket.OPEN;
    if (isOpen) ownClosure = { code, reason };
    // A paused socket would not read the client's close frame.
    socket.resume();
    socket.close(code, reason);
    return isOpen;
  };

  watchFrames(stream, touch, () => close(1009, 'Frame too big'));

  const post = (data: Buffer | string) => {
    if (socket.readyState !== WebSocket.OPEN) return 'gone';
    if (socket.bufferedAmount + Buffer.byteLength(data) > maxUnreadBytes) return 'full';
    touch();
    socket.send(data, { binary: false });
    return 'delivered';
  };

  const accept = createInOrderQueue(socket, (data, isBinary) => receive(data, isBinary, post));
  socket.on('message', (data, isBinary) => {
    if (ownClosure === undefined) accept(toBuffer(data), isBinary);
  });
  // ws itself answers an invalid WebSocket frame with a close frame. It does not wait for the client's close frame, so the
  // close code has to be taken from the error.
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (code.startsWith('WS_ERR_'))
      ownClosure ??= { code: codesOfFaults[code] ?? 1002, reason: '' };
  });

  const stopTimers = startTimers(limits, timers, {
    lastActiveAt: () => lastActiveAt,
    goAway: () => {
      close(1001, 'Going away');
    },
  });
  const closed = new Promise<Closure>((resolve) => {
    socket.once('close', (code, reason) => {
      stopTimers();
      resolve(ownClosure ?? { code, reason: reason.toString() });
    });
  });
  const info = () =>
    socket.readyState === WebSocket.OPEN ? infoOf(facts, lastActiveAt) : undefined;
  return { facts, info, post, close, terminate: socket.terminate.bind(socket), closed };
}

/** Scans each chunk before ws reads it, so that a message with a WebSocket frame above the limit is not handled. */
function watchFrames(stream: Duplex, onData: () => void, onTooLarge: () => void): void {
  const scan = createFrameScanner((payloadBytes) => {
    if (payloadBytes > maxFrameBytes) onTooLarge();
  });
  stream.prependListener('data', (chunk: Buffer) => {
    onData();
    scan(chunk);
  });
}

function infoOf({ connectedAt, sourceIp, userAgent }: ConnectionFacts, lastActiveAt: number) {
  return {
    connectedAt: new Date(connectedAt),
    lastActiveAt: new Date(lastActiveAt),
    sourceIp,
    userAgent,
  };
}

/** @returns a function that stops both timers */
function startTimers(
  { idleTimeoutSeconds, maxConnectionSeconds }: ConnectionLimits,
  timers: Timers,
  { lastActiveAt, goAway }: { lastActiveAt: () => number; goAway: () => void },
) {
  const endLifetime = timers.after(maxConnectionSeconds * 1000, goAway);
  const idle = startIdleTimer(idleTimeoutSeconds * 1000, { timers, lastActiveAt, onIdle: goAway });
  return () => {
    endLifetime();
    idle.stop();
  };
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
