// After its end nothing of a client is left; and what the server says before it closes.
import { ClientHarness, settle, tokenUntil } from '../../../../support/client/client-harness';

function expectNothingLeft(harness: ClientHarness): void {
  expect(harness.time.pending).toBe(0);
  expect(harness.page.listeners.size).toBe(0);
  expect(harness.open).toEqual([]);
  const { socket } = harness;
  expect([socket.onopen, socket.onmessage, socket.onclose]).toEqual([null, null, null]);
}

const situations: Record<string, (harness: ClientHarness) => Promise<unknown>> = {
  'while it waits for a token': () => Promise.resolve(),
  'during the handshake': () => settle(),
  'while it asks for a sign of life': async (harness) => {
    await settle();
    harness.socket.drop();
  },
  'when connected': (harness) => harness.connect(),
  'while it waits for a pong': async (harness) => {
    await harness.connect();
    harness.page.set({ isVisible: false });
    harness.page.set({ isVisible: true });
  },
  'before it is synced': async (harness) => {
    await settle();
    harness.socket.accept();
  },
  'while it waits': async (harness) => {
    await settle();
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('waiting');
  },
  'while offline, with a socket': async (harness) => {
    await harness.connect();
    harness.page.set({ isOnline: false });
  },
  'while offline, without one': async (harness) => {
    await harness.connect();
    harness.page.set({ isOnline: false });
    harness.socket.drop();
  },
  'while the server is asked to take another token': async (harness) => {
    await harness.connect();
    harness.client.refresh();
  },
  'between an expired token and the next': async (harness) => {
    await harness.connect();
    harness.socket.receive('connection:closing', { reason: 'token_expired' });
    harness.socket.drop(1000);
    await settle();
    expect(harness.state).toBe('connected');
  },
  'during a rotation': async (harness) => {
    await harness.connect();
    await harness.time.pass(5_999_000);
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
  },
  'while the old socket lingers': async (harness) => {
    await harness.connect();
    harness.socket.receive('connection:closing', { reason: 'token_expired' });
    await harness.accept();
    expect(harness.open).toHaveLength(2);
  },
};

describe.each(Object.entries(situations))('closed %s', (_when, prepare) => {
  it('it leaves no timer, no listener and no socket', async () => {
    const getToken = () => tokenUntil(harness.time.now() + 3_600_000);
    const harness: ClientHarness = new ClientHarness({ getToken });
    await prepare(harness);
    harness.client.close();
    expect(harness.state).toBe('closed');
    await settle();
    if (harness.sockets.length > 0) expectNothingLeft(harness);
    else expect([harness.time.pending, harness.page.listeners.size]).toEqual([0, 0]);
    const { length } = harness.sockets;
    await harness.time.pass(10_000_000);
    harness.page.set({ isOnline: true });
    expect([harness.state, harness.sockets.length]).toEqual(['closed', length]);
  });
});

it('close() twice is told once, and after it reconnect() opens again', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  harness.client.close();
  harness.client.close();
  expect(harness.states).toEqual(['connecting', 'connected', 'connected', 'closed']);
  harness.client.reconnect();
  await harness.accept();
  expect(harness.state).toBe('connected');
});

it('a signal closes for ever, and is let go by close()', async () => {
  const controller = new AbortController();
  const harness = new ClientHarness({ signal: controller.signal });
  await harness.connect();
  controller.abort();
  expect(harness.state).toBe('closed');
  expectNothingLeft(harness);
  harness.client.reconnect();
  await settle();
  expect(harness.state).toBe('closed');

  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
  };
  const other = new ClientHarness({ signal });
  expect(listeners.size).toBe(1);
  other.client.close();
  expect(listeners.size).toBe(0);
});

it('a signal that has aborted before: nothing begins', async () => {
  const harness = new ClientHarness({ signal: AbortSignal.abort() });
  await settle();
  expect([harness.state, harness.tokens]).toEqual(['closed', 0]);
});

it('can be disposed of', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  harness.client[Symbol.dispose]();
  expect(harness.state).toBe('closed');
});

