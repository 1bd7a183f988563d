// Whether a connection lives: silence, pings, the network and the page.
import type { Clock } from '#sdk/client';
import { ClientHarness, FakeTime, settle } from '../../../../support/client/client-harness';

let harness: ClientHarness;
beforeEach(async () => {
  harness = new ClientHarness();
  await harness.connect();
});

const heartbeat = () => {
  harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
};
const pings = () => harness.socket.sentOf('ping').length;

it('silence of 2.5 heartbeat intervals means dead', async () => {
  heartbeat();
  await harness.time.pass(74_999);
  expect(harness.state).toBe('connected');
  await harness.time.pass(1);
  expect(harness.client.connection).toMatchObject({
    state: 'waiting',
    reason: 'silent',
    retryInMs: 500,
  });
  expect(harness.sockets[0]?.readyState).toBe('closed');
});

describe('the interval that the server tells', () => {
  it.each([1, 30, 60, 120, 540])(
    'of %i s is what a client with default options goes by, from its first snapshot on',
    async (heartbeatSeconds) => {
      const harness = new ClientHarness();
      await harness.accept({ heartbeatSeconds });
      for (let interval = 0; interval < 3; interval += 1) {
        await harness.time.pass(heartbeatSeconds * 1000);
        harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
      }
      await harness.time.pass(heartbeatSeconds * 2_500 - 1);
      expect([harness.state, harness.sockets.length]).toEqual(['connected', 1]);
      await harness.time.pass(1);
      expect(harness.client.connection).toMatchObject({ state: 'waiting', reason: 'silent' });
    },
  );

  it('goes before `heartbeatMs`, which holds until then and where no server tells', async () => {
    const harness = new ClientHarness({ timing: { heartbeatMs: 1_000 } });
    await settle();
    harness.socket.accept();
    await harness.time.pass(2_499);
    expect(harness.state).toBe('connected');
    harness.snapshot({ heartbeatSeconds: 60 });
    await harness.time.pass(149_999);
    expect(harness.state).toBe('connected');
    await harness.time.pass(1);
    expect(harness.state).toBe('waiting');
    await harness.nextAttempt();
    await harness.accept();
    await harness.time.pass(2_500);
    expect(harness.state).toBe('waiting');
  });

  it('holds for a program that has slept, too', async () => {
    const harness = new ClientHarness();
    await harness.accept({ heartbeatSeconds: 540 });
    await harness.time.sleep(1_400_000);
    expect([harness.state, harness.socket.sentOf('ping').length]).toEqual(['connected', 1]);
    harness.socket.receive('pong', { timestamp: harness.time.now() });
    await harness.time.pass(540_000);
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 1]);
  });
});

it('a dead socket of `ws` is cut, not asked to close', async () => {
  const terminate = jest.fn();
  Object.assign(harness.socket, { terminate });
  const { socket } = harness;
  await harness.time.pass(75_000);
  expect([terminate.mock.calls.length, socket.closedWith]).toEqual([1, undefined]);
});

it('any frame is a sign of life, even one that nobody understands', async () => {
  heartbeat();
  for (const text of ['{"type":"heartbeat","payload":{"timestamp":1}}', 'nonsense', '{}', '']) {
    await harness.time.pass(70_000);
    harness.socket.receiveText(text);
  }
  await harness.time.pass(70_000);
  expect(harness.state).toBe('connected');
  expect(harness.sockets).toHaveLength(1);
});

it('a program that has slept asks before it gives up: frames may be waiting', async () => {
  heartbeat();
  await harness.time.sleep(600_000);
  expect([harness.state, pings()]).toEqual(['connected', 1]);
  heartbeat();
  await harness.time.pass(60_000);
  expect(harness.sockets).toHaveLength(1);

  await harness.time.sleep(600_000);
  expect([harness.state, pings()]).toEqual(['connected', 2]);
  await harness.time.pass(3_000);
  expect(harness.state).toBe('connecting');
});

