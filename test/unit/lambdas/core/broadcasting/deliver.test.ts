import type { RetryJob } from '#core/fan-out/ports';
import { heartbeatMessage, messageOfEvent, readOutgoing } from '#core/fan-out/outgoing-message';
import { createCloseConnection } from '#core/connections/close-connection';
import { createDeliver } from '#core/broadcasting/deliver';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { shardOf } from '#core/shard';
import { agentEvent } from '#test/support/data/events';
import { viewOf } from '#test/support/data/views';
import { createFanOutHarness } from '#test/support/core/fan-out';

function setUp() {
  const harness = createFanOutHarness();
  const kept: { job: unknown; reason: string }[] = [];
  const deadLetters = {
    keep: async (job: unknown, reason: string) => {
      kept.push({ job, reason });
      return Promise.resolve();
    },
  };
  const { gateway } = harness;
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...harness, closeConnection, heartbeatSeconds: 30 });
  const inspector = gateway;
  const deliver = createDeliver({
    ...{ ...harness, sendHeartbeat, deadLetters, inspector, closeConnection },
  });
  const run = (job: Parameters<typeof deliver>[0]) =>
    harness.clock.run(deliver(job, harness.now() + 20_000));
  return { ...harness, kept, run };
}

const event = { messages: [messageOfEvent(agentEvent('a', 'online', 1))] };
const heartbeatAt = (timestamp: number) => ({ messages: [heartbeatMessage(timestamp)] });

