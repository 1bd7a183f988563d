// Whether a connection lives: silence, pings, the network and the page.
import type { Clock } from '#sdk/client';
import { ClientWorld, FakeTime, settle } from '../../../../support/client-world';

let world: ClientWorld;
beforeEach(async () => {
  world = new ClientWorld();
  await world.connect();
});

const heartbeat = () => {
  world.socket.receive('heartbeat', { timestamp: world.time.now() });
};
const pings = () => world.socket.sentOf('ping').length;

it('silence of 2.5 heartbeat intervals means dead', async () => {
  heartbeat();
  await world.time.pass(74_999);
  expect(world.state).toBe('connected');
  await world.time.pass(1);
  expect(world.client.connection).toMatchObject({
    state: 'waiting',
    reason: 'silent',
    retryInMs: 500,
  });
  expect(world.sockets[0]?.readyState).toBe('closed');
});

describe('the interval that the server tells', () => {
  it.each([1, 30, 60, 120, 540])(
    'of %i s is what a client with default options goes by, from its first snapshot on',
    async (heartbeatSeconds) => {
      const world = new ClientWorld();
      await world.accept({ heartbeatSeconds });
      for (let interval = 0; interval < 3; interval += 1) {
        await world.time.pass(heartbeatSeconds * 1000);
        world.socket.receive('heartbeat', { timestamp: world.time.now() });
      }
      await world.time.pass(heartbeatSeconds * 2_500 - 1);
      expect([world.state, world.sockets.length]).toEqual(['connected', 1]);
      await world.time.pass(1);
      expect(world.client.connection).toMatchObject({ state: 'waiting', reason: 'silent' });
    },
  );

  it('goes before `heartbeatMs`, which holds until then and where no server tells', async () => {
    const world = new ClientWorld({ timing: { heartbeatMs: 1_000 } });
    await settle();
    world.socket.accept();
    await world.time.pass(2_499);
    expect(world.state).toBe('connected');
    world.snapshot({ heartbeatSeconds: 60 });
    await world.time.pass(149_999);
    expect(world.state).toBe('connected');
    await world.time.pass(1);
    expect(world.state).toBe('waiting');
    await world.nextAttempt();
    await world.accept();
    await world.time.pass(2_500);
    expect(world.state).toBe('waiting');
  });

  it('holds for a program that has slept, too', async () => {
    const world = new ClientWorld();
    await world.accept({ heartbeatSeconds: 540 });
    await world.time.sleep(1_400_000);
    expect([world.state, world.socket.sentOf('ping').length]).toEqual(['connected', 1]);
    world.socket.receive('pong', { timestamp: world.time.now() });
    await world.time.pass(540_000);
    expect([world.state, world.sockets.length]).toEqual(['connected', 1]);
  });
});

it('a dead socket of `ws` is cut, not asked to close', async () => {
  const terminate = jest.fn();
  Object.assign(world.socket, { terminate });
  const { socket } = world;
  await world.time.pass(75_000);
  expect([terminate.mock.calls.length, socket.closedWith]).toEqual([1, undefined]);
});

it('any frame is a sign of life, even one that nobody understands', async () => {
  heartbeat();
  for (const text of ['{"type":"heartbeat","payload":{"timestamp":1}}', 'nonsense', '{}', '']) {
    await world.time.pass(70_000);
    world.socket.receiveText(text);
  }
  await world.time.pass(70_000);
  expect(world.state).toBe('connected');
  expect(world.sockets).toHaveLength(1);
});

it('a program that has slept asks before it gives up: frames may be waiting', async () => {
  heartbeat();
  await world.time.sleep(600_000);
  expect([world.state, pings()]).toEqual(['connected', 1]);
  heartbeat();
  await world.time.pass(60_000);
  expect(world.sockets).toHaveLength(1);

  await world.time.sleep(600_000);
  expect([world.state, pings()]).toEqual(['connected', 2]);
  await world.time.pass(3_000);
  expect(world.state).toBe('connecting');
});

