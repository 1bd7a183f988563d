import { createBroadcast } from '#core/broadcasting/broadcast';
import { registerOf } from '#sdk/protocol';
import { MemoryStateStore } from '../../../../support/core/fakes';
import { createFanOutHarness } from '../../../../support/core/fan-out';

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
  const broadcast = createBroadcast({ ...harness, state, deadLetters, lifetimes });
  /** What was logged of the fan-out, if there was one. */
  const report = async (type: string, payload: unknown) => {
    const before = harness.log.lines.length;
    const event = { id: 'event-1', type, payload, whole: { whole: 'event' } };
    await harness.clock.run(broadcast(event, harness.now() + 20_000));
    return harness.log.lines.slice(before).find(({ message }) => message === 'fan-out')?.fields;
  };
  return { ...harness, poster: harness.gateway, state, kept, deadLetters, report };
}

const status = { agentId: 'agent-123', status: 'online', timestamp: 1_707_163_200_000 } as const;

it('sends the documented keys and no other, in the documented order', async () => {
  const { clock, connections, poster, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await report('agent:status', { extra: 'dropped', timestamp: 5, status: 'error', agentId: 'a' });
  expect(JSON.stringify(poster.posts.map(({ message }) => message))).toBe(
    '[{"type":"agent:status","payload":{"agentId":"a","status":"error","timestamp":5}}]',
  );
});

it('reports and logs what became of it, with the age of the event', async () => {
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

it('leaves a large fan-out to the workers, one job per shard', async () => {
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
  ['a text for a timestamp', 'agent:status', { ...status, timestamp: '1' }, /timestamp must be/],
  ['an unknown type', 'agent:restarted', status, /type must be one of .*agent:status/],
  [
    '300 KB of text',
    'session:activity',
    { agentId: 'a', sessionId: 's', lastMessage: 'x'.repeat(300_000), timestamp: 1 },
    /message of at most 32640 bytes, not of 300/,
  ],
])(
  'keeps %s whole, with the reason, and sends nobody anything',
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

it('throws when a rejected event cannot be kept, so that it is tried again', async () => {
  const { deadLetters, report } = setUp();
  deadLetters.keep = () => Promise.reject(new Error('the queue is down'));
  await expect(report('agent:status', {})).rejects.toThrow('the queue is down');
});

const agentOf = ({ state }: ReturnType<typeof setUp>) =>
  state.registers.get(registerOf({ type: 'agent:status', payload: status }));

it('keeps the newest value of each register, with its lifetime, and notes what is done', async () => {
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
  ['the very same', status],
  ['of the same time, with a lesser text', { ...status, status: 'error' }],
])('counts an event that is %s, and sends nobody anything', async (_, payload) => {
  const { clock, connections, poster, counted, log, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await report('agent:status', status);
  await expect(report('agent:status', payload)).resolves.toBeUndefined();
  expect(poster.posts).toHaveLength(1);
  expect(counted).toEqual(['StaleEvents']);
  // One line of the first, none of this one: it may come by the hundred a second.
  expect(log.lines).toHaveLength(1);
});

it('sends an event again whose function died half-way', async () => {
  const { clock, connections, poster, state, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  const times = { updatedAt: clock.now() - 60_000, expiresAt: clock.now() + 1e9 };
  await state.put({ type: 'agent:status', payload: status } as never, times);
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(poster.posts).toHaveLength(1);
});

it('an event that was lost for some goes out again if it is reported again', async () => {
  const harness = setUp();
  const { clock, connections, poster, queue, report } = harness;
  connections.seed(clock.now(), ['alice']);
  const send = queue.send.bind(queue);
  queue.send = () => Promise.reject(new Error('the queue is down'));
  poster.answer = () => 'throttled';
  await expect(report('agent:status', status)).resolves.toMatchObject({ lost: 1 });
  expect(agentOf(harness)?.broadcast).toBe('pending');
  queue.send = send;
  poster.answer = () => 'delivered';
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(agentOf(harness)?.broadcast).toBe('done');
});

it('an event that other workers are to send is done once they have their jobs', async () => {
  const harness = setUp();
  const { clock, connectionCounts, queue, report } = harness;
  await connectionCounts.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await report('agent:status', status);
  expect(queue.jobs).toHaveLength(16);
  expect(agentOf(harness)?.broadcast).toBe('done');
});

it('sends what it could not store, and says so', async () => {
  const { clock, connections, poster, counted, log, state, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  state.put = () => Promise.reject(new Error('the store is down'));
  await expect(report('agent:status', status)).resolves.toMatchObject({ delivered: 1 });
  expect(poster.posts).toHaveLength(1);
  expect(counted).toEqual(['StateFailures']);
  expect(log.lines[0]).toMatchObject({ level: 'error', message: 'state not stored' });
});

it('acquires the lease while the register is written, and posts nothing before it is', async () => {
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

it('does not hold the lease while the registers of a pack are written: everybody would wait', async () => {
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

it('frees the lease when the event turns out to be stale', async () => {
  const { lease, poster, report } = setUp();
  await report('agent:status', status);
  const { flushedAt } = await lease.look();
  await report('agent:status', status);
  expect(poster.posts).toEqual([]);
  await expect(lease.look()).resolves.toMatchObject({ holder: undefined, flushedAt });
});

it('a completion that cannot be noted harms nobody', async () => {
  const { counted, state, report } = setUp();
  state.completeBroadcast = () => Promise.reject(new Error('the store is down'));
  await expect(report('agent:status', status)).resolves.toMatchObject({ lost: 0 });
  // The state is stored: nobody is to be woken.
  expect(counted).toEqual([]);
});

it('an event may be five minutes ahead of the time, and is kept as rejected beyond', async () => {
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

  /** Notes the most that were under way of what takes a while. */
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

  it('of a thousand invalid events keeps each with its reason, a few at a time, and logs one line', async () => {
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
        },
      },
    ]);
  });

  it('writes its registers a few at a time, and counts each that is stale', async () => {
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
