// Sends requests to one origin over sockets that are kept alive, and waits for the answers.
import { createHeadWriter } from './request-text';
import { SocketPool } from './socket-pool';

/** A POST. */
interface Post {
  readonly path: string;
  /** Their lines, without `host` and `content-length`. */
  readonly headers: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request. Rejects if there is no complete answer. */
export type Exchange = (post: Post) => Promise<Answer>;

export interface ExchangeOptions {
  /** Maximum number of sockets; each has one request at a time. */
  readonly sockets: number;
  /** The timeout of each request. */
  readonly timeoutMilliseconds: number;
}

/** Fan-outs are seldom further apart than heartbeats. Sockets that stay open until the next one save a TLS handshake. */
const keepAliveMilliseconds = 60_000;

/** Creates the exchange with an origin, e.g. `https://dynamodb.eu-central-1.amazonaws.com`. */
export function openExchange(origin: string, options: ExchangeOptions): Exchange {
  const pool = new SocketPool(origin, { ...options, keepAliveMilliseconds }, (socket) => socket);
  const headOf = createHeadWriter(origin);
  return ({ path, headers, body }) =>
    new Promise((resolve, reject) => {
      const request = headOf({ path, headers, bytes: Buffer.byteLength(body) }) + body;
      pool.acquire((socket) => {
        socket.send(request, {
          onAnswer(status, chunks) {
            pool.release(socket);
            resolve({ status, text: Buffer.concat(chunks).toString() });
          },
          onFailure(error) {
            pool.release(socket);
            reject(error);
          },
        });
      });
    });
}

/**
 * Whether the server had closed the socket, perhaps while the function was frozen: the next socket is a new one.
 * @see https://nodejs.org/api/http.html#requestreusedsocket
 */
export function wasClosed(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ECONNRESET' || code === 'EPIPE';
}
