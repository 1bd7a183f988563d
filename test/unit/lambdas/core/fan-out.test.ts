import { createFanOut } from '../../../../lambdas/core/fan-out';
import { shardOf, shards } from '../../../../lambdas/core/shard';
import {
  FakeClock,
  FakeGateway,
  MemoryConnectionStore,
  RecordingLog,
} from '../../../support/fakes';

const frame = '{"type":"heartbeat","payload":{"timestamp":1}}';

function setUp({ concurrency = 8 } = {}) {
  const clock = new FakeClock();
  const connections = new MemoryConnectionStore();
  const poster = new FakeGateway();
  const log = new RecordingLog();
  const fanOut = createFanOut({ connections, poster, now: clock.now, log, concurrency });
  return { clock, connections, poster, log, fanOut };
}

const manyUsers = Array.from({ length: 200 }, (_, index) => `user-${index % 80}`);

test('posts the frame once to every connection, whatever its shard and page', async () => {
  const { clock, connections, poster, fanOut } = setUp();
  const seeded = connections.seed(clock.now(), manyUsers);
  const report = await fanOut(frame);
  expect(poster.posts.map((post) => post.connectionId).sort()).toEqual(
    seeded.map((one) => one.connectionId).sort(),
  );
  expect(new Set(poster.posts.map((post) => JSON.stringify(post.frame)))).toEqual(new Set([frame]));
  expect(report).toMatchObject({ delivered: 200, gone: 0, failed: 0, expired: 0, unreadShards: 0 });
});

test('never has more posts in flight than allowed, and uses what is allowed', async () => {
  const { clock, connections, poster, fanOut } = setUp({ concurrency: 5 });
  connections.seed(clock.now(), manyUsers);
  await fanOut(frame);
  expect(poster.mostInFlight).toBe(5);
});

test('takes the census of connections and distinct users, by shard', async () => {
  const { clock, connections, fanOut } = setUp();
  connections.seed(clock.now(), manyUsers);
  const { census } = await fanOut(frame);
  expect(census).toHaveLength(shards.length);
  for (const { shard, connections: count, users, takenAt } of census) {
    const inShard = manyUsers.filter((user) => shardOf(user) === shard);
    expect({ count, users }).toEqual({ count: inShard.length, users: new Set(inShard).size });
    expect(takenAt).toBe(clock.now());
  }
});

test('removes a gone connection and leaves it out of the census', async () => {
  const { clock, connections, poster, fanOut } = setUp();
  const [first, second] = connections.seed(clock.now(), ['alice', 'alice']);
  poster.answers.set(first?.connectionId ?? '', 'gone');
  const report = await fanOut(frame);
  expect(report).toMatchObject({ delivered: 1, gone: 1 });
  expect([...connections.records.keys()]).toEqual([second?.connectionId]);
  expect(report.census.reduce((sum, shard) => sum + shard.connections, 0)).toBe(1);
  expect(report.census.reduce((sum, shard) => sum + shard.users, 0)).toBe(1);
});

test('keeps the record of a gone connection that is younger than five seconds', async () => {
  const { clock, connections, poster, fanOut } = setUp();
  const [young] = connections.seed(clock.now(), ['alice'], 4_999);
  poster.answers.set(young?.connectionId ?? '', 'gone');
  await fanOut(frame);
  expect(connections.records.size).toBe(1);
  clock.advance(1);
  await fanOut(frame);
  expect(connections.records.size).toBe(0);
});

test.each(['throttled', 'failed'] as const)(
  'counts %s as failed and keeps the record',
  async (answer) => {
    const { clock, connections, poster, fanOut } = setUp();
    const [one] = connections.seed(clock.now(), ['alice']);
    poster.answers.set(one?.connectionId ?? '', answer);
    const report = await fanOut(frame);
    expect(report).toMatchObject({ delivered: 0, failed: 1, gone: 0 });
    expect(connections.records.size).toBe(1);
    expect(report.census.reduce((sum, shard) => sum + shard.connections, 0)).toBe(1);
  },
);

test('posts nothing to an expired connection, but tells of it', async () => {
  const { clock, connections, poster, fanOut } = setUp();
  const [expired] = connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  const told: unknown[] = [];
  const report = await fanOut(frame, async (connection) => {
    told.push(connection);
    return Promise.resolve();
  });
  expect(poster.posts).toEqual([]);
  expect(told).toEqual([expired]);
  expect(report).toMatchObject({ delivered: 0, expired: 1 });
});

test('a shard that cannot be read costs nobody else the frame, and has no census', async () => {
  const { clock, connections, poster, log, fanOut } = setUp();
  connections.seed(clock.now(), manyUsers);
  const broken = shardOf('user-1');
  connections.unreadable.add(broken);
  const report = await fanOut(frame);
  expect(report.unreadShards).toBe(1);
  expect(report.census.map(({ shard }) => shard)).not.toContain(broken);
  expect(poster.posts.length).toBe(200);
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'shard not read to its end' }),
  );
});

test('does not throw when a gone record cannot be removed', async () => {
  const { clock, connections, poster, log, fanOut } = setUp();
  const [one] = connections.seed(clock.now(), ['alice']);
  poster.answers.set(one?.connectionId ?? '', 'gone');
  connections.remove = () => Promise.reject(new Error('throttled'));
  await expect(fanOut(frame)).resolves.toMatchObject({ gone: 1 });
  expect(log.lines.map((line) => line.level)).toEqual(['warn']);
});
