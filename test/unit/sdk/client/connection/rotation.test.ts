// Make before break: the next connection is synced before the present one is given up.
import fc from 'fast-check';
import type { AgentStatus } from '#sdk/client';
import { rotate, type RotationEvent, type RotationPhase } from '#sdk/client/connection/rotation';
import { ClientWorld, settle } from '../../../../support/client-world';

const minute = 60_000;

async function live(world: ClientWorld, milliseconds: number): Promise<void> {
  const end = world.time.now() + milliseconds;
  while (world.time.now() < end) {
    await world.time.pass(Math.min(30_000, end - world.time.now()));
    for (const socket of world.open) socket.receive('heartbeat', { timestamp: world.time.now() });
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
])('at a random time: luck %d, after %d minutes', async (luck, minutes) => {
  const world = new ClientWorld();
  world.luck = luck;
  await world.accept();
  await live(world, minutes * minute - 1);
  expect(world.sockets).toHaveLength(1);
  await world.time.pass(1);
  expect(world.sockets).toHaveLength(2);
});

it('the old one is closed after the new one is synced and a little later; nobody is told', async () => {
  const world = new ClientWorld();
  await world.connect();
  await live(world, 100 * minute - 5_000);
  const [old, fresh] = world.sockets;
  expect(fresh?.token).toBe('token-2');
  fresh?.accept();
  await world.time.pass(5_000);
  expect(old?.readyState).toBe('open');
  world.snapshot();
  await world.time.pass(1_999);
  expect(old?.readyState).toBe('open');
  await world.time.pass(1);
  expect([old?.readyState, old?.closedWith]).toEqual(['closed', 1000]);
  expect(world.states).toEqual(['connecting', 'connected', 'connected']);
});

it('what both deliver is heard once, what either delivers is heard', async () => {
  const world = new ClientWorld();
  const heard: string[] = [];
  world.client.on('agent:status', ({ agentId }) => heard.push(agentId));
  await world.connect();
  await live(world, 100 * minute - 5_000);
  const [old, fresh] = world.sockets;
  old?.receive('agent:status', agent('before open', 1));
  fresh?.accept();
  for (const socket of [fresh, old]) socket?.receive('agent:status', agent('by both', 2));
  world.snapshot({ agents: [agent('by both', 2), agent('before open', 1), agent('stored', 3)] });
  old?.receive('agent:status', agent('late, by the old one', 4));
  fresh?.receive('agent:status', agent('by the new one', 5));
  await world.time.pass(2_000);
  expect(heard).toEqual([
    'before open',
    'by both',
    'stored',
    'late, by the old one',
    'by the new one',
  ]);
});

it('goes on, rotation after rotation, with one socket in between', async () => {
  const world = new ClientWorld();
  await world.accept();
  for (let rotation = 1; rotation <= 10; rotation += 1) {
    await live(world, 100 * minute);
    await world.accept();
    await live(world, 5_000);
    expect([world.sockets.length, world.open.length]).toEqual([rotation + 1, 1]);
    // The 5 s have gone by already.
    await world.time.pass(0);
  }
  expect(new Set(world.states)).toEqual(new Set(['connecting', 'connected']));
});

describe('the next one fails', () => {
  it('the present one stays, and it is tried again with growing waits', async () => {
    const world = new ClientWorld();
    world.luck = 1;
    await world.connect();
    await live(world, 110 * minute - 5_000);
    for (const wait of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const { length } = world.sockets;
      world.socket.drop();
      await settle();
      await live(world, wait - 1);
      expect(world.sockets).toHaveLength(length);
      await world.time.pass(1);
      expect(world.sockets).toHaveLength(length + 1);
    }
    expect(world.state).toBe('connected');
    const fresh = await world.accept();
    await world.time.pass(2_000);
    expect(world.open).toEqual([fresh]);
  });

  it('and so does the present one: the usual backoff', async () => {
    const world = new ClientWorld();
    await world.connect();
    await live(world, 100 * minute - 5_000);
    world.sockets[1]?.drop();
    await settle();
    world.sockets[0]?.drop();
    await settle();
    expect(world.client.connection).toMatchObject({ state: 'waiting', attempt: 1 });
    await world.time.pass(10_000);
    expect(world.sockets).toHaveLength(3);
  });
});

describe('the present one fails while the next is on its way', () => {
  it('before it is open: connecting, and it is the one', async () => {
    const world = new ClientWorld();
    await world.connect();
    await live(world, 100 * minute - 5_000);
    world.sockets[0]?.drop();
    expect(world.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await world.accept();
    expect([world.state, world.sockets.length]).toEqual(['connected', 2]);
  });

  it('before it is synced: still connected', async () => {
    const world = new ClientWorld();
    await world.connect();
    await live(world, 100 * minute - 5_000);
    world.sockets[1]?.accept();
    world.sockets[0]?.receive('connection:closing', { reason: 'replaced' });
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
    world.snapshot();
    // And that one, too, is replaced in its time.
    await live(world, 100 * minute);
    expect(world.sockets).toHaveLength(3);
  });
});

it('goes on while the browser says it is offline: a connection that answers is one', async () => {
  const world = new ClientWorld();
  await world.connect();
  await live(world, 99 * minute);
  world.page.set({ isOnline: false });
  world.socket.receive('pong', { timestamp: world.time.now() });
  await live(world, minute);
  await world.accept();
  await world.time.pass(2_000);
  expect([world.sockets.length, world.open.length, world.state]).toEqual([2, 1, 'connected']);
});

it('whatever happens, there are at most two connections, and one of them is current', () => {
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
        // The one that is replaced is no longer counted.
        const retired = each === 'next:synced' && after !== before ? 1 : 0;
        expect(connections[after]).toBe(connections[before] + opened - ended - retired);
        // Whoever has nothing left is told, and so is whoever has to wait for the successor.
        expect(effects.includes('ended')).toBe(before !== 'none' && after === 'none');
        expect(effects.includes('handover')).toBe(before === 'replacing' && after === 'opening');
        // A connection that is open, and the only one, is replaced some day.
        const isPlanned = effects.includes('plan') || effects.includes('retry');
        if (after === 'open' && before !== 'open') expect(isPlanned).toBe(true);
      }
    }),
  );
});
