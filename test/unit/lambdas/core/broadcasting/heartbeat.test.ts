import fc from 'fast-check';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { createCloseConnection } from '#core/connections/close-connection';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { horizon } from '#core/broadcasting/heartbeat-plan';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { agentEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';

function setUp(heartbeatSeconds = 30, isSentWithFlush = true) {
  const harness = createFanOutHarness();
  const { clock, gateway, queue: deliveries } = harness;
  const planned: PlannedHeartbeat[] = [];
  const queue = {
    isDown: false,
    plan: async (heartbeats: readonly PlannedHeartbeat[]) => {
      if (queue.isDown) throw new Error('the queue is down');
      planned.push(...heartbeats);
      return Promise.resolve();
    },
  };
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...harness, closeConnection, heartbeatSeconds });
  const largeFanOut = createLargeFanOut({ ...harness, threshold: 100 });
  const { onSchedule, onDue } = createHeartbeat({
    ...harness,
    sendHeartbeat,
    largeFanOut,
    queue,
    heartbeatSeconds,
    isSentWithFlush,
  });
  const deadline = () => clock.now() + 20_000;
  const heartbeat = {
    onSchedule: () => clock.run(onSchedule(deadline())),
    onDue: (due: PlannedHeartbeat) => clock.run(onDue(due, deadline())),
  };
  return { ...harness, deliveries, planned, queue, heartbeat };
}

it('sends the documented message to all connections, and counts them', async () => {
  const { clock, connections, gateway, connectionCounts, drawn, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'bob']);
  await heartbeat.onSchedule();
  expect(gateway.posts.map(({ message }) => message)).toEqual(
    [1, 2, 3].map(() => ({ type: 'heartbeat', payload: { timestamp: clock.now() } })),
  );
  const counts = [...connectionCounts.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(3);
  expect(counts.reduce((sum, shard) => sum + shard.users, 0)).toBe(2);
  expect(drawn).toEqual([[3, 2]]);
});