describe('the page becomes visible', () => {
  const look = () => {
    world.page.set({ isVisible: false });
    world.page.set({ isVisible: true });
  };

  it('a ping that is answered within 3 s: nothing has happened', async () => {
    look();
    expect(pings()).toBe(1);
    await world.time.pass(2_999);
    world.socket.receive('pong', { timestamp: world.time.now() });
    await world.time.pass(10_000);
    expect(world.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('no answer within 3 s: a new connection at once, not after a backoff', async () => {
    look();
    await world.time.pass(3_000);
    expect(world.client.connection).toMatchObject({
      state: 'connecting',
      attempt: 1,
      reason: 'silent',
    });
    await world.accept();
    expect(world.open).toHaveLength(1);
  });

  it('while waiting, the next attempt is now', () => {
    world.socket.drop();
    look();
    expect(world.state).toBe('connecting');
  });

  it('while unauthorized, too: the person may have signed in', async () => {
    world.whoami = 401;
    world.socket.drop();
    await world.nextAttempt();
    world.socket.drop();
    await settle();
    expect(world.state).toBe('unauthorized');
    look();
    expect(world.state).toBe('connecting');
  });

  it('the page becoming hidden means nothing', () => {
    world.page.set({ isVisible: false });
    expect(pings()).toBe(0);
  });
});

describe('the network', () => {
  const answer = () => {
    world.socket.receive('pong', { timestamp: world.time.now() });
  };

  it('is said to be away, but the server answers, as one on the same machine: connected', async () => {
    world.page.set({ isOnline: false });
    expect(pings()).toBe(1);
    answer();
    await world.time.pass(70_000);
    heartbeat();
    await world.time.pass(70_000);
    expect(world.states).toEqual(['connecting', 'connected', 'connected']);
    world.page.set({ isOnline: true });
    expect(pings()).toBe(2);
    answer();
    await world.time.pass(10_000);
    expect([world.state, world.sockets.length]).toEqual(['connected', 1]);
  });

  it('is away: offline within 3 s, attempts go on, seldom, and at once when it is back', async () => {
    world.page.set({ isOnline: false });
    await world.time.pass(3_000);
    expect(world.client.connection).toMatchObject({
      state: 'offline',
      attempt: 1,
      retryInMs: 22_500,
      reason: 'silent',
    });
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      await world.nextAttempt();
      expect(world.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
      world.socket.drop();
      await settle();
      expect(world.client.connection).toMatchObject({ state: 'offline', retryInMs: 22_500 });
    }
    world.page.set({ isOnline: true });
    await world.accept();
    expect([world.state, world.sockets.length]).toEqual(['connected', 22]);
  });

  it('is said to be away, but an attempt succeeds: connected', async () => {
    world.page.set({ isOnline: false });
    world.socket.drop();
    await settle();
    expect(world.state).toBe('offline');
    await world.nextAttempt();
    await world.accept();
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
  });

  it('comes back, but the socket did not survive: a new one within 3 s', async () => {
    world.page.set({ isOnline: false });
    world.page.set({ isOnline: true });
    await world.time.pass(3_000);
    expect(world.state).toBe('connecting');
    await world.accept();
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
  });

  it('goes while waiting or connecting: that goes on', async () => {
    world.socket.drop();
    const { since, retryInMs } = world.client.connection;
    await world.time.pass(100);
    world.page.set({ isOnline: false });
    expect(world.client.connection).toMatchObject({ state: 'waiting', since, retryInMs });
    await world.time.pass((retryInMs ?? 0) - 100);
    expect(world.state).toBe('connecting');
    world.page.set({ isOnline: true });
    world.page.set({ isOnline: false });
    expect([world.sockets.length, world.open.length]).toEqual([2, 1]);
    world.socket.drop();
    await settle();
    expect(world.state).toBe('offline');
  });

  it('is said to be away from the beginning: the first attempt is made at once', async () => {
    world.client.close();
    world.page.isOnline = false;
    world.client.reconnect();
    await world.accept();
    expect(world.state).toBe('connected');
  });

  it('is away for longer than maxAttempts: nothing is given up', async () => {
    world = new ClientWorld({ maxAttempts: 2 });
    world.page.set({ isOnline: false });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await world.nextAttempt();
      world.socket.drop();
      await settle();
      expect(world.state).toBe('offline');
    }
    world.client.close();
  });

  it('says offline while a new socket is about to take over: only one is left', async () => {
    world.socket.receive('connection:closing', { reason: 'token_expired' });
    await settle();
    world.page.set({ isOnline: false });
    world.sockets[0]?.drop(1000);
    world.socket.drop();
    await settle();
    expect([world.state, world.open.length]).toEqual(['offline', 0]);
    world.page.set({ isOnline: true });
    await world.accept();
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
  });
});

it('a clock that is set back does not make silence last', async () => {
  const time = new FakeTime();
  let aheadMs = 0;
  const clock: Clock = {
    now: () => time.now() + aheadMs,
    setTimeout: (due, delayMs) => time.setTimeout(due, delayMs),
    clearTimeout: (timer) => {
      time.clearTimeout(timer);
    },
  };
  const world = new ClientWorld({ clock });
  await world.accept();
  await time.pass(30_000);
  aheadMs = -3_600_000;
  await time.pass(155_000);
  expect(world.connections).toContainEqual(expect.objectContaining({ reason: 'silent' }));
});
