// Posts frames at a tenth of what the AWS SDK's client costs: signed by hand, sent over kept-alive sockets.
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Clock, Delivery, Log, Poster } from '../core/ports';
import {
  bodyHashOf,
  createExecuteApiSigner,
  type ExecuteApiSigner,
  type SigningCredentials,
} from './execute-api-signer';

export interface UndiciPosterOptions {
  /** The stage's own @connections URL. */
  readonly callbackUrl: string;
  readonly region: string;
  /** The AWS SDK's provider: it remembers credentials and renews them before they expire. */
  readonly credentials: () => Promise<SigningCredentials>;
  readonly now: Clock;
  readonly log: Log;
  /** Sockets at the most; each carries one request at a time. */
  readonly sockets?: number;
  /** For a connection to open, and for an answer to begin and to end. */
  readonly timeoutMilliseconds?: number;
}

export interface UndiciPoster extends Poster {
  /** Drops all sockets. */
  close(): Promise<void>;
}

export function createUndiciPoster(options: UndiciPosterOptions): UndiciPoster {
  const { callbackUrl, region, credentials, now, log } = options;
  const { sockets = 128, timeoutMilliseconds = 3_000 } = options;
  const { origin } = new URL(callbackUrl);
  const signer = createExecuteApiSigner(callbackUrl, region);
  const pool = new Pool(origin, {
    connections: sockets,
    pipelining: 1,
    connect: { timeout: timeoutMilliseconds },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
    // API Gateway closes idle connections itself; a fan-out keeps none idle for long.
    keepAliveTimeout: 10_000,
  });
  let last: PreparedFrame | undefined;

  return {
    async post(connectionId, frame) {
      // Of its own: while the credentials come, another frame may be posted.
      const prepared = last?.text === frame ? last : (last = prepare(frame));
      let keys: SigningCredentials;
      try {
        keys = await credentials();
      } catch (error) {
        log.error('no credentials to post with', { error });
        return 'failed';
      }
      return dispatch(pool, signer, prepared, connectionId, keys, now(), log);
    },
    close: () => pool.destroy(),
  };
}

/** What all posts of one frame share. */
interface PreparedFrame {
  readonly text: string;
  readonly body: Buffer;
  readonly hash: string;
}

function prepare(text: string): PreparedFrame {
  const body = Buffer.from(text);
  return { text, body, hash: bodyHashOf(body) };
}

function dispatch(
  pool: Dispatcher,
  signer: ExecuteApiSigner,
  { body, hash }: PreparedFrame,
  connectionId: string,
  keys: SigningCredentials,
  now: number,
  log: Log,
): Promise<Delivery> {
  const { path, headers } = signer.sign(connectionId, hash, keys, now);
  return new Promise((resolve) => {
    const post = new Post(connectionId, resolve, log);
    // `reset: false` keeps the socket; `idempotent` is false: a lost answer is ours to judge, not undici's.
    pool.dispatch({ path, method: 'POST', headers, body, idempotent: false }, post);
  });
}

/** Listens to one request. A class, so that fifty thousand of them share their methods. */
class Post implements Dispatcher.DispatchHandler {
  private status = 0;

  constructor(
    private readonly connectionId: string,
    private readonly resolve: (delivery: Delivery) => void,
    private readonly log: Log,
  ) {}

  onRequestStart(): void {
    this.status = 0;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(): void {
    // The status says it all.
  }

  onResponseEnd(): void {
    const delivery = deliveryOf(this.status);
    if (delivery === 'failed' || delivery === 'refused') {
      const { connectionId, status } = this;
      this.log.warn('post failed', { connectionId, statusCode: status });
    }
    this.resolve(delivery);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { connectionId } = this;
    this.log.warn('post failed', { connectionId, name: error.name, message: error.message });
    this.resolve('failed');
  }
}

/**
 * What an answer of @connections means.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function deliveryOf(status: number): Delivery {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (status === 429) return 'throttled';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}
