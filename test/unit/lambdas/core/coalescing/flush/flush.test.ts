// A flush to both lanes: the messages of each connection, their order, and the waits between lanes and flushes.
import fc from 'fast-check';
import { createFlush, type FlushDependencies } from '#core/coalescing/flush/flush';
import {
  heartbeatMessage,
  messageOfEvent,
  type OutgoingMessage,
} from '#core/fan-out/outgoing-message';
import { createPace } from '#core/posting/pace';
import type { LaneEnd } from '#core/coalescing/ports';
import type { FanOutReport } from '#core/fan-out/fan-out-report';
import type { Connection, PostResult } from '#core/connections/ports';
import { InFlightLimit } from '#core/posting/in-flight-limit';
import { agentEvent, sessionEvent } from '#test/support/data/events';
import { createFanOutHarness } from '#test/support/core/fan-out';
import { FakeClock } from '#test/support/core/fakes';

function setUp(changes: Partial<FlushDependencies> = {}) {
  const harness = createFanOutHarness(changes);
  const flush = createFlush({
    ...{
      ...harness,
      ...harness.delivery,
      largeFanOutConnections: 1_000,
      coalesceMilliseconds: 500,
    },
    ...changes,
  });
  return { ...harness, flush, deadline: harness.now() + 20_000 };
}

/** With at most `ceiling` posts a second. */
function setUpPaced(ceiling: number, changes: Partial<FlushDependencies> = {}): Harness {
  const clock = new FakeClock();
  const { now } = clock;
  const harness = setUp({ pace: createPace({ now, ceiling }), now, timers: clock, ...changes });
  return { ...harness, clock, now, deadline: now() + 20_000 };
}
type Harness = ReturnType<typeof setUp>;

function seed({ clock, connections }: Harness, count: number, batches: boolean): Connection[] {
  const users = Array.from({ length: count }, (_, index) => `user-${index}-${String(batches)}`);
  return connections.seed(clock.now(), users).map((connection) => {
    const negotiated = batches ? { ...connection, batches } : connection;
    connections.records.set(connection.connectionId, negotiated);
    return negotiated;
  });
}

const statuses = ['online', 'offline', 'error'] as const;
const messagesOf = (count: number, agents = count): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => {
    const agent = `agent-${index % agents}`;
    return messageOfEvent(agentEvent(agent, statuses[index % 3] ?? 'online', index + 1));
  });

/** The messages that a connection got, unpacked from batches. */
function received(posts: readonly { connectionId: string; message: unknown }[], id: string) {
  return posts
    .filter(({ connectionId }) => connectionId === id)
    .flatMap(({ message }) => {
      const { type, payload } = message as { type: string; payload: { messages: unknown[] } };
      return type === 'batch' ? payload.messages : [message];
    })
    .map((message) => JSON.stringify(message));
}

const reportOf = (end: LaneEnd): Partial<FanOutReport> =>
  end === undefined || end === 'failed' ? {} : end;

const textsOf = (messages: readonly OutgoingMessage[]) => messages.map(({ text }) => text);

it('sends one batch to connections with batches, and single messages to all others', async () => {
  const harness = setUp();
  const [batched, single] = [seed(harness, 5, true), seed(harness, 7, false)];
  const messages = messagesOf(4);
  const { deadline } = harness;
  const begun = harness.flush({ batched: messages, single: messages, deadline });
  await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({ delivered: 5, posts: 5 });
  await expect(harness.clock.run(begun.single)).resolves.toMatchObject({ delivered: 7, posts: 28 });
  for (const { connectionId } of [...batched, ...single]) {
    expect(received(harness.gateway.posts, connectionId)).toEqual(textsOf(messages));
  }
});

it('sends a single message unchanged to all connections', async () => {
  const harness = setUp();
  seed(harness, 2, true);
  seed(harness, 2, false);
  const messages = messagesOf(1);
  const begun = harness.flush({ batched: messages, single: messages, deadline: harness.deadline });
  await harness.clock.run(Promise.all([begun.batched, begun.single]));
  expect(harness.gateway.posts.map(({ message }) => JSON.stringify(message))).toEqual(
    Array.from({ length: 4 }, () => messages[0]?.text),
  );
});

