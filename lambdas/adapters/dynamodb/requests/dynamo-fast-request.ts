// Sends requests to DynamoDB in a fraction of the CPU time that a command of the AWS SDK's client takes.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HttpRequest } from '@smithy/types';
import type { Dispatcher } from 'undici';
import type Client from 'undici/lib/dispatcher/client.js';
import { shardCount } from '#core/shard';
import { ClientPool } from '../../http/client-pool';
import { bodyHashOf, createSigner, type Signer } from '../../http/signature-v4';

/** The operations that are supported. */
type FastOperation = 'Query' | 'GetItem' | 'PutItem' | 'UpdateItem';

export interface FastAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Sends the input of an operation, in DynamoDB's JSON.
 * @returns undefined if there was no answer, or none that is JSON: the caller should use the SDK's client then
 */
export type FastRequest = (
  operation: FastOperation,
  input: object,
) => Promise<FastAnswer | undefined>;

export interface FastRequestOptions {
  /** Maximum number of sockets; each has one request at a time. Default: one for each shard. */
  readonly sockets?: number;
  /** The timeout for a connection to open, for an answer to begin, and for it to end. */
  readonly timeoutMilliseconds?: number;
}

/** Where the AWS SDK's client sends its requests. */
interface Endpoint {
  readonly url: string;
  readonly host: string;
  readonly path: string;
  readonly userAgent: string;
  readonly clients: ClientPool;
  /** By operation, because its name is one of the signed headers. */
  readonly signers: Map<FastOperation, Signer>;
}

/**
 * Signs each request with the SDK's credentials, and sends it over sockets of its own, without the middleware and the
 * schemas that make up most of the cost of a command. It takes the endpoint from the requests of the SDK's client:
 * before the first of them it returns undefined.
 *
 * It supports attributes that are the same in JSON as in the SDK's objects: all but binaries.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function createFastRequest(
  client: DynamoDBDocumentClient,
  { sockets = shardCount, timeoutMilliseconds = 3_000 }: FastRequestOptions = {},
): FastRequest {
  const { credentials, region } = client.config;
  let endpoint: Endpoint | undefined;

  function learn(request: HttpRequest): void {
    const { protocol, hostname, port, path, headers } = request;
    const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    if (endpoint?.url === url) return;
    // Fan-outs are seldom further apart than heartbeats. Sockets that stay open until the next one save a TLS handshake.
    const options = { sockets, timeoutMilliseconds, keepAliveMilliseconds: 60_000 };
    endpoint = {
      url,
      host: headers['host'] ?? hostname,
      path,
      userAgent: headers['user-agent'] ?? '',
      clients: new ClientPool(url, options, (socket) => socket),
      signers: new Map(),
    };
  }

  client.middlewareStack.add(
    (next) => (args) => {
      learn(args.request as HttpRequest);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'high' },
  );

  async function signerOf({ host, signers }: Endpoint, operation: FastOperation): Promise<Signer> {
    const known = signers.get(operation);
    if (known !== undefined) return known;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const signer = createSigner({ service: 'dynamodb', region: await region(), host, headers });
    signers.set(operation, signer);
    return signer;
  }

  async function ask(
    endpoint: Endpoint,
    operation: FastOperation,
    input: object,
  ): Promise<FastAnswer> {
    const { path, userAgent, clients } = endpoint;
    const body = JSON.stringify(input);
    const [signer, keys] = await Promise.all([signerOf(endpoint, operation), credentials()]);
    const signed = signer.sign(`POST\n${path}`, bodyHashOf(body), keys, Date.now());
    const headers = [...signed, 'user-agent', userAgent];
    return new Promise((resolve, reject) => {
      clients.acquire((socket) => {
        const answer = new Answer(socket, clients, resolve, reject);
        socket.dispatch({ path, method: 'POST', headers, body }, answer);
      });
    });
  }

  return async (operation, input) => {
    if (endpoint === undefined) return undefined;
    try {
      return await ask(endpoint, operation, input);
    } catch {
      return undefined;
    }
  };
}

/** Collects one answer. */
class Answer implements Dispatcher.DispatchHandler {
  private status = 0;
  private chunks: Buffer[] = [];

  constructor(
    private readonly socket: Client,
    private readonly clients: ClientPool,
    private readonly resolve: (answer: FastAnswer) => void,
    private readonly reject: (reason: Error) => void,
  ) {}

  onRequestStart(): void {
    this.status = 0;
    this.chunks = [];
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.clients.release(this.socket);
    try {
      const body: unknown = JSON.parse(Buffer.concat(this.chunks).toString());
      if (typeof body !== 'object' || body === null)
        throw new Error('The answer is not an object.');
      this.resolve({ status: this.status, body: body as FastAnswer['body'] });
    } catch (cause) {
      this.reject(new Error('The answer of DynamoDB is not JSON.', { cause }));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.clients.release(this.socket);
    this.reject(error);
  }
}
