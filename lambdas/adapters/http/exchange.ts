// Sends requests to one origin, and waits for the answers.

/** A POST. */
interface Post {
  readonly path: string;
  /** Alternating names and values, without `host` and `content-length`. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request. Rejects if there is no complete answer. */
export type Exchange = (post: Post) => Promise<Answer>;

interface ExchangeOptions {
  /** Maximum number of sockets; each has one request at a time. */
  readonly sockets: number;
  /** The timeout for an answer. */
  readonly timeoutMilliseconds: number;
}

/** Creates the exchange with an origin, e.g. `https://dynamodb.eu-central-1.amazonaws.com`. It keeps its sockets alive. */
export type OpenExchange = (origin: string, options: ExchangeOptions) => Exchange;

/**
 * Whether the server had closed the socket, perhaps while the function was frozen: the next socket is a new one.
 * @see https://nodejs.org/api/http.html#requestreusedsocket
 */
export function wasClosed(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}
