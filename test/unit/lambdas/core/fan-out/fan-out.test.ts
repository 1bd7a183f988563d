import fc from 'fast-check';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import type { FanOutRequest } from '#core/fan-out/fan-out';
import { InFlightLimit } from '#core/posting/in-flight-limit';
import type { PostResult } from '#core/connections/ports';
import { shardOf, shards } from '#core/shard';
import { createPace } from '#core/posting/pace';
import { agentEvent } from '#test/support/data/events';
import { FakeClock } from '#test/support/core/fakes';
import { createFanOutHarness } from '#test/support/core/fan-out';

const message = messageOfEvent(agentEvent('a', 'online', 1));
const { text } = message;

function setUp(options: Parameters<typeof createFanOutHarness>[0] = {}) {
  const harness = createFanOutHarness(options);
  const order: FanOutRequest = {
    messages: [message],
    deadline: harness.now() + 20_000,
    requeue: true,
  };
  const run = (changes: Partial<FanOutRequest> = {}) =>
    harness.clock.run(harness.fanOut({ ...order, ...changes }));
  return { ...harness, order, run };
}

const manyUsers = Array.from({ length: 200 }, (_, index) => `user-${index % 80}`);

it('posts the message once to every connection, in all shards and pages', async () => {
  const { clock, connections, gateway, run } = setUp();
  const seeded = connections.seed(clock.now(), manyUsers);
  const report = await run();
  expect(gateway.posts.map((post) => post.connectionId).sort()).toEqual(
    seeded.map((one) => one.connectionId).sort(),
  );
  expect(new Set(gateway.posts.map((post) => JSON.stringify(post.message)))).toEqual(
    new Set([text]),
  );
  expect(report).toMatchObject({ delivered: 200, gone: 0, lost: 0, requeued: 0, retried: 0 });
});

it('reaches the maximum number of posts in flight, but does not exceed it', async () => {
  const { clock, connections, gateway, run } = setUp({ concurrency: 5 });
  connections.seed(clock.now(), manyUsers);
  await run();
  expect(gateway.mostInFlight).toBe(5);
});

it('counts connections and distinct users by shard', async () => {
  const { clock, connections, run } = setUp();
  connections.seed(clock.now(), manyUsers);
  const { connectionCounts } = await run({ countConnections: true });
  expect(connectionCounts).toHaveLength(shards.length);
  for (const { shard, connections: count, users, takenAt } of connectionCounts) {
    const inShard = manyUsers.filter((user) => shardOf(user) === shard);
    expect({ count, users }).toEqual({ count: inShard.length, users: new Set(inShard).size });
    expect(takenAt).toBeLessThanOrEqual(clock.now());
  }
});

it('removes the records of gone connections in groups of at most 25, and leaves them out of the connection counts', async () => {
  const { clock, connections, gateway, run } = setUp();
  const seeded = connections.seed(clock.now(), manyUsers);
  const dead = new Set(seeded.slice(0, 60).map((one) => one.connectionId));
  gateway.answer = (id) => (dead.has(id) ? 'gone' : 'delivered');
  const batches: number[] = [];
  const removeAll = connections.removeAll.bind(connections);
  connections.removeAll = async (keys) => {
    batches.push(keys.length);
    await removeAll(keys);
  };
  const report = await run({ countConnections: true });
  expect(report).toMatchObject({ delivered: 140, gone: 60 });
  expect(batches.sort((a, b) => b - a)).toEqual([25, 25, 10]);
  expect([...connections.records.keys()]).toEqual(seeded.slice(60).map((one) => one.connectionId));
  expect(report.connectionCounts.reduce((sum, shard) => sum + shard.connections, 0)).toBe(140);
});

it('keeps the record of a gone connection that was opened less than 11 s ago', async () => {
  const { clock, connections, gateway, run } = setUp();
  connections.seed(clock.now(), ['alice'], 10_999);
  gateway.answer = () => 'gone';
  await run();
  expect(connections.records.size).toBe(1);
  clock.advance(1);
  await run({ deadline: clock.now() + 20_000 });
  expect(connections.records.size).toBe(0);
});

it('returns no connection counts without countConnections', async () => {
  const { clock, connections, run } = setUp();
  connections.seed(clock.now(), manyUsers);
  await expect(run()).resolves.toMatchObject({ delivered: 200, connectionCounts: [] });
});

