// Deployments and dashboards are not updated at the same time: the client and the service from before batches must work
// with the current ones.
import WebSocket from 'ws';
import { createMissionControl, type MissionControl } from '#sdk/client';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { localClientConfiguration } from '#local/aws/endpoint/client-configuration';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';
import {
  extractFirstStage,
  loadClient,
  startService,
  type FirstStage,
  type FirstStageService,
} from '../support/stack/first-stage';

const eventBusName = 'mission-control';
const transports = ['subprotocol', 'header', 'query'] as const;
type Create = typeof createMissionControl;

let firstStage: FirstStage;
beforeAll(async () => {
  firstStage = await extractFirstStage();
});
afterAll(() => firstStage.remove());

/** Connects a client with each token transport, reports events, and returns what each client negotiated and received. */
async function converse(
  create: Create,
  { url, publisher, getToken }: { url: string; publisher: Publisher; getToken: () => string },
) {
  // Cold functions may take longer than a client waits for its socket; then it opens another one.
  const warming = transports.map(() => TestClient.open(url, { token: getToken() }));
  for (const one of await Promise.all(warming)) await one.close();
  const clients = transports.map((tokenTransport) => {
    const sockets: WebSocket[] = [];
    class Observed extends WebSocket {
      constructor(...all: ConstructorParameters<typeof WebSocket>) {
        super(...all);
        sockets.push(this);
      }
    }
    const client: MissionControl = create({ url, getToken, tokenTransport, WebSocket: Observed });
    const statuses: string[] = [];
    client.on('agent:status', ({ status }) => statuses.push(status));
    return { tokenTransport, client, sockets, statuses };
  });
  try {
    await eventually(() => {
      expect(clients.map(({ client }) => client.connection.state)).toEqual(
        transports.map(() => 'connected'),
      );
    }, 30_000);
    await publisher.broadcastAgentStatus('agent-1', 'online');
    await publisher.broadcastSessionActivity('agent-1', 'session-1', 'User said: Hello');
    await publisher.broadcastAgentStatus('agent-1', 'error');
    await eventually(() => {
      for (const { client, statuses } of clients) {
        expect([statuses.at(-1), client.sessions.size]).toEqual(['error', 1]);
      }
    }, 30_000);
    return clients.map(({ tokenTransport, sockets, client }) => ({
      tokenTransport,
      negotiated: sockets.map(({ protocol }) => protocol),
      agents: [...client.agents.values()].map(({ agentId, status }) => `${agentId} ${status}`),
    }));
  } finally {
    for (const { client } of clients) client.close();
  }
}

const everyTransport = (negotiated: string) =>
  transports.map((tokenTransport) => ({
    ...{ tokenTransport, negotiated: [negotiated], agents: ['agent-1 error'] },
  }));

describe('the current service', () => {
  let stack: LocalStack;
  let publisher: Publisher;
  beforeAll(async () => {
    stack = await startLocalStack();
    publisher = createPublisher({ eventBusName, clientConfiguration: stack.clientConfiguration });
  });
  afterAll(async () => {
    await publisher.close();
    await stack.close();
  });

  it.each<[string, string, () => Promise<Create>]>([
    [
      'from before batches, without batches',
      'mission-control',
      async () => (await loadClient(firstStage)).createMissionControl,
    ],
    [
      'of this version, with batches',
      'mission-control.batch',
      () => Promise.resolve(createMissionControl),
    ],
  ])('works with the client %s', async (_which, negotiated, create) => {
    const token = await stack.mintToken({ sub: negotiated });
    const url = stack.webSocketUrl;
    const outcome = await converse(await create(), { url, publisher, getToken: () => token });
    expect(outcome).toEqual(everyTransport(negotiated));
  });
});

describe('the service from before batches', () => {
  let service: FirstStageService;
  beforeAll(async () => {
    service = await startService(firstStage);
  });
  afterAll(() => service.close());

  it('works with the current client, without batches', async () => {
    const port = Number(new URL(service.awsEndpointUrl).port);
    const publisher = createPublisher({
      eventBusName,
      clientConfiguration: localClientConfiguration(port),
    });
    const { webSocketUrl: url, token } = service;
    const outcome = await converse(createMissionControl, { url, publisher, getToken: () => token });
    expect(outcome).toEqual(everyTransport('mission-control'));
    await publisher.close();
  });
});
