// Token refresh: before the token expires by the clock of the server, and never too often.
import { ClientHarness, settle, tokenUntil } from '#test/support/client/client-harness';

const hour = 3_600_000;

/** A connected client with tokens of this lifetime, and a server whose clock is `serverAhead` ms ahead. */
async function connected(lifetime: number, serverAhead = 0) {
  const tokens: string[] = [];
  const harness: ClientHarness = new ClientHarness({
    getToken: () => {
      tokens.push(
        tokenUntil(harness.time.now() + serverAhead + lifetime, `token-${tokens.length}`),
      );
      return tokens.at(-1) ?? '';
    },
  });
  await harness.accept({ timestamp: harness.time.now() + serverAhead });
  return { harness, tokens, refreshes: () => harness.socket.sentOf('token:refresh') };
}

/** Advances the time with heartbeats, so that the connection stays open. */
async function live(harness: ClientHarness, milliseconds: number, serverAhead = 0): Promise<void> {
  const end = harness.time.now() + milliseconds;
  while (harness.time.now() < end) {
    await harness.time.pass(Math.min(30_000, end - harness.time.now()));
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() + serverAhead });
  }
}

it('sends a new token one minute before the old one expires, each time', async () => {
  const { harness, tokens, refreshes } = await connected(hour);
  await live(harness, hour - 60_001);
  expect(refreshes()).toEqual([]);
  await harness.time.pass(1);
  expect(refreshes()).toEqual([{ type: 'token:refresh', payload: { token: tokens[1] } }]);
  harness.socket.receive('token:refreshed', { expiresAt: harness.time.now() + 1_000_000 });
  await live(harness, 939_999);
  expect(refreshes()).toHaveLength(1);
  await harness.time.pass(1);
  expect(refreshes()).toHaveLength(2);
  expect(harness.sockets).toHaveLength(1);
});

it.each([-hour / 2, hour / 2])(
  'uses the clock of the server, which is %i ms ahead',
  async (ahead) => {
    const { harness, refreshes } = await connected(hour, ahead);
    await live(harness, hour - 60_001, ahead);
    expect(refreshes()).toEqual([]);
    await harness.time.pass(1);
    expect(refreshes()).toHaveLength(1);
  },
);

it('replaces a token with a short lifetime after half of it', async () => {
  const { harness, refreshes } = await connected(20_000);
  await harness.time.pass(9_999);
  expect(refreshes()).toEqual([]);
  await harness.time.pass(1);
  expect(refreshes()).toHaveLength(1);
});

it('tries a new token after half of the remaining time if one is refused or not answered, and rotates when it expires', async () => {
  const { harness, tokens, refreshes } = await connected(hour);
  await live(harness, hour - 60_000);
  expect(refreshes()).toHaveLength(1);
  harness.socket.receive('error', { code: 'token_refused', message: 'No.' });
  await harness.time.pass(29_999);
  expect(refreshes()).toHaveLength(1);
  await harness.time.pass(1);
  expect(refreshes()).toHaveLength(2);
  await live(harness, 29_000);
  expect(refreshes().length).toBeLessThanOrEqual(4);
  const before = tokens.length;
  harness.socket.receive('connection:closing', { reason: 'token_expired' });
  await harness.accept();
  await harness.time.pass(2_000);
  expect(tokens.length).toBe(before + 1);
  expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
});

it('remains connected and tries again later if getToken fails', async () => {
  let fails = false;
  const harness: ClientHarness = new ClientHarness({
    getToken: () => {
      if (fails) throw new Error('signed out');
      return tokenUntil(harness.time.now() + hour);
    },
  });
  await harness.accept();
  await live(harness, hour - 61_000);
  fails = true;
  await live(harness, 10_000);
  expect([harness.state, harness.socket.sentOf('token:refresh').length]).toEqual(['connected', 0]);
  fails = false;
  await live(harness, 30_000);
  expect(harness.socket.sentOf('token:refresh')).toHaveLength(1);
});

it('calls getToken seldom if it always returns the same token', async () => {
  let asked = 0;
  let token = '';
  const harness: ClientHarness = new ClientHarness({
    getToken: () => {
      asked += 1;
      return (token ||= tokenUntil(harness.time.now() + hour));
    },
  });
  await harness.accept();
  const expiresAt = harness.time.now() + hour;
  for (let second = 0; second < 3_600; second += 1) {
    await harness.time.pass(1_000);
    const sent = harness.socket.sentOf('token:refresh').length;
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
    if (sent > asked - 2) harness.socket.receive('token:refreshed', { expiresAt });
  }
  expect(asked).toBeLessThanOrEqual(5);
});

it.each(['opaque', 'a.b.c', '', 'a.e30.c', `a.${btoa('{"exp":"soon"}')}.c`])(
  'does not replace a token without an expiration time: %s',
  async (text) => {
    const harness = new ClientHarness({ getToken: () => text || 'x' });
    await harness.accept();
    const { pending } = harness.time;
    await live(harness, hour);
    expect(harness.socket.sentOf('token:refresh')).toEqual([]);
    expect(pending).toBe(3);
  },
);

