// Heartbeats for idle connections only: a connection that has just been sent a message is skipped.
import fc from 'fast-check';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createCloseConnection } from '#core/connections/close-connection';
import { createDeliver } from '#core/broadcasting/deliver';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { createRecentFanOuts, noRecentFanOuts } from '#core/fan-out/recent-fan-outs';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { shardOf } from '#core/shard';
import { MemoryStateStore } from '#test/support/core/fakes';
import { viewOf } from '#test/support/data/views';
import { createFanOutHarness } from '#test/support/core/fan-out';

const interval = 30_000;

function setUp(
  changes: Partial<Pick<ReturnType<typeof createFanOutHarness>, 'recentFanOuts'>> = {},
) {
  const harness = createFanOutHarness(changes);
  const { clock, gateway, queue } = harness;
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...harness, closeConnection, heartbeatSeconds: 30 });
  const largeFanOut = createLargeFanOut({ ...harness, threshold: 100 });
  const keep = () => Promise.reject(new Error('nothing is to be kept here'));
  const broadcast = createBroadcast({
    ...harness,
    ...{ largeFanOut, state: new MemoryStateStore(), deadLetters: { keep } },
    lifetimes: { agentDays: 7, sessionHours: 24 },
  });
  const heartbeat = createHeartbeat({
    ...harness,
    ...{ sendHeartbeat, largeFanOut, queue: { plan: () => Promise.resolve() } },
    heartbeatSeconds: interval / 1000,
  });
  const deliver = createDeliver({
    ...{ ...harness, sendHeartbeat, deadLetters: { keep }, inspector: gateway, closeConnection },
  });
  const deadline = () => clock.now() + 20_000;
  const messagesOf = (type: string) =>
    gateway.posts.filter(({ message }) => (message as { type: string }).type === type);
  return {
    ...harness,
    heartbeats: () => messagesOf('heartbeat').map(({ connectionId }) => connectionId),
    report: () => {
      const payload = { agentId: 'a', status: 'online', timestamp: clock.now() };
      const event = { id: 'event', type: 'agent:status', payload, whole: {} };
      return clock.run(broadcast(event, deadline()));
    },
    beat: () => clock.run(heartbeat.onDue({ dueAt: clock.now() }, deadline())),
    postToAll: async () => {
      for (const job of queue.jobs.splice(0)) await clock.run(deliver(job, deadline()));
    },
  };
}

it('skips only connections that get every event, because others may have been sent nothing', async () => {
  const harness = setUp();
  const { clock, connections } = harness;
  const seeded = connections.seed(clock.now(), ['alice', 'bob', 'carol']);
  const scopes = [['a'], ['team-b/*'], ['*']];
  for (const [index, connection] of seeded.entries()) {
    const view = viewOf({ scope: scopes[index] });
    connections.records.set(connection.connectionId, { ...connection, view });
  }
  await harness.report();
  await harness.beat();
  const [alice, bob] = seeded.map(({ connectionId }) => connectionId);
  expect(harness.heartbeats().toSorted()).toEqual([alice, bob]);
});

it('skips connections that a broadcast has just reached, but counts them', async () => {
  const harness = setUp();
  const { clock, connections, connectionCounts, log } = harness;
  connections.seed(clock.now(), ['alice', 'alice', 'bob']);
  await harness.report();
  clock.advance(interval / 2);
  await harness.beat();
  expect(harness.heartbeats()).toEqual([]);
  const counts = [...connectionCounts.shards.values()];
  expect(counts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(3);
  expect(counts.reduce((sum, shard) => sum + shard.users, 0)).toBe(2);
  expect(log.lines.at(-1)?.fields).toMatchObject({ type: 'heartbeat', delivered: 0, skipped: 3 });
});

it('skips no connection if the last broadcast was more than half an interval ago', async () => {
  const harness = setUp();
  harness.connections.seed(harness.clock.now(), ['alice']);
  await harness.report();
  harness.clock.advance(interval / 2 + 1);
  await harness.beat();
  expect(harness.heartbeats()).toHaveLength(1);
});

it('sends a heartbeat to connections opened after the broadcast, or less than 11 s before it', async () => {
  const harness = setUp();
  const { clock, connections } = harness;
  const [opening] = connections.seed(clock.now(), ['alice'], 10_999);
  connections.seed(clock.now(), ['alice'], 11_000);
  await harness.report();
  const [later] = connections.seed(clock.now() + 1, ['alice'], 0);
  clock.advance(10_000);
  await harness.beat();
  expect(harness.heartbeats().sort()).toEqual([opening?.connectionId, later?.connectionId]);
});

it('closes connections whose token has expired, even if they would be skipped', async () => {
  const harness = setUp();
  const { clock, connections, gateway } = harness;
  connections.seed(clock.now() - 3_600_000 + 5_000, ['alice']);
  await harness.report();
  clock.advance(5_000);
  await harness.beat();
  expect(gateway.closed).toEqual(['connection-1=']);
  expect(connections.records.size).toBe(0);
});

it.each(['retryable', 'rejected'] as const)(
  'skips no connection if the result of one post of the broadcast was %s',
  async (answer) => {
    const harness = setUp();
    const { clock, connections, gateway } = harness;
    connections.seed(clock.now(), ['alice', 'bob']);
    gateway.answers.set('connection-2=', answer);
    await harness.report();
    gateway.answers.clear();
    await harness.beat();
    expect(harness.heartbeats()).toHaveLength(2);
  },
);

it('skips the other connections if one was gone in the broadcast', async () => {
  const harness = setUp();
  const { clock, connections, gateway } = harness;
  connections.seed(clock.now(), ['alice', 'bob']);
  gateway.answers.set('connection-2=', 'gone');
  await harness.report();
  await harness.beat();
  expect(harness.heartbeats()).toEqual([]);
  expect([...connections.records.keys()]).toEqual(['connection-1=']);
});

it('decides for each shard separately after a large broadcast', async () => {
  const harness = setUp();
  const { clock, connections, connectionCounts, gateway, queue } = harness;
  const [alice, bob] = connections.seed(clock.now(), ['alice', 'bob']);
  expect(shardOf('alice')).not.toBe(shardOf('bob'));
  await connectionCounts.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  gateway.answers.set(String(bob?.connectionId), 'retryable');
  await harness.report();
  await harness.postToAll();
  // The retry job of one connection runs later. Its success does not mean that the whole shard was reached.
  gateway.answers.clear();
  expect(queue.jobs).toHaveLength(1);
  await harness.postToAll();
  await harness.beat();
  await harness.postToAll();
  expect(harness.heartbeats()).toEqual([bob?.connectionId]);
  expect(harness.heartbeats()).not.toContain(alice?.connectionId);
});

it('writes once per quarter of an interval while events are frequent', async () => {
  const harness = setUp();
  harness.connections.seed(harness.clock.now(), ['alice']);
  const start = harness.now();
  while (harness.now() < start + 60_000) {
    await harness.report();
    harness.clock.advance(100);
  }
  // One write for each quarter of an interval in a minute.
  expect(harness.recentFanOutStore.writes).toBe(8);
  await harness.beat();
  expect(harness.heartbeats()).toEqual([]);
});

it('skips no connection if the store is down, and still sends events', async () => {
  const harness = setUp();
  const { clock, connections, recentFanOutStore, log } = harness;
  connections.seed(clock.now(), ['alice']);
  await harness.report();
  recentFanOutStore.read = () => Promise.reject(new Error('the store is down'));
  await harness.beat();
  expect(harness.heartbeats()).toHaveLength(1);
  recentFanOutStore.write = () => Promise.reject(new Error('the store is down'));
  clock.advance(interval);
  await harness.report();
  expect(harness.gateway.posts).toHaveLength(3);
  expect(log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'recent fan-outs not read',
    'recent fan-out not noted',
  ]);
});

