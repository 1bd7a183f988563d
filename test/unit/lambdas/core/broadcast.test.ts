import { createBroadcast } from '../../../../lambdas/core/broadcast';
import { createLargeFanOut } from '../../../../lambdas/core/large-fan-out';
import { createFanOutWorld } from '../../../support/fan-out';

function setUp() {
  const world = createFanOutWorld();
  const kept: { event: unknown; reason: string }[] = [];
  const rejected = {
    keep: async (event: unknown, reason: string) => {
      kept.push({ event, reason });
      return Promise.resolve();
    },
  };
  const largeFanOut = createLargeFanOut({ ...world, threshold: 100 });
  const broadcast = createBroadcast({ ...world, largeFanOut, rejected });
  const report = (type: string, payload: unknown) =>
    world.clock.run(
      broadcast({ id: 'event-1', type, payload, whole: { whole: 'event' } }, world.now() + 20_000),
    );
  return { ...world, poster: world.gateway, kept, rejected, report };
}

const status = { agentId: 'agent-123', status: 'online', timestamp: 1_707_163_200_000 };

test('sends the documented keys and no other, in the documented order', async () => {
  const { clock, connections, poster, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await report('agent:status', { extra: 'dropped', timestamp: 5, status: 'error', agentId: 'a' });
  expect(JSON.stringify(poster.posts.map(({ frame }) => frame))).toBe(
    '[{"type":"agent:status","payload":{"agentId":"a","status":"error","timestamp":5}}]',
  );
});

test('reports and logs what became of it, with the age of the event', async () => {
  const { clock, connections, log, report } = setUp();
  connections.seed(clock.now(), ['alice', 'alice', 'bob']);
  const payload = { ...status, timestamp: clock.now() - 250 };
  await expect(report('agent:status', payload)).resolves.toMatchObject({ delivered: 3, failed: 0 });
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

test('records the same numbers as metrics', async () => {
  const { clock, connections, recorded, report } = setUp();
  connections.seed(clock.now(), ['alice', 'bob']);
  await report('agent:status', { ...status, timestamp: clock.now() - 250 });
  expect(recorded).toMatchObject([
    { type: 'agent:status', numbers: { delivered: 2, failed: 0, ageMilliseconds: 250 } },
  ]);
});

test('leaves a large fan-out to the workers, one job per shard', async () => {
  const { clock, connections, census, poster, queue, report } = setUp();
  connections.seed(clock.now(), ['alice']);
  await census.write({ shard: 0, connections: 101, users: 1, takenAt: clock.now() });
  await expect(report('agent:status', status)).resolves.toBeUndefined();
  expect(poster.posts).toEqual([]);
  expect(queue.jobs).toHaveLength(16);
});

test.each([
  ['an unknown status', 'agent:status', { ...status, status: 'busy' }, /status must be one of/],
  ['a missing agentId', 'agent:status', { status: 'online', timestamp: 1 }, /agentId is missing/],
  ['a text for a timestamp', 'agent:status', { ...status, timestamp: '1' }, /timestamp must be/],
  ['an unknown type', 'agent:restarted', status, /type must be one of agent:status/],
  [
    '300 KB of text',
    'session:activity',
    { agentId: 'a', sessionId: 's', lastMessage: 'x'.repeat(300_000), timestamp: 1 },
    /frame of at most 32768 bytes, not of 300/,
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

test('never logs the text of a message', async () => {
  const { log, report } = setUp();
  await report('session:activity', { ...status, sessionId: 's', lastMessage: 'a secret' });
  await report('session:activity', { ...status, sessionId: '', lastMessage: 'a secret' });
  await report('session:activity', { ...status, sessionId: 's', lastMessage: ['a secret'] });
  expect(log.lines).toHaveLength(3);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

test('throws when a rejected event cannot be kept, so that it is tried again', async () => {
  const { rejected, report } = setUp();
  rejected.keep = () => Promise.reject(new Error('the queue is down'));
  await expect(report('agent:status', {})).rejects.toThrow('the queue is down');
});