describe('an expired connection', () => {
  it('is passed to onExpired, and gets no post', async () => {
    const { clock, connections, gateway, run } = setUp();
    const [expired] = connections.seed(clock.now(), ['alice']);
    clock.advance(3_600_000);
    const told: unknown[] = [];
    const report = await run({
      deadline: clock.now() + 20_000,
      onExpired: async (connection) => {
        told.push(connection);
        return Promise.resolve();
      },
    });
    expect(gateway.posts).toEqual([]);
    expect(told).toEqual([expired]);
    expect(report).toMatchObject({ delivered: 0, expired: 1, lost: 0 });
  });

  it('gets no second post if it expires while it waits for a retry', async () => {
    const { clock, connections, gateway, run } = setUp();
    const [alice] = connections.seed(clock.now(), ['alice', 'bob']);
    if (alice === undefined) throw new Error('not seeded');
    await connections.save({ ...alice, expiresAt: clock.now() + 200 });
    const seen = new Set<string>();
    gateway.answer = (id) => (seen.has(id) ? 'delivered' : (seen.add(id), 'retryable'));
    const report = await run();
    expect(gateway.posts.map((post) => post.connectionId).sort()).toEqual([
      'connection-1=',
      'connection-2=',
      'connection-2=',
    ]);
    expect(report).toMatchObject({ delivered: 1, expired: 1, retried: 1, requeued: 0, lost: 0 });
  });

  it('gets no post if it expires after it was read and before it is posted to', async () => {
    const { clock, connections, gateway, run } = setUp({ concurrency: 1 });
    const [alice, second] = connections.seed(clock.now(), ['alice', 'alice']);
    if (alice === undefined || second === undefined) throw new Error('not seeded');
    await connections.save({ ...second, expiresAt: clock.now() + 50 });
    gateway.answer = () => (clock.advance(50), 'delivered');
    await expect(run()).resolves.toMatchObject({ delivered: 1, expired: 1 });
    expect(gateway.posts.map((post) => post.connectionId)).toEqual([alice.connectionId]);
  });

  it('gets the post if its token was refreshed after the connection was read', async () => {
    const { clock, connections, gateway, run } = setUp();
    const [alice] = connections.seed(clock.now(), ['alice']);
    if (alice === undefined) throw new Error('not seeded');
    const asRead = { ...alice, expiresAt: clock.now() - 1 };
    const report = await run({ to: { connections: [asRead] } });
    expect(gateway.posts).toMatchObject([{ connectionId: alice.connectionId }]);
    expect(report).toMatchObject({ delivered: 1, expired: 0 });
  });

  it('counts as expired if its record cannot be read again', async () => {
    const { clock, connections, gateway, log, run } = setUp();
    connections.seed(clock.now() - 3_600_000, ['alice']);
    connections.find = () => Promise.reject(new Error('the store is down'));
    await expect(run()).resolves.toMatchObject({ delivered: 0, expired: 1 });
    expect(gateway.posts).toEqual([]);
    expect(log.lines.map((line) => line.level)).toEqual(['warn']);
  });

  it('is passed to onExpired within the same concurrency limit as posts', async () => {
    const { clock, connections, run } = setUp({ concurrency: 5 });
    connections.seed(clock.now() - 3_600_000, manyUsers);
    let [atOnce, most] = [0, 0];
    const report = await run({
      onExpired: async () => {
        most = Math.max(most, (atOnce += 1));
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
      },
    });
    expect(report).toMatchObject({ expired: 200 });
    expect(most).toBe(5);
  });
});

describe('a failed post', () => {
  it.each(['throttled', 'retryable'] as const)(
    'is retried if its result was %s',
    async (answer) => {
      const { clock, connections, gateway, queue, run } = setUp();
      connections.seed(clock.now(), manyUsers);
      const seen = new Set<string>();
      gateway.answer = (id) => (seen.has(id) ? 'delivered' : (seen.add(id), answer));
      await expect(run()).resolves.toMatchObject({ delivered: 200, retried: 200, requeued: 0 });
      expect(queue.jobs).toEqual([]);
    },
  );

  it('is not retried if its result was rejected, and the record of the connection stays', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'rejected';
    await expect(run()).resolves.toMatchObject({ lost: 1, retried: 0 });
    expect(gateway.posts).toHaveLength(1);
    expect(queue.jobs).toEqual([]);
    expect(connections.records.size).toBe(1);
  });

  it('becomes a retry job after the last attempt, with the message and the list of connections', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const [alice, bob] = connections.seed(clock.now(), ['alice', 'bob']);
    gateway.answer = (id) => (id === bob?.connectionId ? 'retryable' : 'delivered');
    const report = await run({ round: 4 });
    expect(report).toMatchObject({ delivered: 1, lost: 0, requeued: 1, retried: 2 });
    expect(gateway.posts.filter((post) => post.connectionId === alice?.connectionId)).toHaveLength(
      1,
    );
    expect(queue.jobs).toEqual([{ messages: [message], round: 5, connections: [bob] }]);
    expect(connections.records.size).toBe(2);
  });

  it('is counted as lost if requeue is false, as for a heartbeat', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'retryable';
    await expect(run({ requeue: false })).resolves.toMatchObject({ lost: 1, requeued: 0 });
    expect(queue.jobs).toEqual([]);
  });

  it('is counted as lost if the retry queue does not accept the job', async () => {
    const { clock, connections, gateway, queue, log, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'retryable';
    queue.send = () => Promise.reject(new Error('the queue is down'));
    await expect(run()).resolves.toMatchObject({ lost: 1, requeued: 0 });
    expect(log.lines.map((line) => line.message)).toContain('retry jobs not queued');
  });
});