it('skips no connection and writes nothing with noRecentFanOuts', async () => {
  const harness = setUp({ recentFanOuts: noRecentFanOuts });
  harness.connections.seed(harness.clock.now(), ['alice']);
  await harness.report();
  await harness.beat();
  expect(harness.heartbeats()).toHaveLength(1);
  expect(harness.recentFanOutStore.writes).toBe(0);
});

/** Events and new connections of half an interval. Events with `failing` reach only some of the connections. */
const quarter = fc.record({
  events: fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 4_000 }), failing: fc.boolean() }),
    {
      maxLength: 3,
    },
  ),
  arrivals: fc.integer({ min: 0, max: 2 }),
});

it('sends every connection something at least every 1.5 intervals', () =>
  fc.assert(
    fc.asyncProperty(fc.array(quarter, { minLength: 8, maxLength: 20 }), async (quarters) => {
      const harness = setUp();
      const { clock, connections, gateway } = harness;
      const heardAt = new Map<string, number>();
      const post = gateway.post.bind(gateway);
      gateway.post = async (connectionId, message) => {
        const answer = await post(connectionId, message);
        if (answer === 'delivered') heardAt.set(connectionId, clock.now());
        return answer;
      };
      const seed = (count: number) => {
        const users = Array.from({ length: count }, (_, index) => `user-${index}`);
        for (const { connectionId } of connections.seed(clock.now(), users, 0)) {
          heardAt.set(connectionId, clock.now());
        }
      };
      seed(3);
      for (const [index, { events, arrivals }] of quarters.entries()) {
        const end = clock.now() + interval / 2;
        if (index % 2 === 0) await harness.beat();
        seed(arrivals);
        for (const { afterMs, failing } of events) {
          clock.advance(afterMs);
          gateway.answer = (id) => (failing && id.length % 2 === 0 ? 'rejected' : 'delivered');
          await harness.report();
          gateway.answer = () => 'delivered';
        }
        clock.milliseconds = Math.max(clock.now(), end);
        const quietSince = Math.min(...heardAt.values());
        expect(clock.now() - quietSince).toBeLessThanOrEqual(1.5 * interval);
      }
    }),
    { numRuns: 15 },
  ));

it.each([
  [30, 15_000],
  [360, 180_000],
  [420, 150_000],
  [540, 30_000],
])(
  'with a heartbeat every %i s, skips a connection for at most %i ms after a fan-out',
  async (seconds, valid) => {
    const { clock, connections, recentFanOutStore, now, log } = createFanOutHarness();
    const [alice] = connections.seed(clock.now(), ['alice'], 1_000_000);
    if (alice === undefined) throw new Error('nobody is there');
    const recentFanOuts = createRecentFanOuts({
      store: recentFanOutStore,
      now,
      log,
      heartbeatSeconds: seconds,
    });
    await recentFanOutStore.write({ startedAt: clock.now() });
    clock.advance(valid);
    expect((await recentFanOuts.skipped())(alice)).toBe(true);
    // API Gateway closes a connection after 10 minutes without messages, and the next heartbeat may be late.
    expect(valid + seconds * 1000).toBeLessThanOrEqual(570_000);
    clock.advance(1);
    expect((await recentFanOuts.skipped())(alice)).toBe(false);
  },
);
