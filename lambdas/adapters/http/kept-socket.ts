// A socket that is kept alive, with one request at a time.
import * as net from 'node:net';
import * as tls from 'node:tls';
import { AnswerReader } from './answer-reader';

/** Gets the answer to a request, or why there is none. After either, the next request may be sent at once. */
export interface AnswerHandler {
  onAnswer(status: number, body: readonly Buffer[]): void;
  onFailure(error: Error): void;
}

export interface SocketOptions {
  /** The timeout from a request to its complete answer, including the time in which a socket is opened. */
  readonly timeoutMilliseconds: number;
  /** How long a socket without a request is used again. */
  readonly keepAliveMilliseconds: number;
}

/** How long after an answer a socket is used again without first reading what may have arrived on it. */
const quietMilliseconds = 100;

/** Calls `react` after all bytes and ends that have already arrived were read. The first immediate may run before that. */
function afterPoll(react: () => void): void {
  setImmediate(() => setImmediate(react));
}

/** Opens sockets to an origin, e.g. `https://dynamodb.eu-central-1.amazonaws.com`. Further sockets resume its TLS session. */
export function createOpener(origin: string): () => net.Socket {
  const { protocol, hostname, port: givenPort } = new URL(origin);
  // An address of IPv6 has brackets in URLs only.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'http:') {
    const port = Number(givenPort || 80);
    return () => net.connect({ host, port, noDelay: true });
  }
  const port = Number(givenPort || 443);
  // An address is no server name: https://www.rfc-editor.org/rfc/rfc6066#section-3
  const name = net.isIP(host) === 0 ? { servername: host } : {};
  let session: Buffer | undefined;
  return () => {
    const socket = tls.connect({ host, port, ...name, session, ALPNProtocols: ['http/1.1'] });
    socket.setNoDelay(true);
    socket.on('session', (next: Buffer) => {
      session = next;
    });
    return socket;
  };
}

/**
 * Sends requests over a socket that it opens when it is needed, and again after it has closed.
 *
 * It knows as much of HTTP/1.1 as requests to AWS need, which costs less than an HTTP client that knows all: see
 * docs/decisions/0012-own-sockets.md.
 */
export class KeptSocket {
  private socket: net.Socket | undefined;
  private handler: AnswerHandler | undefined;
  private readonly reader = new AnswerReader();
  private timeout: NodeJS.Timeout | undefined;
  private keptAt = 0;
  private usableUntil = 0;
  private requests = 0;
  private isClosed = false;

  constructor(
    private readonly open: () => net.Socket,
    private readonly options: SocketOptions,
  ) {}

  /** Sends a request: its head and its body. There must be no other request under way. */
  send(request: string, handler: AnswerHandler): void {
    const wasIdle = this.socket !== undefined && Date.now() >= this.keptAt + quietMilliseconds;
    if (!wasIdle) this.begin(request, handler);
    else {
      afterPoll(() => {
        this.begin(request, handler);
      });
    }
  }

  private begin(request: string, handler: AnswerHandler): void {
    this.handler = handler;
    this.requests += 1;
    if (this.isClosed) {
      queueMicrotask(() => {
        this.fail(new Error('The sockets are closed.'));
      });
      return;
    }
    // One timer for all requests. It is late after a request that has been answered, and then without effect.
    this.timeout ??= setTimeout(() => {
      this.onTimeout();
    }, this.options.timeoutMilliseconds).unref();
    this.timeout.refresh();
    // A frozen environment does not see that the server has closed a socket, and may see it only after the next request.
    if (this.socket !== undefined && Date.now() >= this.usableUntil) this.drop();
    this.socket ??= this.openSocket();
    this.socket.ref().write(request);
  }

  /** Closes the socket for good. A request under way fails, and so do later ones. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timeout);
    this.fail(new Error('The sockets are closed.'));
  }

  private openSocket(): net.Socket {
    const socket = this.open();
    const ifCurrent =
      <Values extends unknown[]>(react: (...values: Values) => void) =>
      (...values: Values) => {
        if (socket === this.socket) react(...values);
      };
    const onEnd = ifCurrent(() => {
      if (this.handler !== undefined && this.reader.close()) this.complete();
      else this.fail(closedBeforeAnswer());
    });
    socket.on(
      'data',
      ifCurrent((chunk: Buffer) => {
        this.onData(chunk);
      }),
    );
    socket.on('end', onEnd);
    socket.on('close', onEnd);
    socket.on(
      'error',
      ifCurrent((error: Error) => {
        this.fail(withText(error));
      }),
    );
    return socket;
  }

  private onData(chunk: Buffer): void {
    if (this.handler === undefined) {
      // Bytes without a request.
      this.drop();
      return;
    }
    let isComplete: boolean;
    try {
      isComplete = this.reader.read(chunk);
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    if (isComplete) this.complete();
  }

  private onTimeout(): void {
    const { requests } = this;
    // After a freeze, the answer may have arrived, but not been read.
    afterPoll(() => {
      if (this.handler === undefined || this.requests > requests) return;
      const text = `There was no answer within ${this.options.timeoutMilliseconds} ms.`;
      this.fail(new DOMException(text, 'TimeoutError'));
    });
  }

  private complete(): void {
    const { handler, socket, reader } = this;
    const { status, body } = reader;
    this.handler = undefined;
    // The server may answer before it has the whole request. The rest of it must not be taken for the next one.
    if (socket === undefined || !reader.keepsOpen || socket.writableLength > 0) this.drop();
    else this.keep(socket);
    // An idle socket holds no body, which may be a page of the table.
    reader.begin();
    handler?.onAnswer(status, body);
  }

  /** Keeps an idle socket, which does not keep the process running. */
  private keep(socket: net.Socket): void {
    const { keepAliveMilliseconds } = this.options;
    const { idleSeconds } = this.reader;
    // A second before the server closes it, no request should be under way to it.
    const ofServer = idleSeconds === undefined ? Infinity : (idleSeconds - 1) * 1_000;
    this.keptAt = Date.now();
    this.usableUntil = this.keptAt + Math.min(keepAliveMilliseconds, ofServer);
    socket.unref();
  }

  private fail(error: Error): void {
    const { handler } = this;
    this.handler = undefined;
    this.reader.begin();
    this.drop();
    handler?.onFailure(error);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }
}

/** The error of a host with several addresses has an error for each of them, but no text of its own. */
function withText(error: Error & { readonly errors?: readonly Error[] }): Error {
  if (error.message === '' && error.errors !== undefined) {
    error.message = error.errors.map(({ message }) => message).join('; ');
  }
  return error;
}

/** With the code of a socket that was reset: for the request, there is no difference. */
function closedBeforeAnswer(): Error {
  const error = new Error('The server closed the socket before its answer was complete.');
  return Object.assign(error, { code: 'ECONNRESET' });
}