describe('connections whose clients do not read', () => {
  it('are left to the retry queue after a second post, without a longer wait', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const seeded = connections.seed(clock.now(), manyUsers);
    const stuck = seeded.filter((_, index) => index % 20 === 0);
    for (const { connectionId } of stuck) gateway.answers.set(connectionId, 'throttled');
    const startedAt = clock.now();
    const report = await run();
    expect(report).toMatchObject({ delivered: 190, requeued: 10, lost: 0, retried: 10 });
    // The pause before the second post, with a random factor of 0.5.
    expect(clock.now() - startedAt).toBeLessThanOrEqual(200);
    expect(queue.jobs).toMatchObject([{ messages: [message], round: 1, stuckRounds: 1 }]);
    const [job] = queue.jobs;
    expect(job && 'connections' in job ? job.connections : []).toHaveLength(10);
    expect(connections.records.size).toBe(200);
  });

  it('do not reduce the pace', async () => {
    const clock = new FakeClock();
    const pace = createPace({ now: clock.now, ceiling: 1_000 });
    const { connections, gateway, run } = setUp({ pace });
    const seeded = connections.seed(clock.now(), manyUsers);
    for (const { connectionId } of seeded.slice(0, 19)) {
      gateway.answers.set(connectionId, 'throttled');
    }
    await run();
    expect(pace.rate()).toBe(1_000);
  });

  it('are queued in a heartbeat, too, because the retry job closes them', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const [alice] = connections.seed(clock.now(), ['alice', 'bob']);
    gateway.answers.set(alice?.connectionId ?? '', 'throttled');
    await expect(run({ requeue: false })).resolves.toMatchObject({ delivered: 1, requeued: 1 });
    expect(queue.jobs).toMatchObject([{ stuckRounds: 1, connections: [alice] }]);
  });

  it('are distinguished from connections that get a 429 because the account is throttled', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    connections.seed(
      clock.now(),
      manyUsers.map((_, index) => `user-${index}`),
    );
    gateway.isThrottling = () => true;
    await expect(run()).resolves.toMatchObject({ delivered: 0, requeued: 200 });
    const stuck = queue.jobs
      .filter(({ stuckRounds = 0 }) => stuckRounds > 0)
      .flatMap((job) => ('connections' in job ? job.connections : []));
    // Connections that got their second result before the throttling was detected.
    expect(stuck.length).toBeLessThan(20);
  });
});

it('posts to all connections that were read if the end of a shard cannot be read, and queues a job for the shard', async () => {
  const { clock, connections, gateway, queue, log, run } = setUp();
  connections.seed(clock.now(), manyUsers);
  const broken = shardOf('user-1');
  connections.unreadable.add(broken);
  const report = await run();
  expect(report).toMatchObject({ requeuedShards: 1, lostShards: 0 });
  expect(report.connectionCounts.map(({ shard }) => shard)).not.toContain(broken);
  expect(gateway.posts.length).toBe(200);
  expect(queue.jobs).toMatchObject([{ shard: broken, round: 1 }]);
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'shard not read to its end' }),
  );
});

it('ends at the deadline if a page does not arrive, and queues a job for its shard', async () => {
  const { clock, connections, gateway, queue, run } = setUp();
  connections.seed(clock.now(), manyUsers);
  const slow = shardOf('user-1');
  const pages = connections.pages.bind(connections);
  const late: (() => void)[] = [];
  connections.pages = async function* (shard, options) {
    if (shard === slow) await new Promise<void>((resolve) => late.push(resolve));
    yield* pages(shard, options);
  };
  const startedAt = clock.now();
  const report = await run();
  expect(clock.now() - startedAt).toBe(20_000);
  const inTime = manyUsers.filter((user) => shardOf(user) !== slow).length;
  expect(report).toMatchObject({ delivered: inTime, requeuedShards: 1, lostShards: 0 });
  expect(queue.jobs).toMatchObject([{ shard: slow }]);
  expect(queue.jobs[0]).not.toHaveProperty('after');
  // The page arrives late. The retry job of the shard posts to its connections.
  for (const resolve of late) resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(gateway.posts).toHaveLength(inTime);
});

