// Rotation: the next connection is synced before the current one is closed.
import fc from 'fast-check';
import type { AgentStatus } from '#sdk/client';
import { rotate, type RotationEvent, type RotationPhase } from '#sdk/client/connection/rotation';
import { ClientHarness, settle } from '#test/support/client/client-harness';

const minute = 60_000;

async function live(harness: ClientHarness, milliseconds: number): Promise<void> {
  const end = harness.time.now() + milliseconds;
  while (harness.time.now() < end) {
    await harness.time.pass(Math.min(30_000, end - harness.time.now()));
    for (const socket of harness.open)
      socket.receive('heartbeat', { timestamp: harness.time.now() });
  }
}

const agent = (agentId: string, timestamp: number): AgentStatus => ({
  agentId,
  status: 'online',
  timestamp,
});

it.each([
  [0, 90],
  [0.5, 100],
  [1, 110],
])(
  'starts at a random time: with the random value %d after %d minutes',
  async (random, minutes) => {
    const harness = new ClientHarness();
    harness.random = random;
    await harness.accept();
    await live(harness, minutes * minute - 1);
    expect(harness.sockets).toHaveLength(1);
    await harness.time.pass(1);
    expect(harness.sockets).toHaveLength(2);
  },
);

it('closes the old connection 2 s after the new one is synced, without a change of the connection state', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  await live(harness, 100 * minute - 5_000);
  const [old, fresh] = harness.sockets;
  expect(fresh?.token).toBe('token-2');
  fresh?.accept();
  await harness.time.pass(5_000);
  expect(old?.readyState).toBe('open');
  harness.snapshot();
  await harness.time.pass(1_999);
  expect(old?.readyState).toBe('open');
  await harness.time.pass(1);
  expect([old?.readyState, old?.closedWith]).toEqual(['closed', 1000]);
  expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
});

it('reports an event that both connections deliver once, and one that either delivers', async () => {
  const harness = new ClientHarness();
  const heard: string[] = [];
  harness.client.on('agent:status', ({ agentId }) => heard.push(agentId));
  await harness.connect();
  await live(harness, 100 * minute - 5_000);
  const [old, fresh] = harness.sockets;
  old?.receive('agent:status', agent('before open', 1));
  fresh?.accept();
  for (const socket of [fresh, old]) socket?.receive('agent:status', agent('by both', 2));
  harness.snapshot({ agents: [agent('by both', 2), agent('before open', 1), agent('stored', 3)] });
  old?.receive('agent:status', agent('late, by the old one', 4));
  fresh?.receive('agent:status', agent('by the new one', 5));
  await harness.time.pass(2_000);
  expect(heard).toEqual([
    'before open',
    'by both',
    'stored',
    'late, by the old one',
    'by the new one',
  ]);
});

it('repeats, with one open socket after each rotation', async () => {
  const harness = new ClientHarness();
  await harness.accept();
  for (let rotation = 1; rotation <= 10; rotation += 1) {
    await live(harness, 100 * minute);
    await harness.accept();
    await live(harness, 5_000);
    expect([harness.sockets.length, harness.open.length]).toEqual([rotation + 1, 1]);
    // Runs the timer of the 5 s, which have already passed.
    await harness.time.pass(0);
  }
  expect(new Set(harness.states)).toEqual(new Set(['connecting', 'connected']));
});

describe('a failure of the next connection', () => {
  it('keeps the current connection, and is followed by attempts with increasing waits', async () => {
    const harness = new ClientHarness();
    harness.random = 1;
    await harness.connect();
    await live(harness, 110 * minute - 5_000);
    for (const wait of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const { length } = harness.sockets;
      harness.socket.drop();
      await settle();
      await live(harness, wait - 1);
      expect(harness.sockets).toHaveLength(length);
      await harness.time.pass(1);
      expect(harness.sockets).toHaveLength(length + 1);
    }
    expect(harness.state).toBe('connected');
    const fresh = await harness.accept();
    await harness.time.pass(2_000);
    expect(harness.open).toEqual([fresh]);
  });

  it('and of the current one is followed by the usual backoff', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    await live(harness, 100 * minute - 5_000);
    harness.sockets[1]?.drop();
    await settle();
    harness.sockets[0]?.drop();
    await settle();
    expect(harness.client.connection).toMatchObject({ state: 'waiting', attempt: 1 });
    await harness.time.pass(10_000);
    expect(harness.sockets).toHaveLength(3);
  });
});

describe('a failure of the current connection during a rotation', () => {
  it('before the next one is open makes the client connecting, and the next one is used', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    await live(harness, 100 * minute - 5_000);
    harness.sockets[0]?.drop();
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await harness.accept();
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 2]);
  });

  it('before the next one is synced does not change the state', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    await live(harness, 100 * minute - 5_000);
    harness.sockets[1]?.accept();
    harness.sockets[0]?.receive('connection:closing', { reason: 'replaced' });
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
    harness.snapshot();
    // The new connection is also rotated later.
    await live(harness, 100 * minute);
    expect(harness.sockets).toHaveLength(3);
  });
});

it('continues while the browser reports offline, if the connection answers', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  await live(harness, 99 * minute);
  harness.page.set({ isOnline: false });
  harness.socket.receive('pong', { timestamp: harness.time.now() });
  await live(harness, minute);
  await harness.accept();
  await harness.time.pass(2_000);
  expect([harness.sockets.length, harness.open.length, harness.state]).toEqual([2, 1, 'connected']);
});

it('has at most two connections, one of which is current, after any events', () => {
  const news = ['opened', 'synced', 'due', 'refused', 'ended'] as const;
  const event: fc.Arbitrary<RotationEvent> = fc.oneof(
    fc.constant<RotationEvent>('start'),
    fc
      .tuple(fc.constantFrom('current', 'next', 'old'), fc.constantFrom(...news))
      .map(([role, what]): RotationEvent => `${role}:${what}`),
  );
  const connections = { none: 0, opening: 1, open: 1, replacing: 2, syncing: 2 };
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let phase: RotationPhase = 'none';
      for (const each of events) {
        const before: RotationPhase = phase;
        const [after, ...effects] = rotate(phase, each);
        phase = after;
        const opened = effects.filter((effect) => effect === 'open').length;
        const ended = each.endsWith(':ended') && after !== before ? 1 : 0;
        // The replaced connection is no longer counted.
        const retired = each === 'next:synced' && after !== before ? 1 : 0;
        expect(connections[after]).toBe(connections[before] + opened - ended - retired);
        // `ended` if no connection is left, `handover` if the next one is still opening.
        expect(effects.includes('ended')).toBe(before !== 'none' && after === 'none');
        expect(effects.includes('handover')).toBe(before === 'replacing' && after === 'opening');
        // The next rotation of the only open connection is scheduled.
        const isPlanned = effects.includes('plan') || effects.includes('retry');
        if (after === 'open' && before !== 'open') expect(isPlanned).toBe(true);
      }
    }),
  );
});
