// Clients that never read again: they are closed within a minute, nobody is woken, and everybody else is served.
import { eventually } from '../support/eventually';
import { heard, startFanOutStack, type FanOutStack } from '../support/fan-out-stack';

let stack: FanOutStack;
afterEach(() => stack.close());

test('whoever does not read is closed in the end, by events or by heartbeats, and leaves nothing behind', async () => {
  stack = await startFanOutStack({ settings: { heartbeatSeconds: 5 } });
  const clients = await stack.openMany(200);
  const [stuck, readers] = [clients.slice(0, 10), clients.slice(10)];
  await stack.stall(stuck);
  let events = 0;
  const isClosed = async () => (await stack.records()).size === readers.length;
  while (!(await isClosed())) {
    expect(events).toBeLessThan(60);
    await stack.publisher.broadcastAgentStatus(`agent-${(events += 1)}`, 'online');
    await Promise.all(readers.map((client) => client.received('agent:status', events)));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  for (const client of readers) {
    expect([...heard(client).values()]).toEqual(Array.from({ length: events }, () => 1));
  }
  // A heartbeat may ride along with an event. The last report comes after the last record has gone.
  const closed = () =>
    ['agent:status', 'heartbeat', 'mixed']
      .flatMap((type) => stack.reports(type))
      .reduce((sum, report) => sum + report.closed, 0);
  await eventually(() => {
    expect(closed()).toBe(stuck.length);
  }, 10_000);
  // What was posted to them before is still there, then the close.
  for (const { socket } of stuck) socket.resume();
  for (const { code } of await Promise.all(stuck.map((client) => client.closed))) {
    expect(code).toBe(1000);
  }
  // What is in the queue for them ends by itself.
  await stack.publisher.broadcastAgentStatus('the last', 'online');
  await Promise.all(readers.map((client) => client.received('agent:status', events + 1)));
  await eventually(() => {
    expect(stack.reports('agent:status').at(-1)).toMatchObject({ requeued: 0 });
  }, 60_000);
  expect(closed()).toBe(stuck.length);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 240_000);

test('only events, one client, and it does not read: it is closed', async () => {
  stack = await startFanOutStack();
  const [client] = await stack.openMany(1);
  if (client === undefined) throw new Error('not opened');
  await stack.stall([client]);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await eventually(async () => {
    expect((await stack.records()).size).toBe(0);
  }, 90_000);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 120_000);
