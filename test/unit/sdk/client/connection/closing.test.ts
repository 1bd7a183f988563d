// After its end nothing of a client is left; and what the server says before it closes.
import { ClientWorld, settle, tokenUntil } from '../../../../support/client-world';

function expectNothingLeft(world: ClientWorld): void {
  expect(world.time.pending).toBe(0);
  expect(world.page.listeners.size).toBe(0);
  expect(world.open).toEqual([]);
  const { socket } = world;
  expect([socket.onopen, socket.onmessage, socket.onclose]).toEqual([null, null, null]);
}

const situations: Record<string, (world: ClientWorld) => Promise<unknown>> = {
  'while it waits for a token': () => Promise.resolve(),
  'during the handshake': () => settle(),
  'while it asks for a sign of life': async (world) => {
    await settle();
    world.socket.drop();
  },
  'when connected': (world) => world.connect(),
  'while it waits for a pong': async (world) => {
    await world.connect();
    world.page.set({ isVisible: false });
    world.page.set({ isVisible: true });
  },
  'before it is synced': async (world) => {
    await settle();
    world.socket.accept();
  },
  'while it waits': async (world) => {
    await settle();
    world.socket.drop();
    await settle();
    expect(world.state).toBe('waiting');
  },
  'while offline, with a socket': async (world) => {
    await world.connect();
    world.page.set({ isOnline: false });
  },
  'while offline, without one': async (world) => {
    await world.connect();
    world.page.set({ isOnline: false });
    world.socket.drop();
  },
  'while the server is asked to take another token': async (world) => {
    await world.connect();
    world.client.refresh();
  },
  'between an expired token and the next': async (world) => {
    await world.connect();
    world.socket.receive('connection:closing', { reason: 'token_expired' });
    world.socket.drop(1000);
    await settle();
    expect(world.state).toBe('connected');
  },
  'during a rotation': async (world) => {
    await world.connect();
    await world.time.pass(5_999_000);
    world.socket.receive('heartbeat', { timestamp: world.time.now() });
  },
  'while the old socket lingers': async (world) => {
    await world.connect();
    world.socket.receive('connection:closing', { reason: 'token_expired' });
    await world.accept();
    expect(world.open).toHaveLength(2);
  },
};

describe.each(Object.entries(situations))('closed %s', (_when, prepare) => {
  it('it leaves no timer, no listener and no socket', async () => {
    const getToken = () => tokenUntil(world.time.now() + 3_600_000);
    const world: ClientWorld = new ClientWorld({ getToken });
    await prepare(world);
    world.client.close();
    expect(world.state).toBe('closed');
    await settle();
    if (world.sockets.length > 0) expectNothingLeft(world);
    else expect([world.time.pending, world.page.listeners.size]).toEqual([0, 0]);
    const { length } = world.sockets;
    await world.time.pass(10_000_000);
    world.page.set({ isOnline: true });
    expect([world.state, world.sockets.length]).toEqual(['closed', length]);
  });
});

it('close() twice is told once, and after it reconnect() opens again', async () => {
  const world = new ClientWorld();
  await world.connect();
  world.client.close();
  world.client.close();
  expect(world.states).toEqual(['connecting', 'connected', 'connected', 'closed']);
  world.client.reconnect();
  await world.accept();
  expect(world.state).toBe('connected');
});

it('a signal closes for ever, and is let go by close()', async () => {
  const controller = new AbortController();
  const world = new ClientWorld({ signal: controller.signal });
  await world.connect();
  controller.abort();
  expect(world.state).toBe('closed');
  expectNothingLeft(world);
  world.client.reconnect();
  await settle();
  expect(world.state).toBe('closed');

  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
  };
  const other = new ClientWorld({ signal });
  expect(listeners.size).toBe(1);
  other.client.close();
  expect(listeners.size).toBe(0);
});

it('a signal that has aborted before: nothing begins', async () => {
  const world = new ClientWorld({ signal: AbortSignal.abort() });
  await settle();
  expect([world.state, world.tokens]).toEqual(['closed', 0]);
});

it('can be disposed of', async () => {
  const world = new ClientWorld();
  await world.connect();
  world.client[Symbol.dispose]();
  expect(world.state).toBe('closed');
});