it('posts nothing to connections without batches if `single` is undefined', async () => {
  const harness = setUp();
  seed(harness, 2, true);
  seed(harness, 3, false);
  const order = { batched: messagesOf(2), single: undefined, deadline: harness.deadline };
  const begun = harness.flush(order);
  await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({ delivered: 2 });
  await expect(begun.single).resolves.toBeUndefined();
  expect(harness.gateway.posts).toHaveLength(2);
  expect(harness.recentFanOutStore.writes).toBe(0);
});

it('logs one line and records one set of metrics for both lanes, and notes a fan-out that reached all connections', async () => {
  const harness = setUp();
  seed(harness, 2, true);
  seed(harness, 3, false);
  const messages = messagesOf(2);
  const startedAt = harness.now();
  const { deadline } = harness;
  const order = { batched: messages, single: messages, deadline, eventId: 'event-1' };
  const begun = harness.flush(order);
  await harness.clock.run(Promise.all([begun.batched, begun.single]));
  const lines = harness.log.lines.filter(({ message }) => message === 'fan-out');
  expect(lines.map(({ fields }) => fields)).toMatchObject([
    { type: 'agent:status', eventId: 'event-1', events: 2, superseded: 0, delivered: 5, posts: 8 },
  ]);
  expect(harness.recorded).toMatchObject([{ numbers: { ageMilliseconds: startedAt - 1 } }]);
  expect(harness.recentFanOutStore.known.get('all')).toEqual({ startedAt });
});

it('completes the lane with batches although all connections without batches are slow beyond the deadline', async () => {
  const harness = setUp({ concurrency: 4 });
  const [, single] = [seed(harness, 20, true), seed(harness, 40, false)];
  const slow = new Set(single.map(({ connectionId }) => connectionId));
  const post = harness.gateway.post.bind(harness.gateway);
  harness.gateway.post = async (id, text) => {
    if (slow.has(id)) await new Promise<void>((resolve) => harness.clock.after(3_000, resolve));
    return post(id, text);
  };
  const startedAt = harness.now();
  const messages = messagesOf(3);
  const begun = harness.flush({ batched: messages, single: messages, deadline: harness.deadline });
  await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({ delivered: 20 });
  expect(harness.now()).toBe(startedAt);
  const ended = await harness.clock.run(begun.single);
  const { delivered = 0, requeued = 0 } = reportOf(ended);
  expect(delivered + requeued).toBe(40);
  // A job has only the messages that its connections have not received.
  expect(new Set(harness.queue.jobs.map(({ messages: missing }) => missing.length))).toEqual(
    new Set([2, 3]),
  );
});

it('delays connections with batches by at most one post to those without', async () => {
  // Ten posts a second: a hundred waiting posts would take 10 s.
  const harness = setUpPaced(10, { concurrency: 100 });
  const { clock } = harness;
  const deadline = clock.now() + 60_000;
  seed(harness, 200, false);
  const single = harness.flush({ batched: [], single: messagesOf(1), deadline });
  await clock.run(new Promise<void>((resolve) => clock.after(1_000, resolve)));
  seed(harness, 1, true);
  const startedAt = clock.now();
  await clock.run(harness.flush({ batched: messagesOf(1), single: undefined, deadline }).batched);
  expect(clock.now() - startedAt).toBeLessThanOrEqual(200);
  await expect(clock.run(single.single)).resolves.toMatchObject({ delivered: 200 });
});

it('queues a connection after a second failed attempt, to delay the next flush no further', async () => {
  const harness = setUp({ maxAttempts: 5 });
  const [bad] = seed(harness, 2, true);
  harness.gateway.answers.set(bad?.connectionId ?? '', 'retryable');
  const startedAt = harness.now();
  const messages = messagesOf(2);
  const begun = harness.flush({ batched: messages, single: messages, deadline: harness.deadline });
  await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({
    delivered: 1,
    requeued: 1,
  });
  expect(harness.now() - startedAt).toBeLessThan(500);
});

