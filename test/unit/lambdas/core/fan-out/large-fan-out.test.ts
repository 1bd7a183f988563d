import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { agentEvent } from '../../../../support/data/events';
import { createFanOutHarness } from '../../../../support/core/fan-out';

const message = [messageOfEvent(agentEvent('a', 'online', 1))];

async function setUp(connections: number) {
  const harness = createFanOutHarness();
  const takenAt = harness.now();
  await harness.connectionCounts.write({ shard: 0, connections, users: 1, takenAt });
  await harness.connectionCounts.write({ shard: 1, connections: 40, users: 1, takenAt });
  return { ...harness, largeFanOut: createLargeFanOut({ ...harness, threshold: 100 }) };
}

it('above the threshold each shard becomes a job', async () => {
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

it('up to the threshold the caller sends', async () => {
  const { largeFanOut, queue } = await setUp(60);
  await expect(largeFanOut(message)).resolves.toBe(false);
  expect(queue.jobs).toEqual([]);
});

it('remembers the census for a while, and then reads it again', async () => {
  const { clock, connectionCounts, largeFanOut } = await setUp(60);
  await largeFanOut(message);
  await connectionCounts.write({ shard: 0, connections: 61, users: 1, takenAt: 1 });
  clock.advance(4_999);
  await expect(largeFanOut(message)).resolves.toBe(false);
  clock.advance(1);
  await expect(largeFanOut(message)).resolves.toBe(true);
});

it('without a census the caller sends', async () => {
  const { connectionCounts, largeFanOut } = await setUp(61);
  connectionCounts.read = () => Promise.reject(new Error('the store is down'));
  await expect(largeFanOut(message)).resolves.toBe(false);
});

it('throws when the queue does not take the jobs: nothing was sent', async () => {
  const { queue, largeFanOut } = await setUp(61);
  queue.send = () => Promise.reject(new Error('the queue is down'));
  await expect(largeFanOut(message)).rejects.toThrow('the queue is down');
});