it('reports an unreadable shard as lost if no job is queued for it', async () => {
  const { clock, connections, queue, run } = setUp();
  connections.seed(clock.now(), manyUsers);
  connections.unreadable.add(3);
  await expect(run({ requeue: false })).resolves.toMatchObject({
    requeuedShards: 0,
    lostShards: 1,
  });
  queue.send = () => Promise.reject(new Error('the queue is down'));
  await expect(run()).resolves.toMatchObject({ requeuedShards: 0, lostShards: 1 });
});

it('logs a warning and does not throw if the records of gone connections cannot be removed', async () => {
  const { clock, connections, gateway, log, run } = setUp();
  connections.seed(clock.now(), ['alice']);
  gateway.answer = () => 'gone';
  connections.removeAll = () => Promise.reject(new Error('throttled'));
  await expect(run()).resolves.toMatchObject({ gone: 1 });
  expect(log.lines.map((line) => line.level)).toEqual(['warn']);
});

it('queues the remaining connections at the deadline, so that each gets the message exactly once', async () => {
  const { clock, connections, gateway, queue, fanOut, order } = setUp({ concurrency: 4 });
  const seeded = connections.seed(clock.now(), manyUsers);
  // Each of four concurrent posts takes 100 ms, and the deadline is in 2 s: about 80 posts are made.
  gateway.post = async (connectionId) => {
    await new Promise<void>((resolve) => clock.after(100, resolve));
    gateway.posts.push({ connectionId, message });
    return 'delivered';
  };
  const first = await clock.run(fanOut({ ...order, deadline: clock.now() + 2_000 }));
  expect(first.delivered).toBeGreaterThan(40);
  expect(first.delivered).toBeLessThan(120);
  // Further fan-outs process the retry jobs until the queue is empty.
  for (let jobs = queue.jobs; jobs.length > 0; jobs = queue.jobs) {
    queue.jobs = [];
    for (const job of jobs) {
      const to = 'connections' in job ? { connections: job.connections } : { shards: [job] };
      await clock.run(fanOut({ ...order, round: job.round, to, deadline: clock.now() + 2_000 }));
    }
  }
  expect(gateway.posts.map((post) => post.connectionId).sort()).toEqual(
    seeded.map((one) => one.connectionId).sort(),
  );
});

it('gives each connection exactly one outcome for any results, and removes only the records of gone connections', () => {
  const answers = fc.array(
    fc.constantFrom<PostResult>('delivered', 'gone', 'throttled', 'retryable', 'rejected'),
    { minLength: 1, maxLength: 4 },
  );
  return fc.assert(
    fc.asyncProperty(fc.array(answers, { maxLength: 60 }), async (scripts) => {
      const { clock, connections, gateway, queue, run } = setUp();
      const users = scripts.map((_, index) => `user-${index % 7}`);
      const seeded = connections.seed(clock.now(), users);
      const left = new Map(
        seeded.map((one, index) => [one.connectionId, [...(scripts[index] ?? [])]]),
      );
      gateway.answer = (id) => left.get(id)?.shift() ?? 'delivered';
      const { delivered, gone, lost, requeued } = await run();
      expect(delivered + gone + lost + requeued).toBe(scripts.length);
      expect(
        queue.jobs.flatMap((job) => ('connections' in job ? job.connections : [])),
      ).toHaveLength(requeued);
      expect(connections.records.size).toBe(scripts.length - gone);
    }),
    { numRuns: 60 },
  );
});

