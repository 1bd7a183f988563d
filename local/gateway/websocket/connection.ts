// One open WebSocket with the limits that API Gateway sets to it.
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { ConnectionInfo } from '../definition';
import { createFrameScanner } from './frame-scanner';
import type { Closure, ConnectionFacts } from './web-socket-event';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const maxMessageBytes = 128 * 1024;
const maxFrameBytes = 32 * 1024;

/** Messages of one client that may wait; beyond it the client's socket is not read any more. */
const maxWaitingMessages = 16;

/** Close codes of what ws finds wrong; all else is no WebSocket frame at all. */
const codesOfFaults: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};

/**
 * Bytes that may wait for a client that does not read, besides what the kernel keeps. What API Gateway keeps it does not
 * say, but beyond it the connection stays, and posts to it are answered 429.
 * @see https://docs.aws.amazon.com/botocore/latest/reference/services/apigatewaymanagementapi/client/exceptions/LimitExceededException.html
 */
const maxUnreadBytes = 1024 * 1024;

export interface ConnectionLimits {
  readonly idleTimeoutSeconds: number;
  readonly maxConnectionSeconds: number;
}

export const defaultLimits: ConnectionLimits = {
  idleTimeoutSeconds: 10 * 60,
  maxConnectionSeconds: 2 * 60 * 60,
};

export interface OpenConnection {
  readonly facts: ConnectionFacts;
  /** Undefined when it is not open any more. */
  info(): ConnectionInfo | undefined;
  /** `full` when too much waits for a client that does not read. */
  post(data: Buffer | string): 'delivered' | 'gone' | 'full';
  /** @returns false when it was not open any more: it is closing, or has closed */
  close(code: number, reason: string): boolean;
  /** Cuts the TCP connection without a word. */
  terminate(): void;
  /** Resolves once, when the connection has ended. */
  readonly closed: Promise<Closure>;
}

interface Opening {
  readonly socket: WebSocket;
  /** What `socket` runs on. */
  readonly stream: Duplex;
  readonly facts: ConnectionFacts;
  readonly limits: ConnectionLimits;
  readonly receive: Receive;
}

/** Handles one message of a client and sends what there is to answer. Must not reject. */
export type Receive = (
  data: Buffer,
  isBinary: boolean,
  reply: (text: string) => void,
) => Promise<void>;

/**
 * Takes over a WebSocket that has just been accepted.
 *
 * Messages of one connection are handled in order, one at a time, though AWS does not promise an order:
 * so a client that floods holds one function at most, and others get their turns.
 */
export function openConnection({
  socket,
  stream,
  facts,
  limits,
  receive,
}: Opening): OpenConnection {
  let lastActiveAt = Date.now();
  let ownClosure: Closure | undefined;
  const touch = () => {
    lastActiveAt = Date.now();
  };

  const close = (code: number, reason: string) => {
    const isOpen = socket.readyState === WebSocket.OPEN;
    if (isOpen) ownClosure = { code, reason };
    // A paused socket would not see the client's half of the closing handshake.
    socket.resume();
    socket.close(code, reason);
    return isOpen;
  };

  const scan = createFrameScanner((payloadBytes) => {
    if (payloadBytes > maxFrameBytes) close(1009, 'Frame too big');
  });
  // Before ws reads a chunk: the frame that is too large must not be handled first.
  stream.prependListener('data', (chunk: Buffer) => {
    touch();
    scan(chunk);
  });

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
  // What ws objects to it answers itself, with a close frame, and then waits for no answer.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const code = codesOfFaults[error.code ?? ''] ?? 1002;
    if (error.code?.startsWith('WS_ERR_')) ownClosure ??= { code, reason: '' };
  });

  const lifetime = setTimeout(() => {
    close(1001, 'Going away');
  }, limits.maxConnectionSeconds * 1000);
  const idle = watchIdleness(limits.idleTimeoutSeconds * 1000, {
    lastActiveAt: () => lastActiveAt,
    onIdle: () => {
      close(1001, 'Going away');
    },
  });

  return {
    facts,
    info: () =>
      socket.readyState === WebSocket.OPEN
        ? {
            connectedAt: new Date(facts.connectedAt),
            lastActiveAt: new Date(lastActiveAt),
            sourceIp: facts.sourceIp,
            userAgent: facts.userAgent,
          }
        : undefined,
    post,
    close,
    terminate: () => {
      socket.terminate();
    },
    closed: new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        clearTimeout(lifetime);
        idle.stop();
        resolve(ownClosure ?? { code, reason: reason.toString() });
      });
    }),
  };
}

function createInOrderQueue(
  socket: WebSocket,
  handle: (data: Buffer, isBinary: boolean) => Promise<void>,
) {
  const waiting: { data: Buffer; isBinary: boolean }[] = [];
  let working = false;
  const work = async () => {
    working = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await handle(next.data, next.isBinary);
      // Who has gone gets no answer, and $disconnect is the last call for a connection.
      if (socket.readyState !== WebSocket.OPEN) waiting.length = 0;
      if (socket.isPaused && waiting.length < maxWaitingMessages / 2) socket.resume();
    }
    working = false;
  };
  return (data: Buffer, isBinary: boolean) => {
    waiting.push({ data, isBinary });
    if (waiting.length >= maxWaitingMessages) socket.pause();
    if (!working) void work();
  };
}

/** Looks again when the connection could be idle at the earliest, instead of moving a timer with every frame. */
function watchIdleness(
  timeoutMilliseconds: number,
  { lastActiveAt, onIdle }: { lastActiveAt: () => number; onIdle: () => void },
) {
  let timer: NodeJS.Timeout;
  const check = () => {
    const left = lastActiveAt() + timeoutMilliseconds - Date.now();
    if (left <= 0) onIdle();
    else timer = setTimeout(check, left);
  };
  timer = setTimeout(check, timeoutMilliseconds);
  return {
    stop: () => {
      clearTimeout(timer);
    },
  };
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
