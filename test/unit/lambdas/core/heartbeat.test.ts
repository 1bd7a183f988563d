import fc from 'fast-check';
import { createCloseConnection } from '../../../../lambdas/core/close-connection';
import { createHeartbeat } from '../../../../lambdas/core/heartbeat';
import { createLargeFanOut } from '../../../../lambdas/core/large-fan-out';
import type { PlannedHeartbeat } from '../../../../lambdas/core/ports';
import { createSendHeartbeat } from '../../../../lambdas/core/send-heartbeat';
import { createFanOutWorld } from '../../../support/fan-out';

function setUp(heartbeatSeconds = 30) {
  const world = createFanOutWorld();
  const { clock, gateway, queue: deliveries } = world;
  const planned: PlannedHeartbeat[] = [];
  const queue = {
    isDown: false,
    plan: async (heartbeats: readonly PlannedHeartbeat[]) => {
      if (queue.isDown) throw new Error('the queue is down');
      planned.push(...heartbeats);
      return Promise.resolve();
    },
  };
  const closeConnection = createCloseConnection({ ...world, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...world, closeConnection, heartbeatSeconds });
  const largeFanOut = createLargeFanOut({ ...world, threshold: 100 });
  const { onSchedule, onDue } = createHeartbeat({
    ...world,
    sendHeartbeat,
    largeFanOut,
    queue,
    heartbeatSeconds,
  });
  const deadline = () => clock.now() + 20_000;
  const heartbeat = {
    onSchedule: (scheduledAt: number) => clock.run(onSchedule(scheduledAt, deadline())),
    onDue: (due: PlannedHeartbeat) => clock.run(onDue(due, deadline())),
  };
  return { ...world, deliveries, planned, queue, heartbeat };
}

test('sends the documented frame to everybody and takes the census', async () => {
  const { clock, connections, gateway, census, drawn, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'bob']);
  await heartbeat.onSchedule(clock.now());
  expect(gateway.posts.map(({ frame }) => frame)).toEqual(
    [1, 2, 3].map(() => ({ type: 'heartbeat', payload: { timestamp: clock.now() } })),
  );
  const counts = [...census.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(3);
  expect(counts.reduce((sum, shard) => sum + shard.users, 0)).toBe(2);
  expect(drawn).toEqual([[3, 2]]);
});

test('is sent although the census cannot be drawn', async () => {
  const { clock, connections, gateway, census, drawn, log, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  census.read = () => Promise.reject(new Error('the store is down'));
  await heartbeat.onSchedule(clock.now());
  expect(gateway.posts).toHaveLength(1);
  expect(drawn).toEqual([]);
  expect(log.lines.map(({ message }) => message)).toContain('census not read');
});

test('with the default of 30 s plans one heartbeat half a minute after the schedule', async () => {
  const { clock, planned, heartbeat } = setUp();
  await heartbeat.onSchedule(clock.now());
  expect(planned).toEqual([{ dueAt: clock.now() + 30_000 }]);
});

test('any divisor of 60 gives evenly spaced heartbeats over the minute; a multiple plans none', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 540),
      async (seconds) => {
        const { clock, planned, heartbeat } = setUp(seconds);
        await heartbeat.onSchedule(clock.now());
        const offsets = planned.map(({ dueAt }) => (dueAt - clock.now()) / 1000);
        const expected = Array.from(
          { length: Math.max(0, 60 / seconds - 1) },
          (_, index) => (index + 1) * seconds,
        );
        expect(offsets).toEqual(expected);
      },
    ),
  ));

test('a planned heartbeat plans no other', async () => {
  const { clock, connections, gateway, planned, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onDue({ dueAt: clock.now() });
  expect(gateway.posts).toHaveLength(1);
  expect(planned).toEqual([]);
});

test('drops a heartbeat that comes when the next one is due', async () => {
  const { clock, connections, gateway, log, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onDue({ dueAt: clock.now() - 30_001 });
  await heartbeat.onSchedule(clock.now() - 120_001);
  expect(gateway.posts).toEqual([]);
  expect(log.lines.map((line) => line.message)).toEqual([
    'late heartbeat dropped',
    'late heartbeat dropped',
  ]);
});

test('closes connections whose token has expired, with the reason, and forgets them', async () => {
  const { clock, connections, gateway, census, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  const [bob] = connections.seed(clock.now(), ['bob']);
  await heartbeat.onSchedule(clock.now());
  expect(gateway.closed).toEqual(['connection-1=']);
  expect(gateway.posts).toContainEqual({
    connectionId: 'connection-1=',
    frame: { type: 'connection:closing', payload: { reason: 'token_expired' } },
  });
  expect([...connections.records.values()]).toEqual([bob]);
  const counts = [...census.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(1);
});

test('a shard that cannot be read keeps its last census', async () => {
  const { clock, connections, census, heartbeat } = setUp();
  await census.write({ shard: 3, connections: 7, users: 5, takenAt: 1 });
  connections.unreadable.add(3);
  await heartbeat.onSchedule(clock.now());
  expect(census.shards.get(3)).toEqual({ shard: 3, connections: 7, users: 5, takenAt: 1 });
  expect(census.shards.get(4)?.takenAt).toBe(clock.now());
});

test('what fails is dropped, not queued: the next heartbeat makes up for it', async () => {
  const { clock, connections, gateway, deliveries, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  gateway.answer = () => 'failed';
  await heartbeat.onSchedule(clock.now());
  expect(deliveries.jobs).toEqual([]);
});

test('a large heartbeat becomes one job per shard, and is planned all the same', async () => {
  const { clock, connections, census, gateway, deliveries, planned, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await census.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await heartbeat.onSchedule(clock.now());
  expect(gateway.posts).toEqual([]);
  expect(deliveries.jobs).toHaveLength(16);
  expect(planned).toHaveLength(1);
});

test('goes out although the next ones cannot be planned, and then says so', async () => {
  const { clock, connections, gateway, queue, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  queue.isDown = true;
  await expect(heartbeat.onSchedule(clock.now())).rejects.toThrow('the queue is down');
  expect(gateway.posts).toHaveLength(1);
});
