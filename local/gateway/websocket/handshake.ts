// Handles an upgrade request, as API Gateway does: refuses it, or opens a connection.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { authorize } from './authorizer';
import { openConnection } from './connection';
import { createReceive } from './message';
import { createRequestId, domainNameOf, gatewayMessage } from '../request-facts';
import { headerPairs, splitTarget } from '../request-values';
import { accept, faultOfUpgrade, isSubprotocol, refuse, type Upgrade } from './upgrade';
import { callRoute, type WebSocketApi } from './web-socket-api';
import {
  authorizerEvent,
  connectEvent,
  disconnectEvent,
  type AuthorizerValues,
  type Closure,
  type ConnectionFacts,
  type HandshakeRequest,
} from './web-socket-event';

/** The HTTP status and the message with which a handshake is refused. */
class Refusal {
  constructor(
    readonly status: number,
    readonly message = STATUS_CODES[status] ?? 'Error',
  ) {}
}

/**
 * Invokes the authorizer and `$connect`, opens the connection, and invokes `$disconnect` after its end.
 * Resolves when the handshake has been refused, or when `$disconnect` has returned.
 */
export async function handshake(api: WebSocketApi, upgrade: Upgrade): Promise<void> {
  const facts = connectionFacts(upgrade.request);
  const ids = { connectionId: facts.connectionId, requestId: createRequestId() };
  const outcome = await decide(api, upgrade.request, facts, ids.requestId);
  if (outcome instanceof Refusal) {
    refuse(upgrade.stream, outcome.status, gatewayMessage(outcome.message, ids));
    return;
  }
  const closure = await runConnection(api, upgrade, facts, outcome);
  await disconnect(api, facts, outcome.authorizer, closure);
}

/** The result of a handshake that the authorizer and `$connect` have accepted. */
interface Accepted {
  readonly authorizer: AuthorizerValues | undefined;
  readonly subprotocol: string | undefined;
}

/** Invokes the authorizer and `$connect`. */
async function decide(
  { definition, throttles, warn }: WebSocketApi,
  incoming: IncomingMessage,
  connection: ConnectionFacts,
  requestId: string,
): Promise<Accepted | Refusal> {
  const { path, queryString } = splitTarget(incoming.url ?? '');
  if (!['/', `/${definition.stage}`, `/${definition.stage}/`].includes(path)) {
    return new Refusal(403);
  }
  const fault = faultOfUpgrade(incoming);
  if (fault !== undefined) return new Refusal(400, fault);
  if (!throttles.handshakes.take()) return new Refusal(429);

  const route = definition.routes.$connect;
  if (route === undefined) return { authorizer: undefined, subprotocol: undefined };
  const request = { api: definition, connection, requestId, now: Date.now() };
  const asked: HandshakeRequest = {
    headers: [...headerPairs(incoming.rawHeaders), ...forwardedHeaders(incoming)],
    query: [...new URLSearchParams(queryString)],
  };

  let authorizer: AuthorizerValues | undefined;
  if (route.authorizer !== undefined) {
    const event = authorizerEvent(request, asked);
    const verdict = await authorize(route.authorizer, asked, event);
    if (!verdict.allowed) {
      if (verdict.status === 500) warn(`${verdict.problem}.`);
      return new Refusal(verdict.status);
    }
    authorizer = verdict.values;
  }

  const answer = await callRoute(route, connectEvent({ ...request, authorizer }, asked), warn);
  if (!answer.ok) return new Refusal(answer.status, answer.message);
  const { statusCode, headers } = answer.response;
  if (statusCode > 299) return new Refusal(statusCode);
  const subprotocol = headers.get('sec-websocket-protocol');
  if (subprotocol !== undefined && !isSubprotocol(subprotocol)) {
    warn(`${route.integration.name} must return one name as Sec-WebSocket-Protocol.`);
    return new Refusal(502, 'Internal server error');
  }
  return { authorizer, subprotocol };
}

/** Opens the connection and waits until it has ended. */
async function runConnection(
  api: WebSocketApi,
  upgrade: Upgrade,
  facts: ConnectionFacts,
  { authorizer, subprotocol }: Accepted,
): Promise<Closure> {
  const socket = accept(upgrade, subprotocol, api.limits.closeTimeoutSeconds);
  if (socket === undefined) {
    upgrade.stream.destroy();
    return { code: 1006, reason: '' };
  }
  const connection = openConnection({
    socket,
    stream: upgrade.stream,
    facts,
    limits: api.limits,
    timers: api.timers,
    receive: createReceive(api, facts, authorizer),
  });
  api.connections.add(connection);
  return connection.closed;
}

/** Invokes `$disconnect`. Called once for each connection that `$connect` has accepted. */
async function disconnect(
  { definition, warn }: WebSocketApi,
  connection: ConnectionFacts,
  authorizer: AuthorizerValues | undefined,
  closure: Closure,
): Promise<void> {
  const route = definition.routes.$disconnect;
  if (route === undefined) return;
  const requestId = createRequestId();
  const request = { api: definition, connection, authorizer, requestId, now: Date.now() };
  await callRoute(route, disconnectEvent(request, closure), warn);
}

function connectionFacts({ headers, socket }: IncomingMessage): ConnectionFacts {
  return {
    connectionId: createRequestId(),
    connectedAt: Date.now(),
    sourceIp: socket.remoteAddress ?? '127.0.0.1',
    userAgent: headers['user-agent'] ?? '',
    domainName: domainNameOf(headers.host),
  };
}

function forwardedHeaders({ socket }: IncomingMessage): [string, string][] {
  return [
    ['X-Forwarded-For', socket.remoteAddress ?? '127.0.0.1'],
    ['X-Forwarded-Port', String(socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  ];
}
