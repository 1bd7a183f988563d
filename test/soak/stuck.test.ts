// Clients that stop reading: they are closed within a minute without dead letters, and other clients get every message.
import { eventually } from '../support/eventually';
import { heard, startFanOutStack, type FanOutStack } from '../support/stack/fan-out-stack';

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

let stack: FanOutStack;
afterEach(() => stack.close());

it('closes clients that do not read, by events or heartbeats, and leaves no records, retries or dead letters', async () => {
  stack = await startFanOutStack({
    settings: { heartbeatSeconds: 5 },
    // A closed client reads again when the test finds that its record is gone, which takes seconds on a busy machine.
    testing: { closeTimeoutSeconds: 120 },
  });
  const clients = await stack.openMany(200);
  const [stuck, readers] = [clients.slice(0, 10), clients.slice(10)];
  await stack.stall(stuck);
  // The gateway waits for the response to its close frame. A closed client must read to get there: earlier messages are
  // still in its socket.
  const watch = { isOver: false };
  const resumeClosed = async () => {
    while (!watch.isOver) {
      const open = new Set((await stack.records()).values());
      for (const { userId, socket } of stuck) if (!open.has(userId)) socket.resume();
      watch.isOver = open.size === readers.length;
      await pause(100);
    }
  };
  const closing = resumeClosed();
  let events = 0;
  try {
    while (!watch.isOver) {
      expect(events).toBeLessThan(60);
      await stack.publisher.broadcastAgentStatus(`agent-${(events += 1)}`, 'online');
      await Promise.all(readers.map((client) => client.received('agent:status', events)));
      await Promise.race([closing, pause(1_000)]);
    }
  } finally {
    watch.isOver = true;
    await closing;
  }
  for (const client of readers) {
    expect([...heard(client).values()]).toEqual(Array.from({ length: events }, () => 1));
  }
  // The last report is logged after the last record is removed.
  const closed = () => stack.reports().reduce((sum, report) => sum + report.closed, 0);
  await eventually(() => {
    expect(closed()).toBe(stuck.length);
  });
  for (const { code } of await Promise.all(stuck.map((client) => client.closed))) {
    expect(code).toBe(1000);
  }
  // The retry jobs for the closed clients end.
  await stack.publisher.broadcastAgentStatus('the last', 'online');
  await Promise.all(readers.map((client) => client.received('agent:status', events + 1)));
  await eventually(() => {
    expect(stack.eventReports().at(-1)).toMatchObject({ requeued: 0 });
  }, 60_000);
  expect(closed()).toBe(stuck.length);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 240_000);

it('closes the only client, which does not read, after one event', async () => {
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