/** With ten connections. A post to the first one fails after `milliseconds`. */
function setUpWithStraggler(milliseconds: number) {
  const harness = setUp();
  const [straggler, other] = seed(harness, 10, true);
  const post = harness.gateway.post.bind(harness.gateway);
  harness.gateway.post = async (id, text) => {
    if (id !== straggler?.connectionId) return post(id, text);
    await new Promise<void>((resolve) => harness.clock.after(milliseconds, resolve));
    return 'retryable';
  };
  return { ...harness, straggler, other };
}

it('does not delay the next flush by a straggler, and queues the messages of both flushes for it', async () => {
  const harness = setUpWithStraggler(3_000);
  const { clock, flush, deadline, now, queue } = harness;
  const startedAt = now();
  const [first, second, third] = [messagesOf(2), messagesOf(3), messagesOf(4)];
  const begun = flush({ batched: first, single: first, deadline });
  await clock.run(begun.served.batched);
  expect(now() - startedAt).toBeLessThanOrEqual(550);
  const next = flush({ batched: second, single: second, deadline });
  await expect(clock.run(next.batched)).resolves.toMatchObject({ delivered: 9, requeued: 1 });
  // The straggler is neither queued yet nor noted as reached.
  expect(queue.jobs).toEqual([]);
  expect(harness.recentFanOutStore.writes).toBe(0);
  await expect(clock.run(begun.batched)).resolves.toMatchObject({ delivered: 9, requeued: 1 });
  expect(now() - startedAt).toBe(3_000);
  expect(queue.jobs).toMatchObject([
    { connections: [harness.straggler], messages: [...first, ...second], round: 1 },
  ]);
  const after = flush({ batched: third, single: third, deadline });
  await expect(clock.run(after.batched)).resolves.toMatchObject({ delivered: 9, posts: 10 });
});

it('does not keep a heartbeat for a straggler', async () => {
  const { clock, flush, deadline, now, queue } = setUpWithStraggler(3_000);
  const begun = flush({ batched: messagesOf(1), single: [], deadline });
  await clock.run(begun.served.batched);
  const next = flush({ batched: [heartbeatMessage(now())], single: [], deadline });
  await expect(clock.run(next.batched)).resolves.toMatchObject({ lost: 1, requeued: 0 });
  await clock.run(begun.batched);
  expect(queue.jobs).toMatchObject([{ messages: messagesOf(1) }]);
});

it('waits for a connection that is retried', async () => {
  const harness = setUpWithStraggler(3_000);
  const { clock, gateway, flush, deadline, other, queue } = harness;
  const post = gateway.post.bind(gateway);
  let attempts = 0;
  gateway.post = async (id, text) => {
    if (id !== other?.connectionId) return post(id, text);
    // Nearly the time after which a flush stops waiting for stragglers.
    await new Promise<void>((resolve) => clock.after(490, resolve));
    attempts += 1;
    return attempts === 1 ? 'throttled' : post(id, text);
  };
  const messages = messagesOf(1);
  const begun = flush({ batched: messages, single: messages, deadline });
  await expect(clock.run(begun.batched)).resolves.toMatchObject({ delivered: 9, requeued: 1 });
  expect(queue.jobs).toMatchObject([{ connections: [harness.straggler] }]);
});

it('does not wait for a straggler whose first attempt failed immediately', async () => {
  const harness = setUpWithStraggler(3_000);
  const { clock, gateway, flush, deadline, now, straggler } = harness;
  const post = gateway.post.bind(gateway);
  let attempts = 0;
  gateway.post = async (id, text) => {
    if (id === straggler?.connectionId && (attempts += 1) === 1) return 'retryable';
    return post(id, text);
  };
  const startedAt = now();
  const begun = flush({ batched: messagesOf(1), single: messagesOf(1), deadline });
  await clock.run(begun.served.batched);
  expect(now() - startedAt).toBeLessThan(1_000);
  await expect(clock.run(begun.batched)).resolves.toMatchObject({ delivered: 9, requeued: 1 });
});

