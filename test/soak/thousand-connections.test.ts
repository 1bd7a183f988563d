// A thousand connections of 300 users: each gets an event once.
import { heard, startFanOutStack, type FanOutStack } from '../support/stack/fan-out-stack';

let stack: FanOutStack;

beforeAll(async () => {
  stack = await startFanOutStack();
}, 60_000);
afterAll(() => stack.close());

it('sends an event to each of 1,000 connections once', async () => {
  const clients = await stack.openMany(1_000, 300);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 20_000)));
  expect(clients.map((client) => [...heard(client)])).toEqual(clients.map(() => [['agent-1', 1]]));
  await expect(stack.health()).resolves.toMatchObject({
    websocket: { connections: 1_000, connectedUsers: 300 },
  });
}, 120_000);
