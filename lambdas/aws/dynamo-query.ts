// Asks DynamoDB for a page, in a fraction of the CPU time that the AWS SDK's client takes for it.
import {
  QueryCommand,
  type AttributeValue,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import type { Dispatcher } from 'undici';
import type Client from 'undici/lib/dispatcher/client.js';
import { shardCount } from '../core/shard';
import { LentClients } from './lent-clients';

export interface QueryPage {
  readonly Items?: Record<string, AttributeValue>[] | undefined;
  readonly LastEvaluatedKey?: Record<string, AttributeValue> | undefined;
}

/** @throws what the AWS SDK's client throws, after its retries */
export type Query = (input: QueryCommandInput) => Promise<QueryPage>;

/** Every query through the AWS SDK's client. */
export function createSdkQuery(client: DynamoDBDocumentClient): Query {
  return (input) => client.send(new QueryCommand(input));
}

export interface FastQueryOptions {
  /** Sockets at the most; each carries one request at a time. Default: one for each shard. */
  readonly sockets?: number;
  /** For a connection to open, and for an answer to begin and to end. */
  readonly timeoutMilliseconds?: number;
}

/** Where the AWS SDK's client sends its requests. */
interface Endpoint {
  readonly url: string;
  /** As the SDK's signer takes it. */
  readonly request: Pick<HttpRequest, 'protocol' | 'hostname' | 'port' | 'path' | 'headers'>;
  readonly clients: LentClients;
}

/**
 * Signs each query with the SDK's signer and credentials, and sends it over sockets of its own: without the
 * middleware and the schemas that are most of what a command costs. Where to, it learns from the requests that go
 * the usual way, as the first one does. And so does every query that is not answered with a page: then it is the
 * SDK's client that tries again, and that knows what an error means.
 *
 * For attributes that are the same in JSON as in the SDK's objects: all but binaries.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function createFastQuery(
  client: DynamoDBDocumentClient,
  { sockets = shardCount, timeoutMilliseconds = 3_000 }: FastQueryOptions = {},
): Query {
  const { credentials, region, sha256 } = client.config;
  const signer = new SignatureV4({ service: 'dynamodb', credentials, region, sha256 });
  const usual = createSdkQuery(client);
  let endpoint: Endpoint | undefined;

  function learn(request: HttpRequest): void {
    const { protocol, hostname, port, path, headers } = request;
    const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    if (endpoint?.url === url) return;
    // Fan-outs are seldom more than a heartbeat apart: sockets that wait for the next one save a TLS handshake.
    const options = { sockets, timeoutMilliseconds, keepAliveMilliseconds: 60_000 };
    endpoint = {
      url,
      request: {
        ...{ protocol, hostname, path, ...(port === undefined ? {} : { port }) },
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          host: headers['host'] ?? hostname,
          'user-agent': headers['user-agent'] ?? '',
          'x-amz-target': 'DynamoDB_20120810.Query',
        },
      },
      clients: new LentClients(url, options),
    };
  }

  client.middlewareStack.add(
    (next) => (args) => {
      learn(args.request as HttpRequest);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'high' },
  );

  async function ask({ request, clients }: Endpoint, input: QueryCommandInput): Promise<QueryPage> {
    const body = JSON.stringify(input);
    const { headers } = await signer.sign({ ...request, method: 'POST', query: {}, body });
    return new Promise((resolve, reject) => {
      clients.lend((socket) => {
        const answer = new Answer(socket, clients, resolve, reject);
        socket.dispatch({ path: request.path, method: 'POST', headers, body }, answer);
      });
    });
  }

  return async (input) => {
    if (endpoint === undefined) return usual(input);
    try {
      return await ask(endpoint, input);
    } catch {
      return usual(input);
    }
  };
}

/** Collects one answer. */
class Answer implements Dispatcher.DispatchHandler {
  private status = 0;
  private chunks: Buffer[] = [];

  constructor(
    private readonly socket: Client,
    private readonly clients: LentClients,
    private readonly resolve: (page: QueryPage) => void,
    private readonly reject: (reason: Error) => void,
  ) {}

  onConnect(): void {
    this.status = 0;
    this.chunks = [];
  }

  onHeaders(status: number): boolean {
    this.status = status;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.clients.giveBack(this.socket);
    if (this.status !== 200) {
      this.reject(new Error(`DynamoDB answered with status ${this.status}.`));
      return;
    }
    try {
      this.resolve(JSON.parse(Buffer.concat(this.chunks).toString()) as QueryPage);
    } catch (cause) {
      this.reject(new Error('DynamoDB answered with something that is not JSON.', { cause }));
    }
  }

  onError(error: Error): void {
    this.clients.giveBack(this.socket);
    this.reject(error);
  }
}
