// The AWS endpoint: one HTTP server on loopback for all services. It knows who calls and which service is
// meant; what the call does is the service's affair.
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { isFromPage, isLoopbackHost, loopbackNames } from '../../support/loopback';
import { Faults, type Fault } from './faults';
import type { AccessKeys } from './principal';
import { AwsError, type AwsService, type ServiceResponse } from './service';
import { authenticate, parseAuthorization } from './signature';
import { writeJsonError } from './json-protocol';
import type { Timers } from '../../support/timers';
import type { WriteLogLine } from '../../support/log-line';

export interface EndpointOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly keys: AccessKeys;
  readonly timers: Timers;
  readonly log: WriteLogLine;
  /** Is told of each request that a service, or a fault, answered with an error. */
  readonly onRefused?: (request: RefusedRequest) => void;
}

/** A request that was answered with an error. */
export interface RefusedRequest {
  readonly service: string;
  readonly operation: string;
  readonly error: AwsError;
  readonly body: Buffer;
}

export interface Endpoint {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  serve(service: AwsService): void;
  /** Lets requests fail; the function that it gives withdraws the fault. */
  injectFault(fault: Fault): () => void;
  close(): Promise<void>;
}

/** The largest request of the services here is DynamoDB's BatchWriteItem. */
const maximumBodyBytes = 16 * 1024 * 1024;

/** Idle clients keep their connections longer than any pause of a function, as with AWS. */
const keepAliveMilliseconds = 75_000;

/**
 * Listens on 127.0.0.1.
 * @throws an error with the code EADDRINUSE that names the port, when something else listens on it
 */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { keys, timers, log } = options;
  const services = new Map<string, AwsService>();
  const faults = new Faults();

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      const text = `AWS endpoint: ${request.method ?? ''} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      log({ source: 'stack', stream: 'stderr', text });
      write(response, writeJsonError('1.0', 'local', internalFailure()));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [path, query] = splitUrl(request.url ?? '/');
    const parts = { method: request.method ?? 'GET', path, query, headers: request.headers, body };
    let service: AwsService | undefined;
    try {
      const authorization = parseAuthorization(request.headers.authorization);
      service = services.get(authorization?.service ?? '');
      refusePages(request.headers);
      if (authorization === undefined) throw missingToken();
      if (service === undefined) throw unknownService(authorization.service, services.keys());
      const principal = authenticate(parts, authorization, keys, timers.now());
      const effect = faults.strike(service.name, service.operationOf(parts), parts);
      if (effect?.kind === 'drop') {
        // Whatever came of it, nobody hears of it.
        if (effect.done === true) await service.handle({ ...parts, principal }).catch(() => null);
        request.socket.destroy();
        return;
      }
      if (effect?.kind === 'status') {
        const { status, code = codeOfFault(service.name, status) } = effect;
        throw new AwsError(code, 'This fault was injected into the local stack.', status);
      }
      if (effect?.kind === 'delay') await pause(timers, effect.milliseconds);
      write(response, await service.handle({ ...parts, principal }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (service !== undefined) {
        const operation = service.operationOf(parts);
        options.onRefused?.({ service: service.name, operation, error, body });
      }
      const status =
        service !== undefined && authenticationErrors.has(error.code)
          ? service.authenticationErrorStatus
          : error.status;
      // SQS alone is still known by the codes of its older protocol.
      const queryCode = service?.name === 'sqs' ? error.queryCode : undefined;
      const refused = new AwsError(error.code, error.message, status, queryCode);
      write(
        response,
        service?.writeError(refused) ?? writeJsonError('1.0', 'com.amazon.coral.service', refused),
      );
    }
  }

  server.keepAliveTimeout = keepAliveMilliseconds;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    serve(service) {
      services.set(service.name, service);
    },
    injectFault: (fault) => faults.inject(fault),
    close: () => close(server),
  };
}

function codeOfFault(service: string, status: number): string {
  if (status !== 429) return 'ServiceFault';
  return service === 'execute-api' ? 'LimitExceededException' : 'TooManyRequestsException';
}

const authenticationErrors = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** What a page may not: it could read the table, invent agents and send users away. */
function refusePages(headers: IncomingHttpHeaders): void {
  const refuse = (why: string) => new AwsError('AccessDeniedException', why, 403, 'AccessDenied');
  if (!isLoopbackHost(headers.host)) {
    throw refuse(`The AWS endpoint of the local stack answers to ${loopbackNames} alone.`);
  }
  if (isFromPage(headers)) {
    throw refuse(
      'The AWS endpoint of the local stack answers programs, not web pages: it takes no request with Origin or Sec-Fetch-Site.',
    );
  }
}

const missingToken = () =>
  new AwsError(
    'MissingAuthenticationTokenException',
    'Request is missing Authentication Token: sign it with SigV4, e.g. with the access key local and the secret local.',
    403,
  );

const unknownService = (name: string, known: Iterable<string>) =>
  new AwsError(
    'UnknownOperationException',
    `The service ${name} is not part of the local stack, which has ${[...known].join(', ')}.`,
  );

const internalFailure = () =>
  new AwsError('InternalFailure', 'The local stack failed; its log says why.', 500);

function splitUrl(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** By events: an iterator over the stream would take more CPU than the body itself. */
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

function pause(timers: Timers, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(milliseconds, resolve);
  });
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