describe('several messages', () => {
  const several = ['online', 'offline', 'error'] as const;
  const list = several.map((status, index) => messageOfEvent(agentEvent('a', status, index)));
  const texts = list.map(({ text }) => text);
  const postsOf = (
    posts: readonly { readonly connectionId: string; readonly message: unknown }[],
    id: string | undefined,
  ) =>
    posts.filter((one) => one.connectionId === id).map(({ message: sent }) => JSON.stringify(sent));

  it('continue with the one that failed, in order, and are each delivered once', async () => {
    const { clock, connections, gateway, run } = setUp();
    const [alice] = connections.seed(clock.now(), ['alice', 'bob']);
    const answers: PostResult[] = ['delivered', 'retryable', 'retryable', 'delivered', 'retryable'];
    gateway.answer = (id) =>
      (id === alice?.connectionId ? answers.shift() : undefined) ?? 'delivered';
    const report = await run({ messages: list });
    expect(report).toMatchObject({ delivered: 2, posts: 9, retried: 3, requeued: 0 });
    const [one, two, three] = texts;
    expect(postsOf(gateway.posts, alice?.connectionId)).toEqual([one, two, two, two, three, three]);
  });

  it('are queued without the delivered ones, in one job for all connections that miss the same', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const users = Array.from({ length: 9 }, (_, index) => `user-${index}`);
    const seeded = connections.seed(clock.now(), users);
    const delivered = new Map(seeded.map(({ connectionId }, index) => [connectionId, index % 3]));
    gateway.answer = (id) => {
      const left = delivered.get(id) ?? 0;
      delivered.set(id, left - 1);
      return left > 0 ? 'delivered' : 'retryable';
    };
    await expect(run({ messages: list })).resolves.toMatchObject({ delivered: 0, requeued: 9 });
    const jobs = new Map(queue.jobs.map((job) => [job.messages.length, job]));
    for (const missing of [1, 2, 3]) {
      expect(jobs.get(missing)).toMatchObject({ messages: list.slice(3 - missing), round: 1 });
      const job = jobs.get(missing);
      const ids = job && 'connections' in job ? job.connections.map((one) => one.connectionId) : [];
      expect(ids.sort()).toEqual(
        seeded.filter((_, index) => index % 3 === 3 - missing).map((one) => one.connectionId),
      );
    }
  });

  it('are all skipped for a connection that isSkipped selects', async () => {
    const { clock, connections, gateway, run } = setUp();
    connections.seed(clock.now(), ['alice', 'bob']);
    const report = await run({ messages: list, isSkipped: ({ userId }) => userId === 'alice' });
    expect(report).toMatchObject({ delivered: 1, skipped: 1, posts: 3 });
    expect(gateway.posts).toHaveLength(3);
  });

  it('are posted to a connection one at a time', async () => {
    const { clock, connections, gateway, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    await run({ messages: list });
    expect(gateway.mostInFlight).toBe(1);
  });

  it('do not exceed the limit of posts in flight to connections without batches', async () => {
    const singleInFlight = new InFlightLimit(2);
    const { clock, connections, gateway, run } = setUp({ singleInFlight });
    connections.seed(clock.now(), manyUsers.slice(0, 60));
    await expect(run({ messages: list })).resolves.toMatchObject({ delivered: 60, posts: 180 });
    expect(gateway.mostInFlight).toBe(2);
  });

  it('use a higher limit of posts in flight as soon as it grows', async () => {
    let notes = 0;
    const singleInFlight = Object.assign(new InFlightLimit(8), {
      limit: () => (notes < 10 ? 2 : 6),
      note: () => void (notes += 1),
    });
    const { clock, connections, gateway, run } = setUp({ singleInFlight });
    connections.seed(clock.now(), manyUsers.slice(0, 60));
    await run({ messages: list });
    expect(gateway.mostInFlight).toBe(6);
  });

  it('are all delivered within 5 s if the limit shrinks while one connection waits for a retry', async () => {
    let tries = 0;
    const singleInFlight = Object.assign(new InFlightLimit(8), {
      limit: () => (tries < 2 ? 8 : 2),
    });
    const { clock, connections, gateway, run } = setUp({ singleInFlight });
    const [first] = connections.seed(clock.now(), manyUsers.slice(0, 20));
    gateway.answer = (connectionId) => {
      if (connectionId !== first?.connectionId) return 'delivered';
      tries += 1;
      return tries === 1 ? 'throttled' : 'delivered';
    };
    const startedAt = clock.now();
    await expect(run({ messages: list })).resolves.toMatchObject({ delivered: 20, retried: 1 });
    expect(clock.now() - startedAt).toBeLessThan(5_000);
  });
});

it('queues each of thousands of undelivered connections once, with at most 1,000 in a job', async () => {
  const { clock, connections, gateway, queue, run } = setUp({ maxAttempts: 1, concurrency: 500 });
  const users = Array.from({ length: 2_500 }, (_, index) => `user-${index}`);
  const seeded = connections.seed(clock.now(), users);
  gateway.answer = () => 'retryable';
  await expect(run()).resolves.toMatchObject({ delivered: 0, lost: 0, requeued: 2_500 });
  const lists = queue.jobs.map((job) => ('connections' in job ? job.connections : []));
  expect(lists.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect(new Set(lists.flat().map((one) => one.connectionId)).size).toBe(seeded.length);
});
