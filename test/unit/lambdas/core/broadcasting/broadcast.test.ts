import { createBroadcast } from '#core/broadcasting/broadcast';
import type { Coalescer } from '#core/coalescing/coalescer';
import { eventTypes, registerOf, type EventMessage } from '#sdk/protocol';
import { MemoryStateStore } from '#test/support/core/fakes';
import { createFanOutHarness } from '#test/support/core/fan-out';
import { eventually } from '#test/support/eventually';

function setUp() {
  const harness = createFanOutHarness();
  const kept: { event: unknown; reason: string }[] = [];
  const deadLetters = {
    keep: async (event: unknown, reason: string) => {
      kept.push({ event, reason });
      return Promise.resolve();
    },
  };
  const state = new MemoryStateStore();
  const lifetimes = { agentDays: 7, sessionHours: 24 };
  /** The events of each call; a test replaces it to let a write take long. */
  const timeline = { writes: [] as unknown[], written: Promise.resolve() };
  const writeTimeline = (events: readonly EventMessage[]) => {
    timeline.writes.push(...events);
    return timeline.written;
  };
  const dependencies = { ...harness, state, deadLetters, lifetimes, writeTimeline };
  const broadcast = createBroadcast(dependencies);
  /** Reports an event, and returns the log fields of its fan-out: undefined if there was none. */
  const report = async (type: string, payload: unknown) => {
    const before = harness.log.lines.length;
    const event = { id: 'event-1', type, payload, whole: { whole: 'event' } };
    await harness.clock.run(broadcast(event, harness.now() + 20_000));
    return harness.log.lines.slice(before).find(({ message }) => message === 'fan-out')?.fields;
  };
  return {
    ...{ ...harness, dependencies, poster: harness.gateway, state, kept, deadLetters },
    ...{ timeline, report },
  };
}

const status = { agentId: 'agent-123', status: 'online', timestamp: 1_707_163_200_000 } as const;

it('sends only the documented keys, in the documented order', async () => {
  const { clock, connections, poster, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await report('agent:status', { extra: 'dropped', timestamp: 5, status: 'error', agentId: 'a' });
  expect(JSON.stringify(poster.posts.map(({ message }) => message))).toBe(
    '[{"type":"agent:status","payload":{"agentId":"a","status":"error","timestamp":5}}]',
  );
});

it('logs the outcomes of the fan-out, with the age of the event', async () => {
  const { clock, connections, log, report } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'bob']);
  const payload = { ...status, timestamp: clock.now() - 250 };
  await expect(report('agent:status', payload)).resolves.toMatchObject({ delivered: 3, lost: 0 });
  expect(log.lines).toEqual([
    {
      level: 'info',
      message: 'fan-out',
      fields: expect.objectContaining({
        eventId: 'event-1',
        type: 'agent:status',
        delivered: 3,
        ageMilliseconds: 250,
      }) as unknown,
    },
  ]);
});

it('records the same numbers as metrics', async () => {
  const { clock, connections, recorded, report } = setUp();
  connections.seed(clock.now(), ['alice', 'bob']);
  await report('agent:status', { ...status, timestamp: clock.now() - 250 });
  expect(recorded).toMatchObject([
    { type: 'agent:status', numbers: { delivered: 2, lost: 0, ageMilliseconds: 250 } },
  ]);
});