it('sends a message to the listed connections, and to no others', async () => {
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

describe('a list of connections in the queue', () => {
  it('gets messages by the views that its records have now, not by those of the time when it was queued', async () => {
    const { clock, connections, gateway, recorded, run } = setUp();
    const listed = connections.seed(clock.now(), ['alice', 'bob', 'carol']);
    const [narrowed, other, widened] = listed;
    if (!narrowed || !other || !widened) throw new Error('not seeded');
    connections.records.set(narrowed.connectionId, {
      ...narrowed,
      view: viewOf({ scope: ['b*'] }),
    });
    const scope = ['a', 'b*'];
    connections.records.set(widened.connectionId, { ...widened, view: viewOf({ scope }) });
    await run({
      ...event,
      round: 1,
      connections: [narrowed, other, { ...widened, view: viewOf({ scope: [] }) }],
    });
    expect(gateway.posts.map((post) => post.connectionId).toSorted()).toEqual([
      other.connectionId,
      widened.connectionId,
    ]);
    expect(recorded).toMatchObject([{ numbers: { delivered: 2, filtered: 1 } }]);
  });

  it('does not get a message that a stuck connection may no longer see', async () => {
    const { clock, connections, gateway, run } = setUp();
    const [stuck] = connections.seed(clock.now(), ['alice']);
    if (!stuck) throw new Error('not seeded');
    connections.records.set(stuck.connectionId, { ...stuck, view: viewOf({ scope: ['b*'] }) });
    await run({ ...event, round: 2, stuckRounds: 1, connections: [stuck] });
    expect(gateway.posts).toEqual([]);
  });

  it('counts connections without a record as gone, and posts nothing to them', async () => {
    const { clock, connections, gateway, recorded, run } = setUp();
    const [ended, open] = connections.seed(clock.now(), ['alice', 'bob']);
    if (!ended || !open) throw new Error('not seeded');
    await connections.remove(ended);
    await run({ ...event, round: 1, connections: [ended, open] });
    expect(gateway.posts.map((post) => post.connectionId)).toEqual([open.connectionId]);
    expect(recorded).toMatchObject([{ numbers: { delivered: 1, gone: 1 } }]);
  });

  it('stays in the queue if its records cannot be read', async () => {
    const { clock, connections, gateway, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    connections.findAll = () => Promise.reject(new Error('the table is down'));
    await expect(run({ ...event, round: 1, connections: seeded })).rejects.toThrow(
      'the table is down',
    );
    expect(gateway.posts).toEqual([]);
  });
});

it('sends a message to the connections of a shard that follow a given one', async () => {
  const { clock, connections, gateway, run } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'alice', 'bob']);
  const after = { userId: 'alice', connectionId: 'connection-1=' };
  await run({ ...event, round: 1, shard: shardOf('alice'), after });
  expect(gateway.posts.map((post) => post.connectionId)).toEqual([
    'connection-2=',
    'connection-3=',
  ]);
});

it('counts the connections of a shard in a heartbeat, and closes the expired ones', async () => {
  const { clock, connections, connectionCounts, gateway, run } = setUp();
  connections.seed(clock.now(), ['alice']);
  clock.advance(3_600_000);
  const [one] = connections.seed(clock.now(), ['alice', 'alice']);
  if (one !== undefined) connections.records.set(one.connectionId, { ...one, batches: true });
  const shard = shardOf('alice');
  await run({ ...heartbeatAt(clock.now()), round: 0, shard });
  expect([...connectionCounts.shards.values()]).toMatchObject([
    { shard, connections: 2, batched: 1, users: 1 },
  ]);
  expect(gateway.closed).toEqual(['connection-1=']);
});

it('queues connections again if their posts fail, in the next round', async () => {
  const { clock, connections, gateway, queue, run } = setUp();
  const seeded = connections.seed(clock.now(), ['alice']);
  gateway.answer = () => 'retryable';
  await run({ ...event, round: 3, connections: seeded });
  expect(queue.jobs).toEqual([{ ...event, round: 4, connections: seeded }]);
});

it('moves a job to the dead-letter queue after 12 rounds, without a post', async () => {
  const { clock, connections, gateway, kept, run } = setUp();
  const job = { ...event, round: 13, connections: connections.seed(clock.now(), ['alice']) };
  await run(job);
  expect(gateway.posts).toEqual([]);
  expect(kept).toEqual([{ job, reason: 'not delivered in 12 rounds' }]);
});

describe('a retry job', () => {
  const older = agentEvent('a', 'online', 1);
  const other = agentEvent('b', 'error', 1);
  const messages = [older, other].map(messageOfEvent);
  const newer = agentEvent('a', 'offline', 2);
  const times = { updatedAt: 1, expiresAt: 2 };

  it('omits messages that a newer event has superseded', async () => {
    const { clock, connections, gateway, queue, state, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    await state.put(newer, times);
    gateway.answer = () => 'retryable';
    await run({ messages, round: 1, connections: seeded });
    expect(gateway.posts.map(({ message }) => message)).toEqual(
      Array.from({ length: 3 }, () => other),
    );
    expect(queue.jobs).toMatchObject([{ messages: [messageOfEvent(other)], round: 2 }]);
  });

  it('sends a message of a type that only another version knows', async () => {
    const { clock, connections, gateway, state, log, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    await state.put(newer, times);
    const foreign = '{"type":"agent:mood","payload":{"agentId":"a","timestamp":1}}';
    await run({
      messages: [readOutgoing(foreign), ...messages],
      round: 1,
      connections: seeded,
    });
    expect(gateway.posts.map(({ message }) => JSON.stringify(message))).toEqual([
      foreign,
      JSON.stringify(other),
    ]);
    expect(log.lines).not.toContainEqual(
      expect.objectContaining({ message: 'superseded messages not known' }),
    );
  });

  it('omits heartbeats, because the next one replaces them', async () => {
    const { clock, connections, gateway, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    const beat = heartbeatMessage(clock.now());
    await run({ messages: [beat, ...messages], round: 1, connections: seeded });
    expect(gateway.posts.map(({ message }) => message)).toEqual([older, other]);
    await run({ messages: [beat], round: 1, connections: seeded });
    expect(gateway.posts).toHaveLength(2);
  });

  it('ends without a post if all messages are superseded, unless it is in its first round', async () => {
    const { clock, connections, gateway, queue, state, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    await state.put(newer, times);
    await run({ messages: [messageOfEvent(older)], round: 1, connections: seeded });
    expect(gateway.posts).toEqual([]);
    await run({ messages: [messageOfEvent(older)], round: 0, shard: shardOf('alice') });
    expect(gateway.posts).toMatchObject([{ message: older }]);
    expect(queue.jobs).toEqual([]);
  });

  it('sends all messages if the registers cannot be read, and logs a warning', async () => {
    const { clock, connections, gateway, log, state, run } = setUp();
    state.areSuperseded = () => Promise.reject(new Error('the table is down'));
    await run({ messages, round: 1, connections: connections.seed(clock.now(), ['alice']) });
    expect(gateway.posts.map(({ message }) => message)).toEqual([older, other]);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'superseded messages not known' }),
    );
  });

  it('sends a heartbeat to stuck connections if all messages are superseded, to find out whether they read', async () => {
    const { clock, connections, gateway, queue, state, run } = setUp();
    const seeded = connections.seed(clock.now(), ['alice']);
    await state.put(newer, times);
    gateway.answer = () => 'throttled';
    await run({ messages: [messageOfEvent(older)], round: 1, stuckRounds: 1, connections: seeded });
    expect(gateway.posts).toMatchObject([{ message: { type: 'heartbeat' } }]);
    expect(queue.jobs).toMatchObject([{ round: 2, stuckRounds: 2, connections: seeded }]);
  });

  it('sends batches to connections that negotiated them, and posts only to the lane that it names', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const [alice, bob] = connections.seed(clock.now(), ['alice', 'alice']);
    if (alice === undefined || bob === undefined) throw new Error('not seeded');
    await connections.save({ ...alice, batches: true });
    await run({ messages, round: 1, shard: shardOf('alice') });
    const batch = { type: 'batch', payload: { messages: [older, other] } };
    expect(gateway.posts).toContainEqual({ connectionId: alice.connectionId, message: batch });
    expect(gateway.posts.filter(({ connectionId }) => connectionId === bob.connectionId)).toEqual(
      [older, other].map((message) => ({ connectionId: bob.connectionId, message })),
    );
    gateway.posts.length = 0;
    connections.unreadable.add(shardOf('alice'));
    await run({ messages, round: 1, shard: shardOf('alice'), lane: 'batched' });
    expect(gateway.posts).toMatchObject([{ message: batch }]);
    expect(queue.jobs).toMatchObject([{ shard: shardOf('alice'), lane: 'batched', round: 2 }]);
  });
});

describe('connections whose clients do not read', () => {
  /** Runs the first job and all jobs that follow from it, round by round. */
  async function runAll(harness: ReturnType<typeof setUp>, first: RetryJob) {
    harness.queue.jobs = [first];
    for (let round = 0; harness.queue.jobs.length > 0 && round < 50; round += 1) {
      for (const job of harness.queue.jobs.splice(0)) await harness.run(job);
    }
  }

  it.each([
    ['agent:status', event],
    ['heartbeat', heartbeatAt(1)],
  ])(
    'are closed after some rounds of %s, and never moved to the dead-letter queue',
    async (_, { messages }) => {
      const harness = setUp();
      const { clock, connections, gateway, kept, log, recorded } = harness;
      const stuck = connections.seed(
        clock.now(),
        Array.from({ length: 30 }, (_, index) => `user-${index}`),
      );
      const [reader] = connections.seed(clock.now(), ['reader']);
      gateway.answer = (id) => (id === reader?.connectionId ? 'delivered' : 'throttled');
      await runAll(harness, { messages, round: 1, stuckRounds: 1, connections: stuck });
      expect([...connections.records.values()]).toEqual([reader]);
      expect(gateway.closed.sort()).toEqual(stuck.map((one) => one.connectionId).sort());
      expect(kept).toEqual([]);
      // One post per connection and round, and no `connection:closing`.
      expect(gateway.posts).toHaveLength(4 * 30);
      expect(log.lines.filter(({ message }) => message === 'connection closed')).toHaveLength(30);
      expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
      expect(recorded.at(-1)).toMatchObject({ numbers: { closed: 30, requeued: 0, lost: 0 } });
      expect(recorded.at(-1)?.numbers).not.toHaveProperty('ageMilliseconds');
    },
  );

  it.each(['throttled', 'retryable'] as const)(
    'do not include one that takes some messages of a long job in each round, if other posts are %s',
    async (answer) => {
      const harness = setUp();
      const { clock, connections, gateway, kept } = harness;
      const [slow] = connections.seed(clock.now(), ['alice']);
      if (slow === undefined) throw new Error('not seeded');
      const messages = Array.from({ length: 40 }, (_, index) =>
        messageOfEvent(agentEvent(`agent-${index}`, 'online', 1)),
      );
      const took: string[] = [];
      let posts = 0;
      const post = gateway.post.bind(gateway);
      gateway.post = async (connectionId, text) => {
        posts += 1;
        // A post is tried three times in a round, or once if it is throttled.
        gateway.answer = () =>
          posts % 5 < (answer === 'retryable' ? 3 : 1) ? answer : 'delivered';
        const delivery = await post(connectionId, text);
        if (delivery === 'delivered') took.push(text);
        return delivery;
      };
      await runAll(harness, { messages, round: 1, connections: [slow] });
      expect(took).toEqual(messages.map(({ text }) => text));
      expect([gateway.closed, kept]).toEqual([[], []]);
    },
  );

  it('are closed and counted once if the last jobs of two events run at the same time', async () => {
    const harness = setUp();
    const { clock, connections, gateway, log, recorded } = harness;
    const stuck = connections.seed(clock.now(), ['alice', 'bob']);
    gateway.answer = () => 'throttled';
    const last = { ...event, round: 5, stuckRounds: 4, connections: stuck };
    await Promise.all([harness.run(last), harness.run(last)]);
    expect(gateway.closed).toHaveLength(2);
    expect(log.lines.filter(({ message }) => message === 'connection closed')).toHaveLength(2);
    const counts = recorded.map(({ numbers }) => ({ closed: 0, gone: 0, ...numbers }));
    expect(counts.reduce((sum, { closed }) => sum + closed, 0)).toBe(2);
    expect(counts.reduce((sum, { gone }) => sum + gone, 0)).toBe(2);
    expect(connections.records.size).toBe(0);
  });

  it('are distinguished from a throttled account by an inspection of each, even with 30 users', async () => {
    const harness = setUp();
    const { clock, connections, gateway, kept } = harness;
    const stuck = connections.seed(
      clock.now(),
      Array.from({ length: 30 }, (_, index) => `user-${index}`),
    );
    gateway.answer = () => 'throttled';
    await runAll(harness, { ...event, round: 1, connections: stuck });
    expect(kept).toEqual([]);
    expect(gateway.closed).toHaveLength(30);
    // One post per round. The last round closes the connections.
    expect(gateway.posts).toHaveLength(5 * 30);
  });

  it('get the message if they read again before they are closed', async () => {
    const harness = setUp();
    const { clock, connections, gateway, queue } = harness;
    const stuck = connections.seed(clock.now(), ['alice']);
    gateway.answer = () => (gateway.posts.length < 4 ? 'throttled' : 'delivered');
    await runAll(harness, { ...event, round: 1, stuckRounds: 1, connections: stuck });
    expect(gateway.posts).toHaveLength(4);
    expect(gateway.closed).toEqual([]);
    expect(queue.jobs).toEqual([]);
  });

  it('are not closed while the account is throttled, and their count of stuck rounds is reset', async () => {
    const { clock, connections, gateway, kept, queue, run } = setUp();
    const suspects = connections.seed(clock.now(), ['alice', 'bob']);
    gateway.isThrottling = () => true;
    await run({ ...event, round: 5, stuckRounds: 4, connections: suspects });
    expect(gateway.closed).toEqual([]);
    expect(kept).toEqual([]);
    expect(queue.jobs).toEqual([{ ...event, round: 6, connections: suspects }]);
  });

  it('are not closed if one of the inspections is throttled', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const suspects = connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'throttled';
    gateway.isThrottling = () => gateway.inspected.length === 4;
    await run({ ...event, round: 5, stuckRounds: 4, connections: suspects });
    expect(gateway.closed).toEqual([]);
    expect(queue.jobs).toMatchObject([{ round: 6, stuckRounds: 5, connections: suspects }]);
  });

  it('are moved to the dead-letter queue if the account was throttled until the last round', async () => {
    const { clock, connections, kept, run } = setUp();
    const job = {
      ...{ ...event, round: 13, stuckRounds: 1, connections: connections.seed(clock.now(), ['a']) },
    };
    await run(job);
    expect(kept).toEqual([{ job, reason: 'not delivered in 12 rounds' }]);
  });

  it('are removed if the inspection finds that they are gone', async () => {
    const { clock, connections, gateway, queue, run } = setUp();
    const stuck = connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'throttled';
    gateway.inspect = () => Promise.resolve('gone');
    await run({ ...event, round: 1, stuckRounds: 1, connections: stuck });
    expect(connections.records.size).toBe(0);
    expect(queue.jobs).toEqual([]);
  });

  it('are dropped in the last round if they cannot be closed, because the next event finds them again', async () => {
    const harness = setUp();
    const { clock, connections, gateway, kept, log } = harness;
    const stuck = connections.seed(clock.now(), ['alice']);
    gateway.answer = () => 'throttled';
    gateway.close = () => Promise.reject(new Error('out of order'));
    await runAll(harness, { ...event, round: 1, stuckRounds: 1, connections: stuck });
    expect(kept).toEqual([]);
    expect(connections.records.size).toBe(1);
    expect(log.lines.map(({ message }) => message)).toContain('connection not closed');
    expect(log.lines.map(({ message }) => message)).not.toContain('job given up');
  });
});

describe('a job of a large heartbeat', () => {
  const job = (reportedAt: number) => ({
    ...{ ...heartbeatAt(reportedAt), round: 0, shard: shardOf('alice') },
  });

  it('is dropped when the next heartbeat is due, without posts and connection counts', async () => {
    const { clock, connections, connectionCounts, gateway, log, recorded, run } = setUp();
    connections.seed(clock.now(), ['alice']);
    await run(job(clock.now() - 30_000));
    expect(gateway.posts).toEqual([]);
    expect(connectionCounts.shards.size).toBe(0);
    expect(recorded).toEqual([]);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'late heartbeat dropped', fields: { lateMilliseconds: 30_000 } },
    ]);
    await run(job(clock.now() - 29_999));
    expect(gateway.posts).toHaveLength(1);
  });

  it('stops posting when the next heartbeat is due', async () => {
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
