import { createCloseConnection } from '../../../../lambdas/core/close-connection';
import { createDeliver } from '../../../../lambdas/core/deliver';
import { createSendHeartbeat } from '../../../../lambdas/core/send-heartbeat';
import { shardOf } from '../../../../lambdas/core/shard';
import { createFanOutWorld } from '../../../support/fan-out';

function setUp() {
  const world = createFanOutWorld();
  const kept: { job: unknown; reason: string }[] = [];
  const undeliverable = {
    keep: async (job: unknown, reason: string) => {
      kept.push({ job, reason });
      return Promise.resolve();
    },
  };
  const { gateway } = world;
  const closeConnection = createCloseConnection({ ...world, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...world, closeConnection, heartbeatSeconds: 30 });
  const deliver = createDeliver({ ...world, sendHeartbeat, undeliverable });
  const run = (job: Parameters<typeof deliver>[0]) =>
    world.clock.run(deliver(job, world.now() + 20_000));
  return { ...world, kept, run };
}

const event = { frame: '{"type":"agent:status"}', type: 'agent:status', reportedAt: 1 };

test('sends a frame to a list of connections, and to nobody else', async () => {
  const { clock, connections, gateway, recorded, run } = setUp();
  const [alice, , carol] = connections.seed(clock.now(), ['alice', 'bob', 'carol']);
  if (alice === undefined || carol === undefined) throw new Error('not seeded');
  await run({ ...event, round: 1, connections: [alice, carol] });
  expect(gateway.posts.map((post) => post.connectionId)).toEqual([
    alice.connectionId,
    carol.connectionId,
  ]);
  expect(recorded).toMatchObject([{ type: 'agent:status', numbers: { delivered: 2 } }]);
});

test('sends a frame to one shard, from a connection on', async () => {
  const { clock, connections, gateway, run } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'alice', 'bob']);
  const after = { userId: 'alice', connectionId: 'connection-1=' };
  await run({ ...event, round: 1, shard: shardOf('alice'), after });
  expect(gateway.posts.map((post) => post.connectionId)).toEqual([
    'connection-2=',
    'connection-3=',
  ]);
});

test('a shard of a heartbeat is counted, and its expired connections are closed', async () => {
  const { clock, connections, census, gateway, run } = setUp();
  connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  connections.seed(clock.now(), ['alice', 'alice']);
  const shard = shardOf('alice');
  await run({ frame: '{}', type: 'heartbeat', reportedAt: clock.now(), round: 0, shard });
  expect([...census.shards.values()]).toMatchObject([{ shard, connections: 2, users: 1 }]);
  expect(gateway.closed).toEqual(['connection-1=']);
});

test('what fails again goes back into the queue, one round older', async () => {
  const { clock, connections, gateway, queue, run } = setUp();
  const seeded = connections.seed(clock.now(), ['alice']);
  gateway.answer = () => 'throttled';
  await run({ ...event, round: 3, connections: seeded });
  expect(queue.jobs).toEqual([{ ...event, round: 4, connections: seeded }]);
});

test('a job that has gone round too often is kept for a person', async () => {
  const { clock, connections, gateway, kept, run } = setUp();
  const job = { ...event, round: 13, connections: connections.seed(clock.now(), ['alice']) };
  await run(job);
  expect(gateway.posts).toEqual([]);
  expect(kept).toEqual([{ job, reason: 'not delivered in 12 rounds' }]);
});

describe('a job of a large heartbeat', () => {
  const job = (reportedAt: number) => ({
    ...{ frame: '{}', type: 'heartbeat', reportedAt, round: 0, shard: shardOf('alice') },
  });

  test('is dropped when the next heartbeat is due: it would prove nothing, and the census is left to the next one', async () => {
    const { clock, connections, census, gateway, log, recorded, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    await run(job(clock.now() - 30_000));
    expect(gateway.posts).toEqual([]);
    expect(census.shards.size).toBe(0);
    expect(recorded).toEqual([]);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'late heartbeat dropped', fields: { lateMilliseconds: 30_000 } },
    ]);
    await run(job(clock.now() - 29_999));
    expect(gateway.posts).toHaveLength(1);
  });

  test('posts nothing any more from then on', async () => {
    const { clock, connections, gateway, recorded, run } = setUp();
    connections.seed(
      clock.now(),
      Array.from({ length: 200 }, () => 'alice'),
    );
    const postedAt: number[] = [];
    gateway.post = async () => {
      postedAt.push(clock.now());
      await new Promise<void>((resolve) => clock.after(100, resolve));
      return 'delivered';
    };
    const reportedAt = clock.now() - 29_000;
    await run(job(reportedAt));
    expect(postedAt.length).toBeGreaterThan(40);
    expect(Math.max(...postedAt)).toBeLessThan(reportedAt + 30_000);
    expect(recorded).toMatchObject([{ numbers: { requeued: 0, requeuedShards: 0 } }]);
  });
});
