// Posts messages over kept-alive sockets, at a tenth of the CPU time of the AWS SDK's client.
import type { Clock } from '#core/clock';
import type { PostResult, Poster } from '#core/connections/ports';
import type { Log } from '#core/log';
import { createExecuteApiSigner } from './execute-api-signer';
import type { AnswerHandler, KeptSocket } from '../http/kept-socket';
import { createHeadWriter } from '../http/request-text';
import { SocketPool } from '../http/socket-pool';
import { PreparedTexts, type PreparedText } from './prepared-texts';
import type { SigningCredentials } from '../http/signature-v4';

export interface SocketPosterOptions {
  /** The stage's own @connections URL. */
  readonly callbackUrl: string;
  readonly region: string;
  /** The AWS SDK's provider: it remembers credentials and renews them before they expire. */
  readonly credentials: () => Promise<SigningCredentials>;
  readonly now: Clock;
  readonly log: Log;
  /** Maximum number of sockets; each has one request at a time. */
  readonly sockets?: number;
  /** The timeout of each post. */
  readonly timeoutMilliseconds?: number;
}

export interface SocketPoster extends Poster {
  /** Closes all sockets. */
  close(): void;
}

/** How long credentials are used before the provider is called again; it renews them minutes before they expire. */
const credentialsMilliseconds = 1_000;

export function createSocketPoster(options: SocketPosterOptions): SocketPoster {
  const { callbackUrl, region, credentials, now, log } = options;
  const { sockets: maxSockets = 128, timeoutMilliseconds = 3_000 } = options;
  const { origin } = new URL(callbackUrl);
  const signer = createExecuteApiSigner(callbackUrl, region);
  // API Gateway closes idle connections itself; a fan-out keeps none idle for long.
  const keepAliveMilliseconds = 10_000;
  const sockets = new SocketPool<PostSocket>(
    origin,
    { sockets: maxSockets, timeoutMilliseconds, keepAliveMilliseconds },
    (socket): PostSocket => new PostSocket(socket, sockets, log),
  );
  const headOf = createHeadWriter(origin);
  const prepared = new PreparedTexts();
  let known: { readonly keys: SigningCredentials; readonly at: number } | undefined;

  function dispatch(
    connectionId: string,
    { text, bytes, hash }: PreparedText,
    keys: SigningCredentials,
    time: number,
  ): Promise<PostResult> {
    let request: string;
    try {
      const { path, headers } = signer.sign(connectionId, hash, keys, time);
      request = headOf({ path, headers, bytes }) + text;
    } catch (error) {
      logFailure(log, connectionId, error as Error);
      return Promise.resolve('retryable');
    }
    const socket = sockets.acquireNow();
    if (socket !== undefined) return socket.post(connectionId, request);
    return new Promise((resolve) => {
      sockets.acquire((next) => {
        resolve(next.post(connectionId, request));
      });
    });
  }

  async function askAndDispatch(connectionId: string, message: PreparedText): Promise<PostResult> {
    let keys: SigningCredentials;
    try {
      keys = await credentials();
    } catch (error) {
      log.error('no credentials to post with', { error });
      return 'retryable';
    }
    known = { keys, at: now() };
    return dispatch(connectionId, message, keys, known.at);
  }

  return {
    post(connectionId, text) {
      const message = prepared.of(text);
      const time = now();
      return known !== undefined && time - known.at < credentialsMilliseconds
        ? dispatch(connectionId, message, known.keys, time)
        : askAndDispatch(connectionId, message);
    },
    close: () => {
      sockets.close();
    },
  };
}

const nobody = () => undefined;

/**
 * Posts over one socket, one message after the other, and handles the answers. There is one handler per socket, so that
 * fifty thousand posts do not create one each.
 */
class PostSocket implements AnswerHandler {
  private connectionId = '';
  private resolve: (result: PostResult) => void = nobody;

  constructor(
    private readonly socket: KeptSocket,
    private readonly sockets: SocketPool<PostSocket>,
    private readonly log: Log,
  ) {}

  /** Posts a message. No other post may be under way on this socket. Releases the socket after the answer. */
  post(connectionId: string, request: string): Promise<PostResult> {
    return new Promise((resolve) => {
      this.connectionId = connectionId;
      this.resolve = resolve;
      this.socket.send(request, this);
    });
  }

  /** The body is ignored, because the status determines the result. */
  onAnswer(status: number): void {
    const result = resultOf(status);
    if (result === 'retryable' || result === 'rejected') {
      this.log.warn('post failed', { connectionId: this.connectionId, statusCode: status });
    }
    this.end(result);
  }

  onFailure(error: Error): void {
    const { connectionId } = this;
    logFailure(this.log, connectionId, error);
    this.end('retryable');
  }

  private end(result: PostResult): void {
    const { resolve } = this;
    // The next post may begin at once.
    this.sockets.release(this);
    resolve(result);
  }
}

function logFailure(log: Log, connectionId: string, { name, message }: Error): void {
  log.warn('post failed', { connectionId, name, cause: message });
}

/**
 * The result of a post, by the status of the answer.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
function resultOf(status: number): PostResult {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (status === 429) return 'throttled';
  return status >= 400 && status < 500 ? 'rejected' : 'retryable';
}