it('does not overflow a timer with a token that is valid for years', async () => {
  const { harness, refreshes } = await connected(10 * 365 * 24 * hour);
  await live(harness, hour);
  expect(refreshes()).toEqual([]);
});

it('does not send a token that arrives after close()', async () => {
  let give: (token: string) => void = () => undefined;
  let slow = false;
  const harness: ClientHarness = new ClientHarness({
    getToken: () =>
      slow ? new Promise((resolve) => (give = resolve)) : tokenUntil(harness.time.now() + 20_000),
  });
  await harness.accept();
  slow = true;
  await harness.time.pass(10_000);
  harness.client.close();
  give('late');
  await settle();
  expect(harness.socket.sentOf('token:refresh')).toEqual([]);
});

describe('refresh()', () => {
  async function refreshed() {
    const harness: ClientHarness = new ClientHarness({
      getToken: () => `token-${(harness.tokens += 1)}\n`,
    });
    await harness.connect();
    harness.client.refresh();
    await settle();
    expect(harness.socket.sentOf('token:refresh')).toEqual([
      { type: 'token:refresh', payload: { token: 'token-2' } },
    ]);
    return harness;
  }
  const refuse = (harness: ClientHarness, code: string) => {
    harness.socket.receive('error', { code, message: 'No.' });
  };

  it('replaces the token of the open connection, without a change of the connection state', async () => {
    const harness = await refreshed();
    harness.socket.receive('token:refreshed', { expiresAt: harness.time.now() + hour });
    await live(harness, 120_000);
    expect(harness.socket.sentOf('token:refresh')).toHaveLength(1);
    expect(harness.sockets).toHaveLength(1);
    expect(harness.states).toEqual(['connecting', 'connected', 'connected']);
    // A later refusal belongs to no refresh of this client.
    refuse(harness, 'token_refused');
    expect(harness.state).toBe('connected');
  });

  it('opens a new connection if the server refuses the token on the open one', async () => {
    const harness = await refreshed();
    refuse(harness, 'token_refused');
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await harness.accept();
    expect([harness.socket.token, harness.open.length]).toEqual(['token-3', 1]);
  });

  it('opens a new connection if its token is refused after the answer to an earlier scheduled refresh', async () => {
    const { harness, refreshes } = await connected(hour);
    await live(harness, hour - 60_000);
    harness.client.refresh();
    await settle();
    expect(refreshes()).toHaveLength(2);
    // This is the answer to the scheduled refresh, not to the other one.
    harness.socket.receive('token:refreshed', { expiresAt: harness.time.now() + hour });
    refuse(harness, 'token_refused');
    expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('is repeated once if only one of two refreshes, its own and a scheduled one, is answered', async () => {
    const { harness, refreshes } = await connected(hour);
    await live(harness, hour - 60_000);
    harness.client.refresh();
    await settle();
    const accept = () => {
      harness.socket.receive('token:refreshed', { expiresAt: harness.time.now() + hour });
    };
    accept();
    await live(harness, 10_000);
    expect(refreshes()).toHaveLength(3);
    accept();
    await live(harness, 600_000);
    expect(refreshes()).toHaveLength(3);
    expect([harness.state, harness.sockets.length]).toEqual(['connected', 1]);
  });

  it('is repeated with increasing waits and new tokens while it is not answered', async () => {
    const harness = await refreshed();
    refuse(harness, 'unavailable');
    await live(harness, 31_000);
    expect(harness.socket.sentOf('token:refresh').map(({ payload }) => payload.token)).toEqual([
      'token-2',
      'token-3',
      'token-4',
    ]);
    await live(harness, 600_000);
    expect(harness.socket.sentOf('token:refresh').length).toBeLessThanOrEqual(8);
    expect(harness.sockets).toHaveLength(1);
  });

  it.each([
    ['connecting', () => settle()],
    [
      'waiting',
      async (harness: ClientHarness) => {
        await settle();
        harness.socket.drop();
        await settle();
      },
    ],
    [
      'unauthorized',
      async (harness: ClientHarness) => {
        harness.whoami = 401;
        await settle();
        harness.socket.drop();
        await settle();
      },
    ],
    [
      'closed',
      (harness: ClientHarness) => {
        harness.client.close();
        return settle();
      },
    ],
  ])('connects as reconnect() does while %s', async (state, prepare) => {
    const harness = new ClientHarness();
    await prepare(harness);
    expect(harness.state).toBe(state);
    harness.client.refresh();
    await harness.accept();
    expect([harness.state, harness.open.length]).toEqual(['connected', 1]);
  });

  it('opens another connection while one is being replaced, because the new one may use the old token', async () => {
    const harness = new ClientHarness();
    await harness.connect();
    harness.socket.receive('connection:closing', { reason: 'token_expired' });
    await settle();
    harness.client.refresh();
    await harness.accept();
    await harness.time.pass(2_000);
    expect([harness.open.length, harness.socket.token]).toEqual([1, 'token-3']);
  });
});