it('does not post a second time to a straggler that expires and is refreshed meanwhile', async () => {
  const harness = setUpWithStraggler(3_000);
  const { clock, connections, flush, deadline, now, queue, straggler } = harness;
  if (straggler === undefined) throw new Error('not seeded');
  const { connectionId } = straggler;
  const find = connections.find.bind(connections);
  // Its token was refreshed after it was listed.
  connections.find = async (key) => {
    const found = await find(key);
    return found && { ...found, expiresAt: now() + 3_600_000 };
  };
  const all = [1, 2, 3].map((count) => messagesOf(count));
  const ends: Promise<unknown>[] = [];
  for (const [index, messages] of all.entries()) {
    if (index === 2) connections.records.set(connectionId, { ...straggler, expiresAt: now() });
    const begun = flush({ batched: messages, single: messages, deadline });
    ends.push(begun.batched);
    await clock.run(begun.served.batched);
  }
  await clock.run(Promise.all(ends));
  expect(queue.jobs.flatMap(({ messages }) => messages)).toEqual(all.flat());
});

it.each([true, false])(
  'waits for connections that wait for the pace, with batches: %s',
  async (batches) => {
    const harness = setUpPaced(10, { concurrency: 100 });
    const { clock, gateway, flush, deadline } = harness;
    const [straggler] = seed(harness, 40, batches);
    const post = gateway.post.bind(gateway);
    gateway.post = async (id, text) => {
      if (id !== straggler?.connectionId) return post(id, text);
      await new Promise<void>((resolve) => clock.after(15_000, resolve));
      return 'retryable';
    };
    const messages = messagesOf(1);
    const begun = flush({ batched: messages, single: messages, deadline });
    const lane = batches ? 'batched' : 'single';
    await clock.run(begun.served[lane]);
    expect(gateway.posts).toHaveLength(39);
    await expect(clock.run(begun[lane])).resolves.toMatchObject({ delivered: 39, requeued: 1 });
  },
);

it('does not queue a heartbeat without events', async () => {
  const harness = setUp();
  seed(harness, 2, true);
  harness.gateway.answer = () => 'retryable';
  const messages = [heartbeatMessage(harness.now())];
  const begun = harness.flush({ batched: messages, single: messages, deadline: harness.deadline });
  await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({ lost: 2, requeued: 0 });
  await harness.clock.run(begun.single);
  expect(harness.queue.jobs).toEqual([]);
});

describe('conflation', () => {
  /** Returns what one connection of each lane gets. The pace allows five posts to each of ten connections without batches. */
  async function flushed(messages: readonly OutgoingMessage[]) {
    const harness = setUpPaced(100);
    const { connectionCounts, gateway, flush, deadline, clock, recorded } = harness;
    const [single] = seed(harness, 10, false);
    const [batched] = seed(harness, 1, true);
    await connectionCounts.write({ shard: 0, connections: 10, users: 1, takenAt: 1 });
    const begun = flush({ batched: messages, single: messages, deadline });
    await clock.run(Promise.all([begun.batched, begun.single]));
    return {
      single: received(gateway.posts, single?.connectionId ?? ''),
      batched: received(gateway.posts, batched?.connectionId ?? ''),
      recorded,
    };
  }

  it('keeps all messages while the pace allows them', async () => {
    const messages = messagesOf(5, 1);
    const { single, batched } = await flushed(messages);
    expect(single).toEqual(textsOf(messages));
    expect(batched).toEqual(textsOf(messages));
  });

  it('omits superseded messages if there are more posts than the pace allows in an interval', async () => {
    const messages = messagesOf(6, 2);
    const { single, batched, recorded } = await flushed(messages);
    expect(single).toEqual(textsOf(messages.slice(-2)));
    // One batch contains all of them.
    expect(batched).toEqual(textsOf(messages));
    expect(recorded).toMatchObject([{ numbers: { events: 6, superseded: 4 } }]);
  });

  it('uses the number of connections of the last listing instead of the connection counts', async () => {
    const harness = setUpPaced(100);
    const [one] = seed(harness, 10, false);
    await harness.connectionCounts.write({ shard: 0, connections: 1, users: 1, takenAt: 1 });
    const send = async (messages: OutgoingMessage[]) => {
      harness.gateway.posts.length = 0;
      const deadline = harness.now() + 20_000;
      const begun = harness.flush({ batched: messages, single: messages, deadline });
      await harness.clock.run(Promise.all([begun.batched, begun.single]));
      return received(harness.gateway.posts, one?.connectionId ?? '');
    };
    await expect(send(messagesOf(6, 2))).resolves.toHaveLength(6);
    await expect(send(messagesOf(6, 2))).resolves.toHaveLength(2);
  });
});