describe('the server says why before it closes', () => {
  async function told(reason: string): Promise<ClientHarness> {
    const harness = new ClientHarness();
    await harness.connect();
    harness.socket.receive('connection:closing', { reason });
    await settle();
    return harness;
  }

  it('replaced: no fight for the place, the user is told', async () => {
    const harness = await told('replaced');
    expect(harness.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 450_000,
      code: 1000,
      reason: 'replaced',
    });
    expect(harness.open).toEqual([]);
  });

  it('replaced in a hidden page: until somebody looks', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    harness.page.set({ isVisible: false });
    harness.socket.receive('connection:closing', { reason: 'replaced' });
    await harness.time.pass(1_000_000_000);
    expect(harness.client.connection).toMatchObject({ state: 'waiting', retryInMs: undefined });
    harness.page.set({ isVisible: true });
    await harness.accept();
    expect(harness.state).toBe('connected');
  });

  it('rate_limited: long backoff', async () => {
    const harness = await told('rate_limited');
    expect(harness.client.connection).toMatchObject({ state: 'waiting', retryInMs: 3_750 });
  });

  it('an operator: the usual backoff, with a fresh token', async () => {
    const harness = await told('Maintenance until noon');
    expect(harness.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 500,
      reason: 'Maintenance until noon',
    });
    await harness.time.pass(500);
    expect(harness.socket.token).toBe('token-2');
  });

  it('token_expired: the next one is synced before the first is given up', async () => {
    const harness = await told('token_expired');
    expect(harness.state).toBe('connected');
    await harness.accept();
    expect(harness.open).toHaveLength(2);
    await harness.time.pass(2_000);
    expect(harness.open).toEqual([harness.socket]);
    expect(harness.states.slice(1)).toEqual(['connected', 'connected']);
  });

  it('token_expired, and closed before the next one is open: nobody sees that', async () => {
    const harness = await told('token_expired');
    harness.sockets[0]?.drop(1000);
    await harness.time.pass(2_999);
    await harness.accept();
    await harness.time.pass(10_000);
    expect(harness.sockets).toHaveLength(2);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('token_expired, and the next one takes its time: connecting after 3 s', async () => {
    const harness = await told('token_expired');
    harness.sockets[0]?.drop(1000);
    await harness.time.pass(3_000);
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await harness.accept();
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 2]);
  });

  it.each([
    [401, 'unauthorized'],
    [429, 'waiting'],
  ])('token_expired, and /whoami says %i of the next one: %s', async (whoami, state) => {
    const harness = await told('token_expired');
    harness.whoami = whoami;
    harness.sockets[0]?.drop(1000);
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe(state);
    // What would have been told without the next one is not told any more.
    await harness.time.pass(3_000);
    expect(harness.state).toBe(state);
  });

  it('token_expired on a young connection is for the backoff: no storm', async () => {
    const harness = new ClientHarness();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await harness.accept();
      harness.socket.receive('connection:closing', { reason: 'token_expired' });
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'waiting', attempt: attempt + 1 });
      await harness.nextAttempt();
    }
  });
});

it("the code and the reason of the server's close frame are told", async () => {
  const harness = new ClientHarness();
  await harness.connect();
  harness.socket.drop(1001, 'Going away');
  expect(harness.client.connection).toMatchObject({
    state: 'waiting',
    retryInMs: 3_750,
    code: 1001,
    reason: 'Going away',
  });
});

it('a signal closes an idle client, too', () => {
  const controller = new AbortController();
  const harness = new ClientHarness({ signal: controller.signal, autoConnect: false });
  controller.abort();
  expect(harness.states).toEqual(['idle', 'closed']);
});

it('a listener that closes: all hear of both states, in their order', async () => {
  const harness = new ClientHarness();
  harness.client.on('connection', ({ state }) => {
    if (state === 'connected') harness.client.close();
  });
  const later: string[] = [];
  harness.client.on('connection', ({ state }) => later.push(state));
  await harness.accept();
  expect(later).toEqual(['connected', 'closed']);
  expect(harness.states).toEqual(['connecting', 'connected', 'closed']);
});

it('a listener that comes while news are told hears of the next ones; one that goes, of no more', async () => {
  const harness = new ClientHarness();
  const heard: string[] = [];
  const again = () => {
    heard.push('again');
    stopAgain();
    stopAgain = harness.client.on('connection', again);
    stopLater();
  };
  let stopAgain = harness.client.on('connection', again);
  const stopLater = harness.client.on('connection', () => heard.push('later'));
  await harness.accept();
  expect(heard).toEqual(['again']);
  harness.client.close();
  expect(heard).toEqual(['again', 'again']);
});