describe('the page becomes visible', () => {
  const look = () => {
    harness.page.set({ isVisible: false });
    harness.page.set({ isVisible: true });
  };

  it('a ping that is answered within 3 s: nothing has happened', async () => {
    look();
    expect(pings()).toBe(1);
    await harness.time.pass(2_999);
    harness.socket.receive('pong', { timestamp: harness.time.now() });
    await harness.time.pass(10_000);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('no answer within 3 s: a new connection at once, not after a backoff', async () => {
    look();
    await harness.time.pass(3_000);
    expect(harness.client.connection).toMatchObject({
      state: 'connecting',
      attempt: 1,
      reason: 'silent',
    });
    await harness.accept();
    expect(harness.open).toHaveLength(1);
  });

  it('while waiting, the next attempt is now', () => {
    harness.socket.drop();
    look();
    expect(harness.state).toBe('connecting');
  });

  it('while unauthorized, too: the person may have signed in', async () => {
    harness.whoami = 401;
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('unauthorized');
    look();
    expect(harness.state).toBe('connecting');
  });

  it('the page becoming hidden means nothing', () => {
    harness.page.set({ isVisible: false });
    expect(pings()).toBe(0);
  });
});

describe('the network', () => {
  const answer = () => {
    harness.socket.receive('pong', { timestamp: harness.time.now() });
  };

  it('is said to be away, but the server answers, as one on the same machine: connected', async () => {
    harness.page.set({ isOnline: false });
    expect(pings()).toBe(1);
    answer();
    await harness.time.pass(70_000);
    heartbeat();
    await harness.time.pass(70_000);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
    harness.page.set({ isOnline: true });
    expect(pings()).toBe(2);
    answer();
    await harness.time.pass(10_000);
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 1]);
  });

  it('is away: offline within 3 s, attempts go on, seldom, and at once when it is back', async () => {
    harness.page.set({ isOnline: false });
    await harness.time.pass(3_000);
    expect(harness.client.connection).toMatchObject({
      state: 'offline',
      attempt: 1,
      retryInMs: 22_500,
      reason: 'silent',
    });
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      await harness.nextAttempt();
      expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
      harness.socket.drop();
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'offline', retryInMs: 22_500 });
    }
    harness.page.set({ isOnline: true });
    await harness.accept();
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 22]);
  });

  it('is said to be away, but an attempt succeeds: connected', async () => {
    harness.page.set({ isOnline: false });
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('offline');
    await harness.nextAttempt();
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('comes back, but the socket did not survive: a new one within 3 s', async () => {
    harness.page.set({ isOnline: false });
    harness.page.set({ isOnline: true });
    await harness.time.pass(3_000);
    expect(harness.state).toBe('connecting');
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('goes while waiting or connecting: that goes on', async () => {
    harness.socket.drop();
    const { since, retryInMs } = harness.client.connection;
    await harness.time.pass(100);
    harness.page.set({ isOnline: false });
    expect(harness.client.connection).toMatchObject({ state: 'waiting', since, retryInMs });
    await harness.time.pass((retryInMs ?? 0) - 100);
    expect(harness.state).toBe('connecting');
    harness.page.set({ isOnline: true });
    harness.page.set({ isOnline: false });
    expect([harness.sockets.length, harness.open.length]).toEqual([2, 1]);
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('offline');
  });

  it('is said to be away from the beginning: the first attempt is made at once', async () => {
    harness.client.close();
    harness.page.isOnline = false;
    harness.client.reconnect();
    await harness.accept();
    expect(harness.state).toBe('connected');
  });

  it('is away for longer than maxAttempts: nothing is given up', async () => {
    harness = new ClientHarness({ maxAttempts: 2 });
    harness.page.set({ isOnline: false });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await harness.nextAttempt();
      harness.socket.drop();
      await settle();
      expect(harness.state).toBe('offline');
    }
    harness.client.close();
  });

  it('says offline while a new socket is about to take over: only one is left', async () => {
    harness.socket.receive('connection:closing', { reason: 'token_expired' });
    await settle();
    harness.page.set({ isOnline: false });
    harness.sockets[0]?.drop(1000);
    harness.socket.drop();
    await settle();
    expect([harness.state, harness.open.length]).toEqual(['offline', 0]);
    harness.page.set({ isOnline: true });
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
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
  const harness = new ClientHarness({ clock });
  await harness.accept();
  await time.pass(30_000);
  aheadMs = -3_600_000;
  await time.pass(155_000);
  expect(harness.connections).toContainEqual(expect.objectContaining({ reason: 'silent' }));
});
