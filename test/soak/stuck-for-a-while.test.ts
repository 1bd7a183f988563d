// Clients that do not read: API Gateway answers 429 for them, and nobody else is to notice.
import { eventually } from '../support/eventually';
import { heard, startFanOutStack, type FanOutStack } from '../support/stack/fan-out-stack';

let stack: FanOutStack;
beforeAll(async () => {
  stack = await startFanOutStack();
});
afterAll(() => stack.close());

it('three that do not read cost the others nothing, and are served when they read again', async () => {
  const clients = await stack.openMany(30);
  const [stuck, readers] = [clients.slice(0, 3), clients.slice(3)];
  // The functions' first start is over before anybody is stuck: what is stuck for half a minute is closed.
  await stack.publisher.broadcastAgentStatus('first', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status')));
  await stack.stall(stuck);
  const agents = ['agent-1', 'agent-2', 'agent-3'];
  const all = [...agents, 'first'];
  await Promise.all(agents.map((agent) => stack.publisher.broadcastAgentStatus(agent, 'online')));
  await Promise.all(readers.map((client) => client.received('agent:status', 4)));
  for (const client of readers) {
    expect([...heard(client)].sort()).toEqual(all.map((agent) => [agent, 1]));
  }
  // All at the first post; of the three, each is posted to twice and left to the queue. Events may share a flush;
  // one that is for connections with batches alone finds none.
  await eventually(() => {
    const reports = stack
      .reports('agent:status')
      .filter(({ service, delivered }) => service === 'broadcast' && delivered > 0);
    expect(reports.reduce((sum, { events }) => sum + events, 0)).toBe(4);
    for (const report of reports.slice(1)) {
      expect(report).toMatchObject({ delivered: 27, retried: 3, requeued: 3 });
    }
  });
  for (const { socket } of stuck) socket.resume();
  await Promise.all(stuck.map((client) => client.received('agent:status', 4, 40_000)));
  expect(stuck.map((client) => [...heard(client).keys()].sort())).toEqual([all, all, all]);
  expect((await stack.records()).size).toBe(30);
  await expect(stack.deadLetters()).resolves.toBe(0);
});
