// API Gateway on this machine: a WebSocket API and an HTTP API on one port.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { defaultLimits, type ConnectionLimits } from './websocket/connection';
import { isLoopbackHost, loopbackNames } from '../support/loopback';
import { createConnections } from './websocket/connections';
import type { Connections, HttpApiDefinition, WebSocketApiDefinition } from './definition';
import { handshake } from './websocket/handshake';
import { createHttpApi, ownAnswer, send, serveHttp, type HttpApi } from './http/http-api';
import { jsonPage, type Page } from './pages/page';
import { listen } from './listener';
import { splitTarget } from './request-values';
import { createTokenBucket } from './token-bucket';
import { refuse } from './websocket/upgrade';
import type { WebSocketApi } from './websocket/web-socket-api';

export interface GatewayOptions extends Partial<ConnectionLimits> {
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Tells whoever runs the stack what went wrong inside it; never holds a token or a message. */
  readonly warn: (sentence: string) => void;
}

export interface Gateway {
  readonly port: number;
  readonly connections: Connections;
  /** Answers GET and HEAD requests for `path` with a JSON document, ahead of the HTTP API. */
  publish(path: string, document: unknown): void;
  /** Answers GET and HEAD requests for `path` with a page, ahead of the HTTP API. */
  show(path: string, page: Page): void;
  /** Begins to serve; until then all requests but those for documents and pages get 503. */
  serve(apis: {
    readonly webSocketApi: WebSocketApiDefinition;
    readonly httpApi: HttpApiDefinition;
  }): void;
  /** Closes all connections with 1001 and frees the port; takes about a second at most. May be called again. */
  close(): Promise<void>;
}

const closingPatienceSeconds = 0.75;

/** API Gateway, too, answers 403 to names that are not its own. */
const foreignHost = {
  statusCode: 403,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: JSON.stringify({ message: `Forbidden: the local stack answers to ${loopbackNames} alone` }),
};

/** Opens the port. @throws node's error with `code` `EADDRINUSE` and `port` when it is taken */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { warn } = options;
  const listener = await listen(options.port ?? 0);
  const connections = createConnections();
  const pages = new Map<string, Page>();
  const streams = new Set<Duplex>();
  const conversations = new Set<Promise<void>>();
  let apis: { readonly webSocketApi: WebSocketApi; readonly httpApi: HttpApi } | undefined;
  let closing = false;

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (!isLoopbackHost(request.headers.host)) {
      send(response, foreignHost);
      return;
    }
    const page = pages.get(splitTarget(request.url ?? '').path);
    if (page !== undefined && ['GET', 'HEAD'].includes(request.method ?? '')) {
      Promise.resolve(request)
        .then(page)
        .catch((error: unknown) => {
          warn(`A page failed: ${error instanceof Error ? error.message : String(error)}`);
          return ownAnswer(500);
        })
        .then((answer) => {
          send(response, answer);
        })
        // The client went away before it was answered.
        .catch(() => response.destroy());
    } else if (apis === undefined) {
      send(response, ownAnswer(503));
    } else {
      // The client went away before its request was complete: nobody is left to answer.
      serveHttp(apis.httpApi, request, response).catch(() => response.destroy());
    }
  };

  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    // A client may reset its connection at any time, also before ws listens for errors.
    stream.on('error', () => stream.destroy());
    if (!isLoopbackHost(request.headers.host)) {
      refuse(stream, foreignHost.statusCode, foreignHost.body);
      return;
    }
    if (apis === undefined || closing) {
      refuse(stream, 503, ownAnswer(503).body.toString());
      return;
    }
    const conversation = handshake(apis.webSocketApi, { request, stream, head })
      .catch((error: unknown) => {
        warn(`A handshake failed: ${error instanceof Error ? error.message : String(error)}`);
        stream.destroy();
      })
      .finally(() => conversations.delete(conversation));
    conversations.add(conversation);
  };

  for (const server of listener.servers) attach(server, onRequest, onUpgrade);

  return {
    port: listener.port,
    connections,
    publish(path, document) {
      pages.set(path, jsonPage(document));
    },
    show(path, page) {
      pages.set(path, page);
    },
    serve({ webSocketApi, httpApi }) {
      const limits = {
        idleTimeoutSeconds: options.idleTimeoutSeconds ?? defaultLimits.idleTimeoutSeconds,
        maxConnectionSeconds: options.maxConnectionSeconds ?? defaultLimits.maxConnectionSeconds,
      };
      const now = () => performance.now();
      const messages = createTokenBucket(webSocketApi.throttle, now);
      const { throttle: ofHandshakes } = webSocketApi.routes.$connect ?? {};
      const handshakes =
        ofHandshakes === undefined ? messages : createTokenBucket(ofHandshakes, now);
      apis = {
        webSocketApi: {
          definition: webSocketApi,
          throttles: { handshakes, messages },
          connections,
          limits,
          warn,
        },
        httpApi: createHttpApi(httpApi, { now, warn }),
      };
    },
    async close() {
      closing = true;
      await connections.closeAll(1001, 'Going away', closingPatienceSeconds);
      // $disconnect is best effort: on AWS, too, an API can be gone before it has run.
      await settledWithin(conversations, closingPatienceSeconds / 3);
      for (const stream of streams) stream.destroy();
      await listener.close();
    },
  };
}

function attach(
  server: Server,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  onUpgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void,
): void {
  server.on('request', onRequest);
  server.on('upgrade', onUpgrade);
  server.on('clientError', (_error, stream) => {
    // Bytes that are no HTTP, or the end of a connection that node:http gave up.
    if (stream.writable) refuse(stream, 400, JSON.stringify({ message: 'Bad Request' }));
    else stream.destroy();
  });
}

async function settledWithin(work: ReadonlySet<Promise<void>>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([Promise.all(work), patience]);
  clearTimeout(timer);
}
