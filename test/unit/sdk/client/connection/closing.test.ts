// Closing: a closed client leaves no resources, and the reactions to `connection:closing` of the server.
import { ClientHarness, settle, tokenUntil } from '#test/support/client/client-harness';

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
  'after a failed handshake': async (harness) => {
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
  'while it waits for the next attempt': async (harness) => {
    await settle();
    harness.socket.drop();
    await settle();
    expect(harness.state).toBe('waiting');
  },
  'while offline, with a socket': async (harness) => {
    await harness.connect();
    harness.page.set({ isOnline: false });
  },
  'while offline, without a socket': async (harness) => {
    await harness.connect();
    harness.page.set({ isOnline: false });
    harness.socket.drop();
  },
  'during a token refresh': async (harness) => {
    await harness.connect();
    harness.client.refresh();
  },
  'after the token expired, before the next connection': async (harness) => {
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
  'while the replaced socket is still open': async (harness) => {
    await harness.connect();
    harness.socket.receive('connection:closing', { reason: 'token_expired' });
    await harness.accept();
    expect(harness.open).toHaveLength(2);
  },
};

describe.each(Object.entries(situations))('a client that is closed %s', (_when, prepare) => {
  it('leaves no timer, no listener and no socket', async () => {
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

it('reports a second close() only once, and opens again with reconnect()', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  harness.client.close();
  harness.client.close();
  expect(harness.states).toEqual(['connecting', 'connected', 'connected', 'closed']);
  harness.client.reconnect();
  await harness.accept();
  expect(harness.state).toBe('connected');
});

it('closes permanently when the signal aborts, and removes its listener from the signal on close()', async () => {
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

it('does not connect if the signal has already aborted', async () => {
  const harness = new ClientHarness({ signal: AbortSignal.abort() });
  await settle();
  expect([harness.state, harness.tokens]).toEqual(['closed', 0]);
});

it('closes with Symbol.dispose', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  harness.client[Symbol.dispose]();
  expect(harness.state).toBe('closed');
});

describe('connection:closing', () => {
  async function closingFor(reason: string): Promise<ClientHarness> {
    const harness = new ClientHarness();
    await harness.connect();
    harness.socket.receive('connection:closing', { reason });
    await settle();
    return harness;
  }

  it('waits for minutes after replaced, and reports the reason', async () => {
    const harness = await closingFor('replaced');
    expect(harness.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 450_000,
      code: 1000,
      reason: 'replaced',
    });
    expect(harness.open).toEqual([]);
  });

  it('waits after replaced in a hidden page until the page becomes visible', async () => {
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

  it('waits longer after rate_limited', async () => {
    const harness = await closingFor('rate_limited');
    expect(harness.client.connection).toMatchObject({ state: 'waiting', retryInMs: 3_750 });
  });

  it('uses the usual backoff and a new token after the reason of an operator', async () => {
    const harness = await closingFor('Maintenance until noon');
    expect(harness.client.connection).toMatchObject({
      state: 'waiting',
      retryInMs: 500,
      reason: 'Maintenance until noon',
    });
    await harness.time.pass(500);
    expect(harness.socket.token).toBe('token-2');
  });

  it('syncs the next connection after token_expired before it closes the first one', async () => {
    const harness = await closingFor('token_expired');
    expect(harness.state).toBe('connected');
    await harness.accept();
    expect(harness.open).toHaveLength(2);
    await harness.time.pass(2_000);
    expect(harness.open).toEqual([harness.socket]);
    expect(harness.states.slice(1)).toEqual(['connected', 'connected']);
  });

  it('remains connected after token_expired if the next connection opens within 3 s of the close', async () => {
    const harness = await closingFor('token_expired');
    harness.sockets[0]?.drop(1000);
    await harness.time.pass(2_999);
    await harness.accept();
    await harness.time.pass(10_000);
    expect(harness.sockets).toHaveLength(2);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
  });

  it('is connecting after token_expired if the next connection is not open 3 s after the close', async () => {
    const harness = await closingFor('token_expired');
    harness.sockets[0]?.drop(1000);
    await harness.time.pass(3_000);
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await harness.accept();
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 2]);
  });

  it.each([
    [401, 'unauthorized'],
    [429, 'waiting'],
  ])(
    'reports the result of /whoami for the next connection after token_expired, %i: %s',
    async (whoami, state) => {
      const harness = await closingFor('token_expired');
      harness.whoami = whoami;
      harness.sockets[0]?.drop(1000);
      harness.socket.drop();
      await settle();
      expect(harness.state).toBe(state);
      // The timeout for the next connection no longer changes the state.
      await harness.time.pass(3_000);
      expect(harness.state).toBe(state);
    },
  );

  it('uses the backoff after token_expired on a connection that is not yet stable', async () => {
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

it('reports the code and the reason of the close frame of the server', async () => {
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

it('closes an idle client when the signal aborts', () => {
  const controller = new AbortController();
  const harness = new ClientHarness({ signal: controller.signal, autoConnect: false });
  controller.abort();
  expect(harness.states).toEqual(['idle', 'closed']);
});

it('notifies all listeners of both states in order if a listener closes the client', async () => {
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

it('notifies a listener that is added during a notification from the next one on, and a removed one no more', async () => {
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
  // When it is connected, and when it is synced.
  expect(heard).toEqual(['again', 'again']);
  harness.client.close();
  expect(heard).toEqual(['again', 'again', 'again']);
});