describe('the server says why before it closes', () => {
  async function told(reason: string): Promise<ClientWorld> {
    const world = new ClientWorld();
    await world.connect();
    world.socket.receive('connection:closing', { reason });
    await settle();
    return world;
  }

  it('replaced: no fight for the place, the user is told', async () => {
    const world = await told('replaced');
    expect(world.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 450_000,
      code: 1000,
      reason: 'replaced',
    });
    expect(world.open).toEqual([]);
  });

  it('replaced in a hidden page: until somebody looks', async () => {
    const world = new ClientWorld();
    await world.connect();
    world.page.set({ isVisible: false });
    world.socket.receive('connection:closing', { reason: 'replaced' });
    await world.time.pass(1_000_000_000);
    expect(world.client.connection).toMatchObject({ state: 'waiting', retryInMs: undefined });
    world.page.set({ isVisible: true });
    await world.accept();
    expect(world.state).toBe('connected');
  });

  it('rate_limited: long backoff', async () => {
    const world = await told('rate_limited');
    expect(world.client.connection).toMatchObject({ state: 'waiting', retryInMs: 3_750 });
  });

  it('an operator: the usual backoff, with a fresh token', async () => {
    const world = await told('Maintenance until noon');
    expect(world.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 500,
      reason: 'Maintenance until noon',
    });
    await world.time.pass(500);
    expect(world.socket.token).toBe('token-2');
  });

  it('token_expired: the next one is synced before the first is given up', async () => {
    const world = await told('token_expired');
    expect(world.state).toBe('connected');
    await world.accept();
    expect(world.open).toHaveLength(2);
    await world.time.pass(2_000);
    expect(world.open).toEqual([world.socket]);
    expect(world.states.slice(1)).toEqual(['connected', 'connected']);
  });

  it('token_expired, and closed before the next one is open: nobody sees that', async () => {
    const world = await told('token_expired');
    world.sockets[0]?.drop(1000);
    await world.time.pass(2_999);
    await world.accept();
    await world.time.pass(10_000);
    expect(world.sockets).toHaveLength(2);
    expect(world.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('token_expired, and the next one takes its time: connecting after 3 s', async () => {
    const world = await told('token_expired');
    world.sockets[0]?.drop(1000);
    await world.time.pass(3_000);
    expect(world.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await world.accept();
    expect([world.state, world.sockets.length]).toEqual(['connected', 2]);
  });

  it.each([
    [401, 'unauthorized'],
    [429, 'waiting'],
  ])('token_expired, and /whoami says %i of the next one: %s', async (whoami, state) => {
    const world = await told('token_expired');
    world.whoami = whoami;
    world.sockets[0]?.drop(1000);
    world.socket.drop();
    await settle();
    expect(world.state).toBe(state);
    // What would have been told without the next one is not told any more.
    await world.time.pass(3_000);
    expect(world.state).toBe(state);
  });

  it('token_expired on a young connection is for the backoff: no storm', async () => {
    const world = new ClientWorld();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await world.accept();
      world.socket.receive('connection:closing', { reason: 'token_expired' });
      await settle();
      expect(world.client.connection).toMatchObject({ state: 'waiting', attempt: attempt + 1 });
      await world.nextAttempt();
    }
  });
});

it("the code and the reason of the server's close frame are told", async () => {
  const world = new ClientWorld();
  await world.connect();
  world.socket.drop(1001, 'Going away');
  expect(world.client.connection).toMatchObject({
    state: 'waiting',
    retryInMs: 3_750,
    code: 1001,
    reason: 'Going away',
  });
});

it('a signal closes an idle client, too', () => {
  const controller = new AbortController();
  const world = new ClientWorld({ signal: controller.signal, autoConnect: false });
  controller.abort();
  expect(world.states).toEqual(['idle', 'closed']);
});

it('a listener that closes: all hear of both states, in their order', async () => {
  const world = new ClientWorld();
  world.client.on('connection', ({ state }) => {
    if (state === 'connected') world.client.close();
  });
  const later: string[] = [];
  world.client.on('connection', ({ state }) => later.push(state));
  await world.accept();
  expect(later).toEqual(['connected', 'closed']);
  expect(world.states).toEqual(['connecting', 'connected', 'closed']);
});

it('a listener that comes while news are told hears of the next ones; one that goes, of no more', async () => {
  const world = new ClientWorld();
  const heard: string[] = [];
  const again = () => {
    heard.push('again');
    stopAgain();
    stopAgain = world.client.on('connection', again);
    stopLater();
  };
  let stopAgain = world.client.on('connection', again);
  const stopLater = world.client.on('connection', () => heard.push('later'));
  await world.accept();
  expect(heard).toEqual(['again']);
  world.client.close();
  expect(heard).toEqual(['again', 'again']);
});
