// Emulates API Gateway: serves a WebSocket API, an HTTP API and pages on one port.
// Other folders import openGateway, the types of definition.ts, and pages/dashboard.ts.
import type { Server } from 'node:http';
import type { Connections, HttpApiDefinition, WebSocketApiDefinition } from './definition';
import { createHttpApi, type HttpApi } from './http/http-api';
import { listen } from './listener';
import { jsonPage, type Page } from './pages/page';
import { systemTimers, type Timers } from '../support/timers';
import { createRequestListener } from './request-listener';
import { createTokenBucket } from './token-bucket';
import { defaultLimits, type ConnectionLimits } from './websocket/connection';
import { createConnections, type OpenConnections } from './websocket/connections';
import { refuse } from './websocket/upgrade';
import { UpgradeListener } from './websocket/upgrade-listener';
import type { WebSocketApi } from './websocket/web-socket-api';

export interface GatewayOptions extends Partial<ConnectionLimits> {
  /** Default: 0, which means any free port. */
  readonly port?: number;
  /** Called with a sentence for each failure of the stack or of a function. It never contains a token or a message. */
  readonly warn: (sentence: string) => void;
  /** For the timeouts of connections. Default: the machine's timers. */
  readonly timers?: Timers;
}

export interface Gateway {
  readonly port: number;
  readonly connections: Connections;
  /** Answers GET and HEAD requests for `path` with a JSON document; takes precedence over the HTTP API. */
  publish(path: string, document: unknown): void;
  /** Answers GET and HEAD requests for `path` with a page; takes precedence over the HTTP API. */
  show(path: string, page: Page): void;
  /** Starts both APIs. Until then all requests except those for documents and pages get 503. */
  serve(definitions: Definitions, options?: ServeOptions): void;
  /** Closes all connections with the code 1001 and frees the port, within about a second. May be called repeatedly. */
  close(): Promise<void>;
}

interface ServeOptions {
  /** The URL of the keys of the issuer of JWT authorizers. Default: found by discovery, as on AWS. */
  readonly jwksUri?: string | undefined;
}

interface Definitions {
  readonly webSocketApi: WebSocketApiDefinition;
  readonly httpApi: HttpApiDefinition;
}

const closeTimeoutSeconds = 0.75;

/**
 * Starts to listen.
 * @throws the error of node:net, with the `code` `EADDRINUSE` and the `port` if the port is in use
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { timers = systemTimers() } = options;
  const listener = await listen(options.port ?? 0);
  const connections = createConnections(timers);
  const pages = new Map<string, Page>();
  let apis: { readonly webSocketApi: WebSocketApi; readonly httpApi: HttpApi } | undefined;
  let closing = false;
  let closed = false;
  // The stack ends functions while they run as soon as the gateway is closed: that they fail then is no fault of theirs.
  const warn = (sentence: string) => {
    if (!closed) options.warn(sentence);
  };

  const answer = createRequestListener({ pages, httpApi: () => apis?.httpApi, warn });
  const upgrades = new UpgradeListener({
    webSocketApi: () => (closing ? undefined : apis?.webSocketApi),
    warn,
  });
  for (const server of listener.servers) {
    server.on('request', answer);
    server.on('upgrade', (request, stream, head) => {
      upgrades.accept(request, stream, head);
    });
    refuseOtherProtocols(server);
  }

  return {
    port: listener.port,
    connections,
    publish(path, document) {
      pages.set(path, jsonPage(document));
    },
    show(path, page) {
      pages.set(path, page);
    },
    serve({ webSocketApi, httpApi }, { jwksUri } = {}) {
      apis = {
        webSocketApi: createWebSocketApi(webSocketApi, connections, { ...options, timers, warn }),
        httpApi: createHttpApi(httpApi, { now, warn, jwksUri }),
      };
    },
    async close() {
      closing = true;
      await connections.closeAll(1001, 'Going away', closeTimeoutSeconds);
      // $disconnect is best effort on AWS, too, so invocations that take longer are not awaited.
      await upgrades.close(closeTimeoutSeconds / 3);
      closed = true;
      await listener.close();
    },
  };
}

const now = () => performance.now();

function createWebSocketApi(
  definition: WebSocketApiDefinition,
  connections: OpenConnections,
  { warn, timers, ...limits }: GatewayOptions & { readonly timers: Timers },
): WebSocketApi {
  const messages = createTokenBucket(definition.throttle, now);
  const { throttle } = definition.routes.$connect ?? {};
  const handshakes = throttle === undefined ? messages : createTokenBucket(throttle, now);
  return {
    definition,
    throttles: { handshakes, messages },
    connections,
    limits: {
      idleTimeoutSeconds: limits.idleTimeoutSeconds ?? defaultLimits.idleTimeoutSeconds,
      maxConnectionSeconds: limits.maxConnectionSeconds ?? defaultLimits.maxConnectionSeconds,
      closeTimeoutSeconds: limits.closeTimeoutSeconds ?? defaultLimits.closeTimeoutSeconds,
    },
    timers,
    warn,
  };
}

/** Answers 400 to data that is not HTTP. */
function refuseOtherProtocols(server: Server): void {
  server.on('clientError', (_error, stream) => {
    // node:http also emits clientError for a connection that has ended, to which nothing can be written.
    if (stream.writable) refuse(stream, 400, JSON.stringify({ message: 'Bad Request' }));
    else stream.destroy();
  });
}
