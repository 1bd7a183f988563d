// Subscriptions on a stack with scopes: what a client receives over its WebSocket before, with and after `subscribe`.
import { createPublisher, type Publisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;
let publisher: Publisher;
const lines: string[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { scopeClaim: 'agents' },
    log: ({ text }) => lines.push(text),
  });
  const { clientConfiguration, eventBusName } = stack;
  publisher = createPublisher({ eventBusName, clientConfiguration });
});
afterEach(() => TestClient.closeAll());
afterAll(async () => {
  await publisher.close();
  await stack.close();
});

const tokenOf = (...agents: string[]) => stack.mintToken({ sub: 'alice', claims: { agents } });
const open = async (scope: readonly string[], ...subprotocols: string[]) =>
  TestClient.open(stack.webSocketUrl, { token: await tokenOf(...scope), subprotocols });
const report = (agentId: string) => publisher.broadcastAgentStatus(agentId, 'online');
const typesOf = (client: TestClient) =>
  client.news.map((text) => (JSON.parse(text) as { type: string }).type);
const liveAgentsOf = (client: TestClient) =>
  client.messagesOf('agent:status').map(({ payload }) => payload['agentId']);
const snapshotAgentsOf = (client: TestClient) =>
  client
    .messagesOf('state:snapshot')
    .flatMap(({ payload }) => payload['agents'] as { agentId: string }[])
    .map(({ agentId }) => agentId)
    .sort();

/** Reports agents, and waits until a connection that may see everything has all of them. */
async function reportAll(...agents: string[]): Promise<void> {
  const witness = await open(['*']);
  for (const agentId of agents) await report(agentId);
  await witness.received('agent:status', agents.length);
  await witness.close();
}

it('sends nothing before the first subscribe if the client offers to subscribe, then what has come into view, and then its events', async () => {
  await reportAll('first/a', 'first/b', 'second/a');
  const client = await open(['first/*'], 'mission-control', 'mission-control.subscribe');
  expect(client.socket.protocol).toBe('mission-control');
  await reportAll('first/c');
  expect(client.news).toEqual([]);
  client.send({ type: 'subscribe', payload: { agents: ['first/a', 'first/c', 'second/*'] } });
  await client.received('state:snapshot');
  expect(client.messages).toContainEqual({
    type: 'subscribed',
    payload: { agents: ['first/a', 'first/c'] },
  });
  expect(typesOf(client)).toEqual(['subscribed', 'state:snapshot']);
  expect(snapshotAgentsOf(client)).toEqual(['first/a', 'first/c']);
  expect(client.messagesOf('state:snapshot')[0]?.payload).toMatchObject({
    complete: true,
    visibleAgents: ['first/a', 'first/c'],
  });
  await reportAll('first/b', 'second/a', 'first/a');
  await client.received('agent:status');
  expect(liveAgentsOf(client)).toEqual(['first/a']);
});

it('a narrower token takes effect with the next message, and a wider one, too', async () => {
  const client = await open(['third/*', 'fourth/*']);
  const refresh = async (...scope: string[]) => {
    const count = client.messagesOf('token:refreshed').length;
    client.send({ type: 'token:refresh', payload: { token: await tokenOf(...scope) } });
    await client.received('token:refreshed', count + 1);
  };
  await refresh('third/*');
  expect(typesOf(client)).toEqual(['subscribed', 'token:refreshed']);
  expect(client.messagesOf('subscribed')[0]?.payload).toEqual({ agents: ['third/*'] });
  await reportAll('fourth/a', 'third/a');
  await client.received('agent:status');
  expect(liveAgentsOf(client)).toEqual(['third/a']);
  client.send({ type: 'state:sync' });
  await client.received('state:snapshot');
  expect(snapshotAgentsOf(client)).toEqual(['third/a']);
  await refresh('third/*', 'fourth/*');
  expect(client.messagesOf('subscribed')[1]?.payload).toEqual({
    agents: ['fourth/*', 'third/*'],
  });
  client.send({ type: 'state:sync' });
  await client.received('state:snapshot', 2);
  expect(snapshotAgentsOf(client)).toEqual(['fourth/a', 'third/a', 'third/a']);
});

it('logs how many patterns are in force, and none of them', async () => {
  lines.length = 0;
  const client = await open(['secret-7/*']);
  client.send({ type: 'subscribe', payload: { agents: ['secret-7/a', 'secret-7/b'] } });
  await client.received('state:snapshot');
  client.send({ type: 'subscribe', payload: { agents: ['secret-7**'] } });
  await client.received('error');
  expect(JSON.stringify(client.messagesOf('error'))).not.toContain('secret-7');
  await eventually(() => {
    const logged = lines.join('\n');
    expect(logged).toContain('"subscribed"');
    expect(logged).toContain('"patterns":2');
    expect(logged).toContain('message refused');
    expect(logged).not.toContain('secret-7');
  });
});