it('sends the heartbeat if the connection counts cannot be read', async () => {
  const { clock, connections, gateway, connectionCounts, drawn, log, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  connectionCounts.read = () => Promise.reject(new Error('the store is down'));
  await heartbeat.onSchedule();
  expect(gateway.posts).toHaveLength(1);
  expect(drawn).toEqual([]);
  expect(log.lines.map(({ message }) => message)).toContain('connection counts not read');
});

it('if heartbeats are never sent with a flush, does not join a running flush, and posts nothing after a recent fan-out', async () => {
  const { clock, connections, gateway, lease, pending, recentFanOuts, heartbeat } = setUp(
    30,
    false,
  );
  connections.seed(clock.now(), ['alice', 'bob']);
  await lease.acquire('somebody', clock.now(), clock.now() + 5_000);
  await heartbeat.onSchedule();
  expect([gateway.posts.length, pending.items]).toEqual([2, []]);
  const nobodyMissed = { lost: 0, requeued: 0, requeuedShards: 0, lostShards: 0 };
  await recentFanOuts.note(clock.now(), nobodyMissed as never);
  await heartbeat.onDue({ dueAt: clock.now() });
  expect([gateway.posts.length, pending.items]).toEqual([2, []]);
});

it('joins the flush of another holder, and counts the connections', async () => {
  const { clock, connections, gateway, connectionCounts, lease, pending, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice', 'bob']);
  await lease.acquire('somebody', clock.now(), clock.now() + 5_000);
  await heartbeat.onSchedule();
  expect(gateway.posts).toEqual([]);
  const text = JSON.stringify({ type: 'heartbeat', payload: { timestamp: clock.now() } });
  expect(pending.items).toMatchObject([{ recordedAt: clock.now(), messages: [{ text }] }]);
  const counts = [...connectionCounts.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(2);
});

it('posts the heartbeat itself if the fan-out lease cannot be read', async () => {
  const { clock, connections, gateway, lease, log, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  lease.look = () => Promise.reject(new Error('the table is down'));
  await heartbeat.onSchedule();
  expect(gateway.posts).toHaveLength(1);
  expect(log.lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['heartbeat not coalesced', 'pending events not drained']),
  );
});

it('flushes the pending events of a holder that crashed', async () => {
  const { clock, connections, gateway, lease, pending, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  const message = messageOfEvent(agentEvent('a', 'error', clock.now()));
  await lease.acquire('dead', clock.now() - 6_000, clock.now() - 1_000);
  await pending.record({ id: 'left', recordedAt: clock.now() - 3_000, messages: [message] });
  await heartbeat.onSchedule();
  const types = gateway.posts.map(({ message }) => (message as { type: string }).type);
  expect(types.sort()).toEqual(['agent:status', 'heartbeat']);
});

const secondsFrom = (start: number, planned: readonly PlannedHeartbeat[]) =>
  planned.map(({ dueAt }) => (dueAt - start) / 1000);

it('plans the heartbeats of the next five minutes in each call, every 30 s by default', async () => {
  const { clock, connections, gateway, planned, heartbeat } = setUp();
  const start = clock.now();
  connections.seed(start, ['alice']);
  await heartbeat.onSchedule();
  expect(secondsFrom(start, planned.splice(0))).toEqual([
    30, 60, 90, 120, 150, 180, 210, 240, 270, 300,
  ]);
  clock.advance(60_000);
  await heartbeat.onSchedule();
  expect(secondsFrom(start, planned.splice(0))).toEqual([330, 360]);
  clock.advance(180_000);
  await heartbeat.onSchedule();
  expect(secondsFrom(start, planned)).toEqual([390, 420, 450, 480, 510, 540]);
  // Only the first call sends a heartbeat itself: there was no plan before it.
  expect(gateway.posts).toHaveLength(1);
});

it('plans heartbeats at the multiples of the interval since the epoch, for any times of the calls', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 540 }),
      fc.array(fc.integer({ min: 0, max: 299_999 }), { minLength: 1, maxLength: 10 }),
      async (seconds, pauses) => {
        const { clock, planned, heartbeat } = setUp(seconds);
        const start = clock.now();
        for (const pause of pauses) {
          clock.advance(pause);
          await heartbeat.onSchedule();
        }
        const first = Math.floor((start + (pauses[0] ?? 0)) / (seconds * 1000)) + 1;
        const last = Math.floor((clock.now() + horizon) / (seconds * 1000));
        expect(planned.map(({ dueAt }) => dueAt / (seconds * 1000))).toEqual(
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
      },
    ),
    { numRuns: 30 },
  ));

it('sends a heartbeat itself if the plan has ended', async () => {
  const { clock, connections, gateway, planned, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onSchedule();
  clock.advance(horizon);
  await heartbeat.onSchedule();
  expect(gateway.posts).toHaveLength(1);
  clock.advance(horizon + 1);
  planned.splice(0);
  await heartbeat.onSchedule();
  expect(gateway.posts).toHaveLength(2);
  expect(planned[0]).toEqual({ dueAt: clock.now() + 29_999 });
});

it('sends each heartbeat once if two simultaneous calls plan it twice', async () => {
  const { clock, connections, gateway, planned, heartbeat, log } = setUp();
  connections.seed(clock.now(), ['alice']);
  await Promise.all([heartbeat.onSchedule(), heartbeat.onSchedule()]);
  expect(planned).toHaveLength(20);
  gateway.posts.splice(0);
  clock.advance(30_000);
  for (const due of planned.filter(({ dueAt }) => dueAt === clock.now())) {
    await heartbeat.onDue(due);
  }
  expect(gateway.posts).toHaveLength(1);
  expect(log.lines.at(-1)).toMatchObject({ message: 'needless heartbeat dropped' });
});

it('drops a heartbeat if a later one has been sent', async () => {
  const { clock, connections, gateway, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onDue({ dueAt: clock.now() });
  await heartbeat.onDue({ dueAt: clock.now() - 1_000 });
  expect(gateway.posts).toHaveLength(1);
});

it('sends a heartbeat if the store cannot tell whether it is needed', async () => {
  const { clock, connections, gateway, heartbeats, heartbeat, log } = setUp();
  connections.seed(clock.now(), ['alice']);
  heartbeats.take = () => Promise.reject(new Error('the store is down'));
  await heartbeat.onDue({ dueAt: clock.now() });
  expect(gateway.posts).toHaveLength(1);
  expect(log.lines[0]).toMatchObject({ level: 'warn', message: 'heartbeat not noted' });
});

it.each([
  ['another interval', { heartbeatSeconds: 60 }],
  ['a clock that was an hour ahead', { aheadMilliseconds: 3_600_000 }],
])('replaces a plan of %s, and sends no additional heartbeat', async (_of, other) => {
  const { heartbeatSeconds = 30, aheadMilliseconds = 0 } = other as Record<string, number>;
  const { clock, connections, gateway, planned, heartbeats, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  const until = clock.now() + horizon + aheadMilliseconds;
  await heartbeats.notePlan({ until, heartbeatSeconds });
  await heartbeat.onSchedule();
  expect(planned).toHaveLength(10);
  expect(gateway.posts).toEqual([]);
  await expect(heartbeats.plan()).resolves.toEqual({
    until: clock.now() + horizon,
    heartbeatSeconds: 30,
  });
});

it('plans heartbeats in the next call if the queue did not accept them', async () => {
  const { clock, planned, queue, heartbeats, heartbeat } = setUp();
  await heartbeats.notePlan({ until: clock.now() + 240_000, heartbeatSeconds: 30 });
  queue.isDown = true;
  await expect(heartbeat.onSchedule()).rejects.toThrow('the queue is down');
  queue.isDown = false;
  clock.advance(60_000);
  await heartbeat.onSchedule();
  expect(secondsFrom(clock.now(), planned)).toEqual([210, 240, 270, 300]);
});

it('plans heartbeats again if their plan could not be stored', async () => {
  const { planned, heartbeats, heartbeat } = setUp();
  const note = heartbeats.notePlan.bind(heartbeats);
  heartbeats.notePlan = () => Promise.reject(new Error('the store is down'));
  await expect(heartbeat.onSchedule()).rejects.toThrow('the store is down');
  heartbeats.notePlan = note;
  await heartbeat.onSchedule();
  expect(planned).toHaveLength(20);
});

it('plans no heartbeat when a planned one is due', async () => {
  const { clock, connections, gateway, planned, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onDue({ dueAt: clock.now() });
  expect(gateway.posts).toHaveLength(1);
  expect(planned).toEqual([]);
});

it('drops a heartbeat that arrives when the next one is due', async () => {
  const { clock, connections, gateway, log, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await heartbeat.onDue({ dueAt: clock.now() - 30_001 });
  expect(gateway.posts).toEqual([]);
  expect(log.lines.map((line) => line.message)).toEqual(['late heartbeat dropped']);
});

it('closes connections whose token has expired, with the reason, and removes their records', async () => {
  const { clock, connections, gateway, connectionCounts, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  const [bob] = connections.seed(clock.now(), ['bob']);
  await heartbeat.onSchedule();
  expect(gateway.closed).toEqual(['connection-1=']);
  expect(gateway.posts).toContainEqual({
    connectionId: 'connection-1=',
    message: { type: 'connection:closing', payload: { reason: 'token_expired' } },
  });
  expect([...connections.records.values()]).toEqual([bob]);
  const counts = [...connectionCounts.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(1);
});

it('keeps the last connection count of a shard that cannot be read', async () => {
  const { clock, connections, connectionCounts, heartbeat } = setUp();
  await connectionCounts.write({ shard: 3, connections: 7, users: 5, takenAt: 1 });
  connections.unreadable.add(3);
  await heartbeat.onSchedule();
  expect(connectionCounts.shards.get(3)).toEqual({
    shard: 3,
    connections: 7,
    users: 5,
    takenAt: 1,
  });
  expect(connectionCounts.shards.get(4)?.takenAt).toBe(clock.now());
});

it('does not queue failed posts, because the next heartbeat replaces them', async () => {
  const { clock, connections, gateway, deliveries, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  gateway.answer = () => 'retryable';
  await heartbeat.onSchedule();
  expect(deliveries.jobs).toEqual([]);
});

it('queues one job per shard for a large heartbeat, and plans the next heartbeats', async () => {
  const { clock, connections, connectionCounts, gateway, deliveries, planned, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  await connectionCounts.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await heartbeat.onSchedule();
  expect(gateway.posts).toEqual([]);
  expect(deliveries.jobs).toHaveLength(16);
  expect(planned).toHaveLength(10);
});

it('sends the first heartbeat if the next ones cannot be planned, and then throws', async () => {
  const { clock, connections, gateway, queue, heartbeat } = setUp();
  connections.seed(clock.now(), ['alice']);
  queue.isDown = true;
  await expect(heartbeat.onSchedule()).rejects.toThrow('the queue is down');
  expect(gateway.posts).toHaveLength(1);
});