describe('a large flush', () => {
  /** @param batched number of connections with batches; undefined in counts of an earlier version */
  async function large(connections: number, batched?: number) {
    const harness = setUpPaced(1_000);
    await harness.connectionCounts.write({ shard: 0, connections, batched, users: 1, takenAt: 1 });
    return harness;
  }

  it('queues one job per shard, and takes as long as the pace needs for the posts', async () => {
    const { clock, flush, queue, log, deadline } = await large(5_000);
    const messages = messagesOf(1);
    const startedAt = clock.now();
    const begun = flush({ batched: messages, single: messages, deadline });
    await expect(clock.run(begun.batched)).resolves.toBeUndefined();
    expect(clock.now() - startedAt).toBe(5_000);
    await expect(clock.run(begun.single)).resolves.toBeUndefined();
    expect(queue.jobs).toEqual(
      Array.from({ length: 16 }, (_, shard) => ({ messages, round: 0, shard })),
    );
    expect(log.lines).toMatchObject([
      { message: 'large fan-out', fields: { events: 1, connections: 5_000, jobs: 16 } },
    ]);
  });

  it('queues separate messages for each lane, and ends by the deadline', async () => {
    const { clock, flush, queue, deadline } = await large(5_000);
    const messages = messagesOf(30, 10);
    const startedAt = clock.now();
    const begun = flush({ batched: messages, single: messages, deadline });
    await clock.run(begun.batched);
    expect(clock.now() - startedAt).toBe(5_000);
    await clock.run(begun.single);
    expect(clock.now()).toBe(deadline);
    const lengths = queue.jobs.map((job) => [
      'lane' in job ? job.lane : undefined,
      job.messages.length,
    ]);
    expect(lengths.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => ['batched', 30]));
    expect(lengths.slice(16)).toEqual(Array.from({ length: 16 }, () => ['single', 10]));
  });

  it('takes as long for each lane as the pace needs for its number of connections', async () => {
    const { clock, flush, queue, deadline } = await large(5_000, 4_990);
    const messages = messagesOf(30, 10);
    const startedAt = clock.now();
    const begun = flush({ batched: messages, single: messages, deadline });
    await clock.run(begun.served.single);
    expect(clock.now() - startedAt).toBe(300);
    await clock.run(begun.served.batched);
    expect(clock.now() - startedAt).toBe(4_990);
    // The pace allows all single messages to ten connections.
    expect(queue.jobs.map(({ messages: { length } }) => length)).toEqual(
      Array.from({ length: 16 }, () => 30),
    );
  });

  it.each([
    [5_000, 30, 5_000],
    // Ten messages to each connection take until the deadline.
    [0, 10, 20_000],
  ])(
    'with %i of 5000 connections with batches queues one job per shard for both lanes',
    async (batched, length, milliseconds) => {
      const { clock, flush, queue, deadline } = await large(5_000, batched);
      const messages = messagesOf(30, 10);
      const begun = flush({ batched: messages, single: messages, deadline });
      const startedAt = clock.now();
      for (const lane of ['batched', 'single'] as const) {
        await clock.run(begun.served[lane]);
        expect(clock.now() - startedAt).toBe(milliseconds);
      }
      expect(queue.jobs.map((job) => job.messages.length)).toEqual(
        Array.from({ length: 16 }, () => length),
      );
      expect(queue.jobs.every((job) => !('lane' in job))).toBe(true);
    },
  );

  it('queues jobs for both lanes if their messages differ', async () => {
    const { clock, flush, queue, deadline } = await large(5_000, 5_000);
    const begun = flush({ batched: messagesOf(2), single: messagesOf(3), deadline });
    await clock.run(begun.batched);
    expect(queue.jobs.map(({ messages }) => messages.length)).toEqual([
      ...Array.from({ length: 16 }, () => 2),
      ...Array.from({ length: 16 }, () => 3),
    ]);
  });

  it('is sent by the caller if the queue does not accept the jobs', async () => {
    const harness = await large(5_000);
    seed(harness, 3, true);
    harness.queue.send = () => Promise.reject(new Error('the queue is down'));
    const messages = messagesOf(1);
    const begun = harness.flush({
      batched: messages,
      single: messages,
      deadline: harness.deadline,
    });
    await expect(harness.clock.run(begun.batched)).resolves.toMatchObject({ delivered: 3 });
  });
});

