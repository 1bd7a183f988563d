// Clients that do not read for a while: posts to them get 429, and other clients are not affected.
import { eventually } from '../support/eventually';
import { heard, startFanOutStack, type FanOutStack } from '../support/stack/fan-out-stack';

let stack: FanOutStack;
beforeAll(async () => {
  stack = await startFanOutStack();
});
afterAll(() => stack.close());

it('three clients that do not read do not delay others, and get all messages when they read again', async () => {
  const clients = await stack.openMany(30);
  const [stuck, readers] = [clients.slice(0, 3), clients.slice(3)];
  // Let the functions start before clients stop reading, because a client that does not read for half a minute is closed.
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
  // Readers get each message with the first post; each of the three gets two posts, then goes to the retry queue. Events may
  // share a flush, with a heartbeat, too. A flush for the lane of batches has no connections here.
  await eventually(() => {
    const reports = stack
      .eventReports()
      .filter(({ service, delivered }) => service !== 'deliver' && delivered > 0);
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
