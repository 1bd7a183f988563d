import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { agentEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';

const message = [messageOfEvent(agentEvent('a', 'online', 1))];

async function setUp(connections: number) {
  const harness = createFanOutHarness();
  const takenAt = harness.now();
  await harness.connectionCounts.write({ shard: 0, connections, users: 1, takenAt });
  await harness.connectionCounts.write({ shard: 1, connections: 40, users: 1, takenAt });
  return { ...harness, largeFanOut: createLargeFanOut({ ...harness, threshold: 100 }) };
}

it('queues one job per shard above the threshold', async () => {
  const { largeFanOut, queue } = await setUp(61);
  await expect(largeFanOut(message)).resolves.toBe(true);
  expect(queue.jobs).toEqual(
    Array.from({ length: 16 }, (_, shard) => ({
      messages: message,
      round: 0,
      shard,
    })),
  );
});

it('leaves the fan-out to the caller up to the threshold', async () => {
  const { largeFanOut, queue } = await setUp(60);
  await expect(largeFanOut(message)).resolves.toBe(false);
  expect(queue.jobs).toEqual([]);
});

it('caches the connection counts for 5 s', async () => {
  const { clock, connectionCounts, largeFanOut } = await setUp(60);
  await largeFanOut(message);
  await connectionCounts.write({ shard: 0, connections: 61, users: 1, takenAt: 1 });
  clock.advance(4_999);
  await expect(largeFanOut(message)).resolves.toBe(false);
  clock.advance(1);
  await expect(largeFanOut(message)).resolves.toBe(true);
});

it('leaves the fan-out to the caller if the connection counts cannot be read', async () => {
  const { connectionCounts, largeFanOut } = await setUp(61);
  connectionCounts.read = () => Promise.reject(new Error('the store is down'));
  await expect(largeFanOut(message)).resolves.toBe(false);
});

it('throws if the queue does not accept the jobs', async () => {
  const { queue, largeFanOut } = await setUp(61);
  queue.send = () => Promise.reject(new Error('the queue is down'));
  await expect(largeFanOut(message)).rejects.toThrow('the queue is down');
});