it('resolves to `failed` and logs an error if the report throws', async () => {
  const harness = setUp({
    report: () => {
      throw new Error('out of order');
    },
  });
  const messages = messagesOf(1);
  const begun = harness.flush({ batched: messages, single: messages, deadline: harness.deadline });
  const ended = await harness.clock.run(Promise.all([begun.batched, begun.single]));
  // A failed flush must not count as done.
  expect(ended).toContain('failed');
  expect(harness.log.lines).toContainEqual(expect.objectContaining({ message: 'flush failed' }));
});

it('sends all messages once and in order to each healthy connection, for any results of the others', () => {
  const answer = fc.constantFrom<PostResult>(
    'delivered',
    'gone',
    'throttled',
    'retryable',
    'rejected',
  );
  const client = fc.record({
    batches: fc.boolean(),
    /** Empty for a healthy connection. */
    answers: fc.oneof(fc.constant([]), fc.array(answer, { maxLength: 6 })),
  });
  const message = fc
    .record({ agent: fc.nat(3), length: fc.constantFrom(0, 10, 9_000), timestamp: fc.nat(50) })
    .map(({ agent, length, timestamp }) =>
      messageOfEvent(sessionEvent(`agent-${agent}`, 's', 'x'.repeat(length), timestamp)),
    );
  return fc.assert(
    fc.asyncProperty(
      fc.array(client, { maxLength: 40 }),
      fc.array(message, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (clients, messages, isLimited) => {
        const limit = isLimited ? { singleInFlight: new InFlightLimit(2) } : {};
        const harness = setUp({ concurrency: 4, ...limit });
        const { clock, connections, gateway, queue, flush, deadline } = harness;
        const users = clients.map((_, index) => `user-${index % 30}`);
        const scripts = new Map<string, PostResult[]>();
        connections.seed(clock.now(), users).forEach((connection, index) => {
          const { batches = false, answers = [] } = clients[index] ?? {};
          scripts.set(connection.connectionId, [...answers]);
          if (batches) connections.records.set(connection.connectionId, { ...connection, batches });
        });
        const all = [...connections.records.values()];
        const got: { connectionId: string; message: unknown }[] = [];
        gateway.post = async (connectionId, text) => {
          await new Promise<void>((resolve) => clock.after(10, resolve));
          const outcome = scripts.get(connectionId)?.shift() ?? 'delivered';
          if (outcome === 'delivered') got.push({ connectionId, message: JSON.parse(text) });
          return outcome;
        };
        const begun = flush({ batched: messages, single: messages, deadline });
        const [batched, single] = await clock.run(Promise.all([begun.batched, begun.single]));
        const missing = new Map(
          queue.jobs.flatMap((job) =>
            'connections' in job
              ? job.connections.map((one) => [one.connectionId, textsOf(job.messages)] as const)
              : [],
          ),
        );
        const texts = textsOf(messages);
        all.forEach(({ connectionId }, index) => {
          const has = received(got, connectionId);
          const answers: readonly PostResult[] = clients[index]?.answers ?? [];
          if (answers.length === 0) expect(has).toEqual(texts);
          // Exactly the missing messages are queued, unless a result was `gone` or `rejected`.
          const isOver = answers.includes('gone') || answers.includes('rejected');
          if (isOver) expect(texts.slice(0, has.length)).toEqual(has);
          else expect([...has, ...(missing.get(connectionId) ?? [])]).toEqual(texts);
        });
        for (const [report, isBatched] of [
          [batched, true],
          [single, false],
        ] as const) {
          const { delivered = 0, gone = 0, lost = 0, requeued = 0 } = reportOf(report);
          expect(delivered + gone + lost + requeued).toBe(
            clients.filter(({ batches }) => batches === isBatched).length,
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});
