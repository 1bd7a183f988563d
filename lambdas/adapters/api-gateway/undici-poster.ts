// Posts messages at a tenth of what the AWS SDK's client costs: signed by hand, sent over kept-alive sockets.
import type { Dispatcher } from 'undici';
import type Client from 'undici/lib/dispatcher/client.js';
import type { Clock } from '#core/clock';
import type { PostResult, Poster } from '#core/connections/ports';
import type { Log } from '#core/log';
import { createExecuteApiSigner } from './execute-api-signer';
import { ClientPool } from '../http/client-pool';
import { PreparedTexts, type PreparedText } from './prepared-texts';
import type { SigningCredentials } from '../http/signature-v4';

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

/** How long credentials are used before the provider is asked again; it renews them minutes before they expire. */
const credentialsMilliseconds = 1_000;

export function createUndiciPoster(options: UndiciPosterOptions): UndiciPoster {
  const { callbackUrl, region, credentials, now, log } = options;
  const { sockets = 128, timeoutMilliseconds = 3_000 } = options;
  const { origin } = new URL(callbackUrl);
  const signer = createExecuteApiSigner(callbackUrl, region);
  // API Gateway closes idle connections itself; a fan-out keeps none idle for long.
  const keepAliveMilliseconds = 10_000;
  const clients = new ClientPool(origin, { sockets, timeoutMilliseconds, keepAliveMilliseconds });
  const prepared = new PreparedTexts();
  let known: { readonly keys: SigningCredentials; readonly at: number } | undefined;

  function dispatch(
    connectionId: string,
    { body, hash }: PreparedText,
    keys: SigningCredentials,
    time: number,
  ): Promise<PostResult> {
    const { path, headers } = signer.sign(connectionId, hash, keys, time);
    return new Promise((resolve) => {
      clients.acquire((client) => {
        const post = new Post(connectionId, client, clients, resolve, log);
        client.dispatch({ path, method: 'POST', headers, body }, post);
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
    close: () => clients.destroy(),
  };
}

/**
 * Listens to one request. A class, so that fifty thousand of them share their methods.
 * @see https://github.com/nodejs/undici/blob/v7.30.2/docs/docs/api/Dispatcher.md#parameter-dispatchhandler
 */
class Post implements Dispatcher.DispatchHandler {
  private status = 0;

  constructor(
    private readonly connectionId: string,
    private readonly client: Client,
    private readonly clients: ClientPool,
    private readonly resolve: (delivery: PostResult) => void,
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
    if (delivery === 'retryable' || delivery === 'rejected') {
      const { connectionId, status } = this;
      this.log.warn('post failed', { connectionId, statusCode: status });
    }
    this.end(delivery);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { connectionId } = this;
    this.log.warn('post failed', { connectionId, name: error.name, cause: error.message });
    this.end('retryable');
  }

  private end(delivery: PostResult): void {
    this.clients.giveBack(this.client);
    this.resolve(delivery);
  }
}

/**
 * What an answer of @connections means.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
function deliveryOf(status: number): PostResult {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (status === 429) return 'throttled';
  return status >= 400 && status < 500 ? 'rejected' : 'retryable';
}
