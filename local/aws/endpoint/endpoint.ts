// Runs the AWS endpoint: one HTTP server on loopback for all AWS services of the local stack.
// Other folders use openEndpoint, the interface AwsService (service.ts), and authorize (policy.ts) for permissions.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WriteLogLine } from '../../support/log-line';
import type { Timers } from '../../support/timers';
import { answerRequest, type AnsweredRequest, type RefusedRequest } from './answer-request';
import { Faults, type Fault } from './faults';
import { writeJsonError } from './json-protocol';
import type { AccessKeys } from './principal';
import { AwsError, type AwsService, type ServiceResponse } from './service';

export interface EndpointOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly keys: AccessKeys;
  readonly timers: Timers;
  readonly log: WriteLogLine;
  /** Called with each request that a service has answered. */
  readonly onAnswered?: ((request: AnsweredRequest) => void) | undefined;
}

export interface Endpoint {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  serve(service: AwsService): void;
  /** Calls `listener` with each request to one of the services that is answered with an {@link AwsError}. */
  onRefused(listener: (request: RefusedRequest) => void): void;
  /** Adds a fault; the returned function withdraws it. */
  injectFault(fault: Fault): () => void;
  close(): Promise<void>;
}

/** The limit of the largest request that a service here accepts: DynamoDB's BatchWriteItem. */
const maximumBodyBytes = 16 * 1024 * 1024;

/** Longer than the pauses between a function's requests, so that clients can reuse idle connections, as on AWS. */
const keepAliveMilliseconds = 75_000;

/**
 * Starts the endpoint on 127.0.0.1.
 * @throws an error with the code EADDRINUSE and the `port`, when the port is in use
 */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { keys, timers, log, onAnswered } = options;
  const services = new Map<string, AwsService>();
  const faults = new Faults();
  const listeners: ((request: RefusedRequest) => void)[] = [];
  const onRefused = (request: RefusedRequest) => {
    for (const listener of listeners) listener(request);
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [path, query] = splitUrl(request.url ?? '/');
    const { method = 'GET', headers } = request;
    const answer = await answerRequest(
      { method, path, query, headers, body },
      { services, faults, keys, timers, onRefused, onAnswered },
    );
    if (answer === 'drop') request.socket.destroy();
    else write(response, answer);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      const text = `AWS endpoint: ${request.method ?? ''} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      log({ source: 'stack', stream: 'stderr', text });
      write(response, writeJsonError('1.0', 'local', internalFailure()));
    });
  });
  server.keepAliveTimeout = keepAliveMilliseconds;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    serve(service) {
      services.set(service.name, service);
    },
    onRefused(listener) {
      listeners.push(listener);
    },
    injectFault: (fault) => faults.inject(fault),
    close: () => close(server),
  };
}

const internalFailure = () =>
  new AwsError('InternalFailure', 'The local stack failed; its log says why.', 500);

function splitUrl(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/**
 * Reads the whole body. Uses events, because an async iterator would take more CPU time than reading the body itself.
 * @throws when the body is too large or the request fails
 */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maximumBodyBytes) {
        chunks.push(chunk);
        return;
      }
      request.destroy();
      reject(new Error(`a body of over ${maximumBodyBytes} bytes`));
    });
    request.once('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.once('error', reject);
  });
}

function write(response: ServerResponse, { status, headers = {}, body = '' }: ServiceResponse) {
  response.writeHead(status, {
    'x-amzn-requestid': randomUUID(),
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') {
        reject(cause);
        return;
      }
      const message = `Port ${port} on 127.0.0.1 is in use: choose another one for the AWS endpoint.`;
      reject(Object.assign(new Error(message, { cause }), { code: cause.code, port }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
