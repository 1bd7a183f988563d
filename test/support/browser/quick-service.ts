// The service from a dashboard's point of view, without the Lambda functions: fast, and controlled by the test.
import { showDashboard } from '#local/gateway/pages/dashboard';
import { openGateway } from '#local/gateway/gateway';
import { createRegisters } from '#sdk/client/state/registers';
import type { ClientMessage, EventMessage, ServerMessage, SessionActivity } from '#sdk/protocol';
import { byNewest } from '#sdk/protocol/timelines';
import { emptyLists } from '../data/events';
import { fakeFunction, httpApi, webSocketApi } from '../local/fake-apis';

/** The part of an event of API Gateway that is used here. */
interface GatewayEvent {
  readonly requestContext: { readonly connectionId: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type QuickService = Awaited<ReturnType<typeof openQuickService>>;

/** The gateway of the local stack with the dashboard, and functions in this process. It accepts any token. */
export async function openQuickService() {
  const gateway = await openGateway({ warn: () => undefined });
  /** The state of the service. */
  const registers = createRegisters();
  const connectionIds = new Set<string>();
  const activities: SessionActivity[] = [];
  /** The token of each handshake. */
  const tokens: (string | undefined)[] = [];

  const connect = fakeFunction('connect', (event) => {
    const { requestContext, headers = {} } = event as GatewayEvent;
    tokens.push(headers['Sec-WebSocket-Protocol']?.split(', ')[1]);
    connectionIds.add(requestContext.connectionId);
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'mission-control' } };
  });
  const disconnect = fakeFunction('disconnect', (event) => {
    connectionIds.delete((event as GatewayEvent).requestContext.connectionId);
    return { statusCode: 200 };
  });
  const answer = fakeFunction('default', (event) => {
    const message = JSON.parse((event as GatewayEvent).body ?? '{}') as ClientMessage;
    const reply = replyTo(message);
    return { statusCode: 200, ...(reply !== undefined && { body: JSON.stringify(reply) }) };
  });
  const health = fakeFunction('health', () => ({ statusCode: 200, body: '{"status":"ok"}' }));

  function replyTo(message: ClientMessage): ServerMessage | undefined {
    const timestamp = Date.now();
    const { type } = message;
    if (type === 'session:history')
      return { type: 'session:timeline', payload: timelinePage(activities, message.payload) };
    if (type === 'ping') return { type: 'pong', payload: { timestamp } };
    if (type !== 'state:sync') return undefined;
    const lists = emptyLists();
    lists.agents.push(...registers.maps.agents.values());
    lists.sessions.push(...registers.maps.sessions.values());
    return { type: 'state:snapshot', payload: { ...lists, timestamp, complete: true } };
  }

  showDashboard({
    gateway,
    mintToken: () => Promise.resolve('any.token.will-do'),
    awsEndpointUrl: 'http://localhost:4566',
  });
  gateway.serve({
    webSocketApi: webSocketApi({
      $connect: { integration: connect, respond: false },
      $disconnect: { integration: disconnect, respond: false },
      $default: { integration: answer, respond: true },
    }),
    httpApi: httpApi([{ method: 'GET', path: '/health', integration: health }]),
  });

  return {
    pageUrl: `http://localhost:${gateway.port}/`,
    registers,
    tokens,
    connections: () => connectionIds.size,
    /** Stores an event, and posts it to every connection. */
    async report(event: EventMessage): Promise<void> {
      if (!registers.merge(event, 'live')) throw new Error('The event is no news.');
      if (event.type === 'session:activity') activities.push(event.payload);
      const message = Buffer.from(JSON.stringify(event));
      await Promise.all([...connectionIds].map((id) => gateway.connections.post(id, message)));
    },
    /** Closes every connection. */
    dropAll() {
      for (const id of connectionIds) gateway.connections.close(id);
    },
    close: () => gateway.close(),
  };
}

type HistoryRequest = Extract<ClientMessage, { type: 'session:history' }>['payload'];

/** A page of the timeline of a session, whose events have different timestamps. */
function timelinePage(
  activities: readonly SessionActivity[],
  { agentId, sessionId, before, limit = 100 }: HistoryRequest,
) {
  const [from = Infinity] = before?.split('#') ?? [];
  const all = activities
    .filter((one) => one.agentId === agentId && one.sessionId === sessionId)
    .filter(({ timestamp }) => timestamp < Number(from))
    .map(({ lastMessage, timestamp }) => ({ lastMessage, timestamp }))
    .sort(byNewest);
  const events = all.slice(0, limit);
  const last = events.at(-1);
  return {
    ...{ agentId, sessionId, events },
    ...(before !== undefined && { before }),
    ...(last && events.length < all.length && { next: `${last.timestamp}#AAAAAAAA#1` }),
  };
}
