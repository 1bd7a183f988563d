// A fan-out whose invocation runs out of time or is killed: others continue it, and every connection gets the message.
import { eventually } from '../support/eventually';
import { heard, startFanOutStack, type FanOutStack } from '../support/stack/fan-out-stack';

let stack: FanOutStack;
afterEach(() => stack.close());

/** The posts that may be in flight when a function ends: lambdas/wiring/posting-options.ts. */
const inFlight = 160;

const broadcastFunction = 'mission-control-broadcast';

it('a fan-out that runs out of time puts the rest into the retry queue, and each connection gets the message once', async () => {
  // Half of 16 seconds is for posts, at fifty per second: 400 of 700.
  stack = await startFanOutStack({
    settings: { maxPostsPerSecond: 50 },
    testing: { functionTimeoutSeconds: { [broadcastFunction]: 16 } },
  });
  const clients = await stack.openMany(700);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 90_000)));
  await eventually(() => {
    const reports = stack.eventReports();
    expect(reports.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(700);
    const [first, ...others] = reports;
    if (first === undefined) throw new Error('nothing was reported');
    expect(first).toMatchObject({ service: 'broadcast' });
    expect(first.delivered).toBeGreaterThan(100);
    expect(first.delivered).toBeLessThan(600);
    expect(first.requeued + first.requeuedShards).toBeGreaterThan(0);
    expect(new Set(others.map(({ service }) => service))).toEqual(new Set(['deliver']));
  });
  expect(clients.map((client) => [...heard(client)])).toEqual(clients.map(() => [['agent-1', 1]]));
  expect((await stack.records()).size).toBe(700);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 240_000);

it('a fan-out whose worker is killed is retried by Lambda after a minute, and reaches the remaining connections', async () => {
  stack = await startFanOutStack({ settings: { maxPostsPerSecond: 50 } });
  const clients = await stack.openMany(200);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await eventually(() => {
    expect(clients.filter((client) => heard(client).size > 0).length).toBeGreaterThan(20);
  });
  await stack.functions.get(broadcastFunction)?.terminateWorkers();
  const missed = clients.filter((client) => heard(client).size === 0);
  expect(missed.length).toBeGreaterThan(20);
  await Promise.all(missed.map((client) => client.received('agent:status', 1, 100_000)));
  // The retry posts to all connections: for those that already had the message, it is the second time.
  await eventually(() => {
    expect(stack.eventReports()).toMatchObject([{ delivered: 200, requeued: 0 }]);
  });
  const times = (client: (typeof clients)[number]) => heard(client).get('agent-1');
  const twiceOfMissed = missed.filter((client) => times(client) === 2);
  expect(twiceOfMissed.length).toBeLessThanOrEqual(inFlight);
  const had = clients.filter((client) => !missed.includes(client));
  expect(had.map(times)).toEqual(had.map(() => 2));
  expect(missed.filter((client) => ![1, 2].includes(times(client) ?? 0))).toEqual([]);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 240_000);
