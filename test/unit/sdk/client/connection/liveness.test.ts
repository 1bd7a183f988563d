// Liveness of a connection: silence, pings, the network and the page.
import type { Clock } from '#sdk/client';
import { ClientHarness, FakeTime, settle } from '#test/support/client/client-harness';

let harness: ClientHarness;
beforeEach(async () => {
  harness = new ClientHarness();
  await harness.connect();
});

const heartbeat = () => {
  harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
};
const pings = () => harness.socket.sentOf('ping').length;

it('ends a connection after 2.5 heartbeat intervals of silence', async () => {
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

describe('the heartbeat interval in a snapshot', () => {
  it.each([1, 30, 60, 120, 540])(
    'of %i s is used by a client with default options from its first snapshot on',
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

  it('overrides `heartbeatMs`, which applies before the snapshot and if the snapshot has no interval', async () => {
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

  it('also applies after the program was suspended', async () => {
    const harness = new ClientHarness();
    await harness.accept({ heartbeatSeconds: 540 });
    await harness.time.sleep(1_400_000);
    expect([harness.state, harness.socket.sentOf('ping').length]).toEqual(['connected', 1]);
    harness.socket.receive('pong', { timestamp: harness.time.now() });
    await harness.time.pass(540_000);
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 1]);
  });
});

it('terminates a silent socket of `ws` instead of closing it', async () => {
  const terminate = jest.fn();
  Object.assign(harness.socket, { terminate });
  const { socket } = harness;
  await harness.time.pass(75_000);
  expect([terminate.mock.calls.length, socket.closedWith]).toEqual([1, undefined]);
});

it('treats any message as a sign of life, even an invalid one', async () => {
  heartbeat();
  for (const text of ['{"type":"heartbeat","payload":{"timestamp":1}}', 'nonsense', '{}', '']) {
    await harness.time.pass(70_000);
    harness.socket.receiveText(text);
  }
  await harness.time.pass(70_000);
  expect(harness.state).toBe('connected');
  expect(harness.sockets).toHaveLength(1);
});

it('sends a ping after the program was suspended before it ends the connection, because messages may be queued', async () => {
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

describe('the visibility of the page', () => {
  const look = () => {
    harness.page.set({ isVisible: false });
    harness.page.set({ isVisible: true });
  };

  it('causes a ping when visible, and no other change if it is answered within 3 s', async () => {
    look();
    expect(pings()).toBe(1);
    await harness.time.pass(2_999);
    harness.socket.receive('pong', { timestamp: harness.time.now() });
    await harness.time.pass(10_000);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('causes a new connection without a backoff if the ping is not answered within 3 s', async () => {
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

  it('causes an immediate attempt while waiting', () => {
    harness.socket.drop();
    look();
    expect(harness.state).toBe('connecting');
  });

  it('causes an immediate attempt while unauthorized, because the user may have signed in', async () => {
    harness.whoami = 401;
    harness.socket.drop();
    await harness.nextAttempt();
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('unauthorized');
    look();
    expect(harness.state).toBe('connecting');
  });

  it('has no effect when the page becomes hidden', () => {
    harness.page.set({ isVisible: false });
    expect(pings()).toBe(0);
  });
});

describe('the network', () => {
  const answer = () => {
    harness.socket.receive('pong', { timestamp: harness.time.now() });
  };

  it('can be reported as offline while the server answers: the client remains connected', async () => {
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

  it('is lost: the client is offline within 3 s, attempts seldom, and immediately when it is back', async () => {
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

  it('can be reported as offline while an attempt succeeds: the client is connected', async () => {
    harness.page.set({ isOnline: false });
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('offline');
    await harness.nextAttempt();
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('returns, but the socket is dead: the client opens a new one within 3 s', async () => {
    harness.page.set({ isOnline: false });
    harness.page.set({ isOnline: true });
    await harness.time.pass(3_000);
    expect(harness.state).toBe('connecting');
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('is lost while waiting or connecting: the client continues', async () => {
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

  it('is reported as offline from the start: the client makes the first attempt immediately', async () => {
    harness.client.close();
    harness.page.isOnline = false;
    harness.client.reconnect();
    await harness.accept();
    expect(harness.state).toBe('connected');
  });

  it('is lost for more attempts than maxAttempts: the client does not close', async () => {
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

  it('is lost while a new socket replaces the old one: one socket is open afterwards', async () => {
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

it('detects silence also if the clock is set back', async () => {
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