it('queues one job per shard for a large fan-out, and posts nothing itself', async () => {
  const { clock, connections, connectionCounts, poster, queue, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await connectionCounts.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await expect(report('agent:status', status)).resolves.toBeUndefined();
  expect(poster.posts).toEqual([]);
  expect(queue.jobs).toHaveLength(16);
});

it.each([
  ['an unknown status', 'agent:status', { ...status, status: 'busy' }, /status must be one of/],
  ['a missing agentId', 'agent:status', { status: 'online', timestamp: 1 }, /agentId is missing/],
  ['a string as timestamp', 'agent:status', { ...status, timestamp: '1' }, /timestamp must be/],
  [
    'an unknown type',
    'agent:restarted',
    status,
    new RegExp(`^type must be one of ${eventTypes.join(', ')}`),
  ],
  [
    '300 KB of text',
    'session:activity',
    { agentId: 'a', sessionId: 's', lastMessage: 'x'.repeat(300_000), timestamp: 1 },
    /message of at most 32640 bytes, not of 300/,
  ],
])(
  'moves an event with %s to the dead-letter queue, with the reason, and posts nothing',
  async (_, type, payload, reason) => {
    const { clock, connections, poster, kept, report } = setUp();
    connections.seed(clock.now(), ['alice']);
    await expect(report(type, payload)).resolves.toBeUndefined();
    expect(poster.posts).toEqual([]);
    expect(kept).toEqual([
      { event: { whole: 'event' }, reason: expect.stringMatching(reason) as unknown },
    ]);
  },
);

it('never logs the text of a message', async () => {
  const { log, report } = setUp();
  await report('session:activity', { ...status, sessionId: 's', lastMessage: 'a secret' });
  await report('session:activity', { ...status, sessionId: '', lastMessage: 'a secret' });
  await report('session:activity', { ...status, sessionId: 's', lastMessage: ['a secret'] });
  expect(log.lines).toHaveLength(3);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

it('throws if a rejected event cannot be moved to the dead-letter queue, so that the event is retried', async () => {
  const { deadLetters, report } = setUp();
  deadLetters.keep = () => Promise.reject(new Error('the queue is down'));
  await expect(report('agent:status', {})).rejects.toThrow('the queue is down');
});

/** Lets messages be lost for every connection, until the returned function is called. */
function loseMessages({ poster, queue }: ReturnType<typeof setUp>): () => void {
  const send = queue.send.bind(queue);
  queue.send = () => Promise.reject(new Error('the queue is down'));
  poster.answer = () => 'throttled';
  return () => {
    queue.send = send;
    poster.answer = () => 'delivered';
  };
}

const agentOf = ({ state }: ReturnType<typeof setUp>) =>
  state.registers.get(registerOf({ type: 'agent:status', payload: status }));

describe('an event with a time to live', () => {
  const alive = { ...status, aliveForSeconds: 60 };

  it('is sent without it, and a report that only prolongs it is not sent', async () => {
    const { clock, connections, poster, counted, report } = setUp();
    connections.seed(clock.now(), ['alice']);
    await report('agent:status', alive);
    for (const after of [10_000, 20_000]) {
      clock.advance(10_000);
      await report('agent:status', { ...alive, timestamp: status.timestamp + after });
    }
    expect(poster.posts.map(({ message }) => message)).toEqual([
      { type: 'agent:status', payload: status },
    ]);
    expect(counted).toEqual([]);
  });

  it('is sent if the status differs, and if the event before it in the pack belongs to another agent', async () => {
    const { clock, connections, poster, report } = setUp();
    connections.seed(clock.now(), ['alice']);
    await report('agent:status', alive);
    clock.advance(500);
    const later = { ...alive, timestamp: alive.timestamp + 1 };
    const events = [
      { type: 'agent:status', payload: later },
      { type: 'agent:status', payload: { ...alive, agentId: 'other', status: 'error' } },
    ];
    await report('events:batch', { events });
    clock.advance(500);
    await report('agent:status', { ...later, status: 'error', timestamp: later.timestamp + 1 });
    expect(
      poster.posts.map(({ message }) => (message as { payload: typeof status }).payload),
    ).toEqual([
      status,
      { ...status, agentId: 'other', status: 'error' },
      { ...status, status: 'error', timestamp: status.timestamp + 2 },
    ]);
  });
});

describe('a report that would only prolong a time to live is sent', () => {
  const alive = { ...status, aliveForSeconds: 60 };
  const later = (milliseconds: number) => ({
    ...alive,
    timestamp: status.timestamp + milliseconds,
  });
  const sentBy = ({ poster }: ReturnType<typeof setUp>) =>
    poster.posts.splice(0).map(({ message }) => {
      const { payload } = message as { payload: typeof status };
      return `${payload.status} ${payload.timestamp - status.timestamp}`;
    });

  it('if the event before it was sent, but could not be stored', async () => {
    const harness = setUp();
    const { clock, connections, state, report } = harness;
    connections.seed(clock.now(), ['alice']);
    await report('agent:status', alive);
    const put = state.put.bind(state);
    state.put = () => Promise.reject(new Error('the table is busy'));
    clock.advance(500);
    await report('agent:status', { ...later(1), status: 'offline' });
    state.put = put;
    for (const milliseconds of [2, 3]) {
      clock.advance(500);
      await report('agent:status', later(milliseconds));
    }
    expect(sentBy(harness)).toEqual(['online 0', 'offline 1', 'online 2']);
  });

  it('if the event before it did not reach every connection', async () => {
    const harness = setUp();
    const { clock, connections, poster, report } = harness;
    connections.seed(clock.now(), ['alice']);
    const recover = loseMessages(harness);
    await report('agent:status', alive);
    recover();
    poster.posts.length = 0;
    for (const milliseconds of [1, 2]) {
      clock.advance(500);
      await report('agent:status', later(milliseconds));
    }
    expect(sentBy(harness)).toEqual(['online 1']);
  });

  it('with those before it in its pack that have another status', async () => {
    const harness = setUp();
    const { clock, connections, report } = harness;
    connections.seed(clock.now(), ['alice']);
    await report('agent:status', alive);
    clock.advance(500);
    const events = [later(1), { ...later(2), status: 'error' }, later(3)].map((payload) => ({
      ...{ type: 'agent:status', payload },
    }));
    await report('events:batch', { events });
    const sent = sentBy(harness);
    expect(sent[0]).toBe('online 0');
    expect(sent.slice(-2)).toEqual(['error 2', 'online 3']);
  });
});

it('notes that an event with a time to live is broadcast by another invocation, so that the next ones only prolong it', async () => {
  const { clock, dependencies, state } = setUp();
  const coalescer: Pick<Coalescer, 'send'> = {
    async send(outgoing) {
      await outgoing;
    },
  };
  const broadcast = createBroadcast({ ...dependencies, coalescer });
  for (const type of ['agent:status', 'session:activity']) {
    const payload = { ...status, sessionId: 's', lastMessage: 'm', aliveForSeconds: 60 };
    await broadcast({ id: 'event', type, payload, whole: {} }, clock.now() + 1_000);
  }
  expect([...state.registers.values()].map((register) => register.broadcast)).toEqual([
    'done',
    'pending',
  ]);
});

it('stores the event of each register with its expiry, and marks its broadcast as done', async () => {
  const harness = setUp();
  const { clock, state, report } = harness;
  const storedAt = clock.now();
  await report('agent:status', status);
  // The next flush may begin half a second later.
  clock.advance(500);
  const activity = { agentId: 'agent-123', sessionId: 's', lastMessage: 'm', timestamp: 5 };
  await report('session:activity', activity);
  const updatedAt = clock.now();
  expect([...state.registers.values()]).toEqual([
    {
      event: { type: 'agent:status', payload: status },
      updatedAt: storedAt,
      expiresAt: storedAt + 7 * 86_400_000,
      broadcast: 'done',
    },
    {
      event: { type: 'session:activity', payload: activity },
      updatedAt,
      expiresAt: updatedAt + 86_400_000,
      broadcast: 'done',
    },
  ]);
});

it.each([
  ['older', { ...status, status: 'error', timestamp: status.timestamp - 1 }],
  ['identical', status],
  ['of the same timestamp, with a smaller value', { ...status, status: 'error' }],
])('counts an event that is %s as stale, and posts nothing', async (_, payload) => {
  const { clock, connections, poster, counted, log, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await report('agent:status', status);
  await expect(report('agent:status', payload)).resolves.toBeUndefined();
  expect(poster.posts).toHaveLength(1);
  expect(counted).toEqual(['StaleEvents']);
  // Only the first event is logged: hundreds of stale events can arrive in a second.
  expect(log.lines).toHaveLength(1);
});

it('sends an event that is stored without a finished broadcast, as after a crash', async () => {
  const { clock, connections, poster, state, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  const times = { updatedAt: clock.now() - 60_000, expiresAt: clock.now() + 1e9 };
  await state.put({ type: 'agent:status', payload: status } as never, times);
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(poster.posts).toHaveLength(1);
});

it('sends an event again if it is reported again after it was lost for a connection', async () => {
  const harness = setUp();
  const { clock, connections, report } = harness;
  connections.seed(clock.now(), ['alice']);
  const recover = loseMessages(harness);
  await expect(report('agent:status', status)).resolves.toMatchObject({ lost: 1 });
  expect(agentOf(harness)?.broadcast).toBe('pending');
  recover();
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(agentOf(harness)?.broadcast).toBe('done');
});

it('marks the event of a large fan-out as done once the jobs are queued', async () => {
  const harness = setUp();
  const { clock, connectionCounts, queue, report } = harness;
  await connectionCounts.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await report('agent:status', status);
  expect(queue.jobs).toHaveLength(16);
  expect(agentOf(harness)?.broadcast).toBe('done');
});

it('sends an event that cannot be stored, and logs and counts the failure', async () => {
  const { clock, connections, poster, counted, log, state, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  state.put = () => Promise.reject(new Error('the store is down'));
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(poster.posts).toHaveLength(1);
  expect(counted).toEqual(['StateFailures']);
  expect(log.lines[0]).toMatchObject({ level: 'error', message: 'state not stored' });
});

it('acquires the fan-out lease while the register is written, but posts nothing before it is written', async () => {
  const { clock, connections, poster, lease, state, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  const put = state.put.bind(state);
  const seen: unknown[] = [];
  state.put = async (...args) => {
    for (let step = 0; step < 20; step += 1) await new Promise(setImmediate);
    seen.push((await lease.look()).holder, poster.posts.length);
    return put(...args);
  };
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(seen).toEqual([expect.any(String), 0]);
  await expect(lease.look()).resolves.toMatchObject({ holder: undefined });
});

it('does not hold the fan-out lease while the registers of a pack are written, because other flushes would wait', async () => {
  const { clock, connections, lease, state, poster, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  const put = state.put.bind(state);
  const holders: unknown[] = [];
  state.put = async (...args) => {
    for (let step = 0; step < 20; step += 1) await new Promise(setImmediate);
    holders.push((await lease.look()).holder);
    return put(...args);
  };
  const events = ['a', 'b'].map((agentId) => ({
    type: 'agent:status',
    payload: { ...status, agentId },
  }));
  await report('events:batch', { events });
  expect(holders).toEqual([undefined, undefined]);
  expect(poster.posts).toHaveLength(2);
});

it('releases the fan-out lease if the event is stale', async () => {
  const { lease, poster, report } = setUp();
  await report('agent:status', status);
  const { flushedAt } = await lease.look();
  await report('agent:status', status);
  expect(poster.posts).toEqual([]);
  await expect(lease.look()).resolves.toMatchObject({ holder: undefined, flushedAt });
});

it('does not fail if the broadcast cannot be marked as done', async () => {
  const { counted, state, report } = setUp();
  state.completeBroadcast = () => Promise.reject(new Error('the store is down'));
  await expect(report('agent:status', status)).resolves.toMatchObject({ lost: 0 });
  // The state is stored, so no failure is counted, which would raise an alarm.
  expect(counted).toEqual([]);
});

it('accepts a timestamp up to five minutes ahead, and rejects a later one', async () => {
  const { clock, kept, counted, report } = setUp();
  const ahead = (milliseconds: number) =>
    report('agent:status', { ...status, timestamp: clock.now() + milliseconds });
  await expect(ahead(300_000)).resolves.toMatchObject({ lost: 0 });
  await expect(ahead(300_001)).resolves.toBeUndefined();
  expect(kept).toMatchObject([{ reason: expect.stringContaining('5 minutes ahead') as unknown }]);
  expect(counted).toEqual(['RejectedEvents']);
});

describe('a pack', () => {
  const agents = Array.from({ length: 1_000 }, (_, index) => ({
    type: 'agent:status',
    payload: { ...status, agentId: `agent-${index}` },
  }));

  /** Wraps a task, and records the maximum number of concurrent calls. */
  function whileCounting<Args extends unknown[]>(task: (...args: Args) => Promise<unknown>) {
    const seen = { running: 0, most: 0 };
    const counted = async (...args: Args) => {
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      await new Promise(setImmediate);
      seen.running -= 1;
      return task(...args);
    };
    return { seen, counted };
  }

  it('of a thousand invalid events is rejected event by event, at most 32 at a time, with one log line', async () => {
    const { counted, kept, log, deadLetters, report } = setUp();
    const keeping = whileCounting(deadLetters.keep);
    deadLetters.keep = keeping.counted as typeof deadLetters.keep;
    const events = agents.map(({ type, payload }, index) => ({
      type,
      payload: index % 2 === 0 ? { ...payload, status: 'busy' } : { ...payload, agentId: '' },
    }));
    await report('events:batch', { events });
    expect(kept).toHaveLength(1_000);
    for (const [index, { event, reason }] of kept.entries()) {
      expect(event).toMatchObject({ id: `event-1#${index}`, detail: events[index]?.payload });
      expect(reason).toMatch(index % 2 === 0 ? /^status must/ : /^agentId must/);
    }
    expect(keeping.seen.most).toBe(32);
    expect(counted).toEqual(events.map(() => 'RejectedEvents'));
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'event rejected',
        fields: {
          eventId: 'event-1#0',
          events: 1_000,
          reason: expect.stringMatching(/^status must .*; agentId must /) as unknown,
          agentIds: 'agent-0, agent-2, agent-4',
        },
      },
    ]);
  });

  it('is stored with at most 32 registers at a time, and each stale event is counted', async () => {
    const harness = setUp();
    const { clock, connections, counted, poster, state, report } = harness;
    connections.seed(clock.now(), ['alice']);
    const putting = whileCounting(state.put.bind(state));
    state.put = putting.counted as typeof state.put;
    await report('events:batch', { events: agents });
    expect(state.registers.size).toBe(1_000);
    expect(putting.seen.most).toBe(32);
    expect(poster.posts).toHaveLength(1_000);
    expect([...state.registers.values()].map(({ broadcast }) => broadcast)).toEqual(
      agents.map(() => 'done'),
    );
    await report('events:batch', { events: agents });
    expect(poster.posts).toHaveLength(1_000);
    expect(counted).toEqual(agents.map(() => 'StaleEvents'));
  });
});

describe('timelines', () => {
  const activity = { agentId: 'a', sessionId: 's', lastMessage: 'm', timestamp: 5 };

  it('get every valid event, also one that is stale for its register', async () => {
    const { timeline, report } = setUp();
    await report('session:activity', activity);
    await report('session:activity', { ...activity, timestamp: 4, lastMessage: 'late', more: 1 });
    await report('session:activity', { ...activity, timestamp: 'invalid' });
    expect(timeline.writes).toEqual([
      { type: 'session:activity', payload: activity },
      { type: 'session:activity', payload: { ...activity, timestamp: 4, lastMessage: 'late' } },
    ]);
  });

  it('get all events of a pack at once', async () => {
    const { timeline, report } = setUp();
    const events = [1, 2, 3].map((timestamp) => ({
      type: 'session:activity',
      payload: { ...activity, timestamp },
    }));
    await report('events:batch', { events });
    expect(timeline.writes).toEqual(events);
  });

  it('do not delay a broadcast, but the invocation ends only after their write', async () => {
    const { clock, connections, poster, timeline, report } = setUp();
    connections.seed(clock.now(), ['alice']);
    let finishWrite = () => undefined as unknown;
    timeline.written = new Promise(
      (resolve) =>
        (finishWrite = () => {
          resolve();
        }),
    );
    let isOver = false;
    const reported = report('session:activity', activity).then(() => (isOver = true));
    await eventually(() => {
      expect(poster.posts).toHaveLength(1);
    });
    expect(isOver).toBe(false);
    finishWrite();
    await reported;
  });
});
