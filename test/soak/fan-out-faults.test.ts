// A fan-out in bad weather: whatever API Gateway does, every live socket hears of every event.
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startLocalStack, type LocalSettings, type LocalStack } from '../../local';
import { createPublisher, type Publisher } from '../../sdk/publisher';
import { TestClient } from '../support/client';
import { eventually } from '../support/eventually';

let stack: LocalStack;
let publisher: Publisher;
let queues: SQSClient;

const post = { service: 'execute-api', operation: 'PostToConnection' };
const status = (share: number, code: number) =>
  stack.injectFault({ ...post, share, effect: { kind: 'status', status: code } });

async function openMany(count: number): Promise<TestClient[]> {
  const clients: TestClient[] = [];
  while (clients.length < count) {
    const users = Array.from(
      { length: 50 },
      (_, index) => `user-${(clients.length + index) % 120}`,
    );
    const opening = users.map(async (sub) =>
      TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) }),
    );
    clients.push(...(await Promise.all(opening)));
  }
  return clients;
}

/** How often each agent's frame came. */
function heard(client: TestClient): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { payload } of client.framesOf('agent:status')) {
    const agent = String(payload['agentId']);
    counts.set(agent, (counts.get(agent) ?? 0) + 1);
  }
  return counts;
}

async function deadLetters(): Promise<number> {
  const { Attributes: attributes } = await queues.send(
    new GetQueueAttributesCommand({
      QueueUrl: stack.outputs['RejectedEventsQueueUrl'],
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(attributes?.['ApproximateNumberOfMessages']);
}

const connected = (count: number) =>
  eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({ websocket: { connections: count } });
  }, 20_000);

async function start(settings: LocalSettings): Promise<void> {
  stack = await startLocalStack({
    settings: {
      maxConnectionsPerUser: 1000,
      handshakesPerMinute: 100_000,
      handshakeBurst: 1000,
      ...settings,
    },
  });
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
  queues = new SQSClient(stack.clientConfiguration);
}

afterEach(async () => {
  await publisher.close();
  queues.destroy();
  await stack.close();
});

test('throttled, failing, dropped and late answers cost nobody a frame', async () => {
  await start({});
  const clients = await openMany(2_200);
  const killed = clients.splice(0, 200);
  for (const { socket } of killed) socket.terminate();
  const withdraw = [
    status(0.15, 429),
    status(0.05, 500),
    stack.injectFault({ ...post, share: 0.02, effect: { kind: 'drop' } }),
    stack.injectFault({ ...post, share: 0.02, effect: { kind: 'delay', milliseconds: 4_000 } }),
  ];
  const agents = Array.from(
    { length: 20 },
    (_, index) => `agent-${String(index).padStart(2, '0')}`,
  );
  for (const agent of agents) await publisher.broadcastAgentStatus(agent, 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', 20, 120_000)));
  await eventually(() => {
    for (const client of clients) expect([...heard(client).keys()].sort()).toEqual(agents);
  }, 120_000);
  for (const end of withdraw) end();
  // Twice only where the first answer was lost, which is one post in fifty.
  const twice = clients.flatMap((client) => [...heard(client).values()].filter((n) => n > 1));
  expect(twice.length).toBeLessThan(clients.length * agents.length * 0.06);
  await connected(clients.length);
  await expect(deadLetters()).resolves.toBe(0);
}, 240_000);

test('what is refused for a while arrives afterwards', async () => {
  await start({});
  const clients = await openMany(50);
  const withdraw = status(1, 429);
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  expect(clients.filter((client) => heard(client).size > 0)).toEqual([]);
  withdraw();
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 60_000)));
  expect(clients.filter((client) => heard(client).get('agent-1') !== 1)).toEqual([]);
  await connected(50);
  await expect(deadLetters()).resolves.toBe(0);
}, 120_000);

test('a large fan-out goes by shard jobs; health and heartbeats are as ever', async () => {
  await start({ largeFanOutConnections: 100, heartbeatSeconds: 2 });
  const clients = await openMany(1_000);
  // The census, by which a fan-out is large, is taken by the heartbeats.
  await Promise.all(clients.map((client) => client.received('heartbeat', 2, 30_000)));
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 30_000)));
  await connected(1_000);
  const [client] = clients;
  const before = client?.framesOf('heartbeat').length ?? 0;
  await client?.received('heartbeat', before + 3, 30_000);
  const times = (client?.framesOf('heartbeat') ?? [])
    .slice(-3)
    .map((frame) => frame.payload['timestamp'] as number);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  for (const gap of gaps) expect(Math.abs(gap - 2_000)).toBeLessThan(1_500);
}, 120_000);
