// A thousand connections of 300 users: each gets an event once.
import { eventually } from '../support/eventually';
import {
  copiesIn,
  heard,
  startFanOutStack,
  type FanOutStack,
} from '../support/stack/fan-out-stack';

let stack: FanOutStack;

beforeAll(async () => {
  stack = await startFanOutStack();
});
afterAll(() => stack.close());

it('sends an event to each of 1,000 connections once', async () => {
  const clients = await stack.openMany(1_000, 300);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status')));
  expect(clients.map((client) => [...heard(client).keys()])).toEqual(
    clients.map(() => ['agent-1']),
  );
  expect(copiesIn(clients)).toBeLessThanOrEqual(stack.unanswered());
  // Health reports no numbers if the table or the function times out, as on a busy machine.
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({
      websocket: { connections: 1_000, connectedUsers: 300 },
    });
  });
}, 240_000);
