// A token is replaced before it expires, by the server's clock, and never in a storm.
import { ClientWorld, settle, tokenUntil } from '../../../../support/client-world';

const hour = 3_600_000;

/** A client whose tokens live so long, and whose server has a clock of its own. */
async function connected(lifetime: number, serverAhead = 0) {
  const tokens: string[] = [];
  const world: ClientWorld = new ClientWorld({
    getToken: () => {
      tokens.push(tokenUntil(world.time.now() + serverAhead + lifetime, `token-${tokens.length}`));
      return tokens.at(-1) ?? '';
    },
  });
  await world.accept({ timestamp: world.time.now() + serverAhead });
  return { world, tokens, refreshes: () => world.socket.sentOf('token:refresh') };
}

/** Lets time pass with heartbeats, so that the connection lives. */
async function live(world: ClientWorld, milliseconds: number, serverAhead = 0): Promise<void> {
  const end = world.time.now() + milliseconds;
  while (world.time.now() < end) {
    await world.time.pass(Math.min(30_000, end - world.time.now()));
    world.socket.receive('heartbeat', { timestamp: world.time.now() + serverAhead });
  }
}

it('a fresh token is sent a minute before the old one expires, and so on', async () => {
  const { world, tokens, refreshes } = await connected(hour);
  await live(world, hour - 60_001);
  expect(refreshes()).toEqual([]);
  await world.time.pass(1);
  expect(refreshes()).toEqual([{ type: 'token:refresh', payload: { token: tokens[1] } }]);
  world.socket.receive('token:refreshed', { expiresAt: world.time.now() + 1_000_000 });
  await live(world, 939_999);
  expect(refreshes()).toHaveLength(1);
  await world.time.pass(1);
  expect(refreshes()).toHaveLength(2);
  expect(world.sockets).toHaveLength(1);
});

it.each([-hour / 2, hour / 2])("expiry is by the server's clock: %i ms ahead", async (ahead) => {
  const { world, refreshes } = await connected(hour, ahead);
  await live(world, hour - 60_001, ahead);
  expect(refreshes()).toEqual([]);
  await world.time.pass(1);
  expect(refreshes()).toHaveLength(1);
});

it('a short token is replaced at half its time', async () => {
  const { world, refreshes } = await connected(20_000);
  await world.time.pass(9_999);
  expect(refreshes()).toEqual([]);
  await world.time.pass(1);
  expect(refreshes()).toHaveLength(1);
});

it('refused or unanswered, a fresh one is tried in half of what is left; the rest is for the server', async () => {
  const { world, tokens, refreshes } = await connected(hour);
  await live(world, hour - 60_000);
  expect(refreshes()).toHaveLength(1);
  world.socket.receive('error', { code: 'token_refused', message: 'No.' });
  await world.time.pass(29_999);
  expect(refreshes()).toHaveLength(1);
  await world.time.pass(1);
  expect(refreshes()).toHaveLength(2);
  await live(world, 29_000);
  expect(refreshes().length).toBeLessThanOrEqual(4);
  const before = tokens.length;
  world.socket.receive('connection:closing', { reason: 'token_expired' });
  await world.accept();
  await world.time.pass(2_000);
  expect(tokens.length).toBe(before + 1);
  expect([world.state, world.open.length]).toEqual(['connected', 1]);
});

it('a token source that fails costs nothing but a later try', async () => {
  let fails = false;
  const world: ClientWorld = new ClientWorld({
    getToken: () => {
      if (fails) throw new Error('signed out');
      return tokenUntil(world.time.now() + hour);
    },
  });
  await world.accept();
  await live(world, hour - 61_000);
  fails = true;
  await live(world, 10_000);
  expect([world.state, world.socket.sentOf('token:refresh').length]).toEqual(['connected', 0]);
  fails = false;
  await live(world, 30_000);
  expect(world.socket.sentOf('token:refresh')).toHaveLength(1);
});

it('a source that gives the same token for ever is not asked in a storm', async () => {
  let asked = 0;
  let token = '';
  const world: ClientWorld = new ClientWorld({
    getToken: () => {
      asked += 1;
      return (token ||= tokenUntil(world.time.now() + hour));
    },
  });
  await world.accept();
  const expiresAt = world.time.now() + hour;
  for (let second = 0; second < 3_600; second += 1) {
    await world.time.pass(1_000);
    const sent = world.socket.sentOf('token:refresh').length;
    world.socket.receive('heartbeat', { timestamp: world.time.now() });
    if (sent > asked - 2) world.socket.receive('token:refreshed', { expiresAt });
  }
  expect(asked).toBeLessThanOrEqual(5);
});

it.each(['opaque', 'a.b.c', '', 'a.e30.c', `a.${btoa('{"exp":"soon"}')}.c`])(
  'a token that does not say when it expires is not replaced: %s',
  async (text) => {
    const world = new ClientWorld({ getToken: () => text || 'x' });
    await world.accept();
    const { pending } = world.time;
    await live(world, hour);
    expect(world.socket.sentOf('token:refresh')).toEqual([]);
    expect(pending).toBe(3);
  },
);

it('one that lives for years does not make a timer overflow', async () => {
  const { world, refreshes } = await connected(10 * 365 * 24 * hour);
  await live(world, hour);
  expect(refreshes()).toEqual([]);
});

it('the token of a renewal that comes after the end goes nowhere', async () => {
  let give: (token: string) => void = () => undefined;
  let slow = false;
  const world: ClientWorld = new ClientWorld({
    getToken: () =>
      slow ? new Promise((resolve) => (give = resolve)) : tokenUntil(world.time.now() + 20_000),
  });
  await world.accept();
  slow = true;
  await world.time.pass(10_000);
  world.client.close();
  give('late');
  await settle();
  expect(world.socket.sentOf('token:refresh')).toEqual([]);
});

describe('refresh()', () => {
  async function refreshed() {
    const world: ClientWorld = new ClientWorld({
      getToken: () => `token-${(world.tokens += 1)}\n`,
    });
    await world.connect();
    world.client.refresh();
    await settle();
    expect(world.socket.sentOf('token:refresh')).toEqual([
      { type: 'token:refresh', payload: { token: 'token-2' } },
    ]);
    return world;
  }
  const refuse = (world: ClientWorld, code: string) => {
    world.socket.receive('error', { code, message: 'No.' });
  };

  it('gives the open connection another token: it stays, and nobody is told', async () => {
    const world = await refreshed();
    world.socket.receive('token:refreshed', { expiresAt: world.time.now() + hour });
    await live(world, 120_000);
    expect(world.socket.sentOf('token:refresh')).toHaveLength(1);
    expect(world.sockets).toHaveLength(1);
    expect(world.states).toEqual(['connecting', 'connected', 'connected']);
    // What is refused later is another matter.
    refuse(world, 'token_refused');
    expect(world.state).toBe('connected');
  });

  it('of a token that the server does not take there makes another connection with it', async () => {
    const world = await refreshed();
    refuse(world, 'token_refused');
    expect(world.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await world.accept();
    expect([world.socket.token, world.open.length]).toEqual(['token-3', 1]);
  });

  it('behind a planned one without an answer yet: what is refused after that answer is its own token', async () => {
    const { world, refreshes } = await connected(hour);
    await live(world, hour - 60_000);
    world.client.refresh();
    await settle();
    expect(refreshes()).toHaveLength(2);
    // This is about the planned one, and says nothing about the other.
    world.socket.receive('token:refreshed', { expiresAt: world.time.now() + hour });
    refuse(world, 'token_refused');
    expect(world.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
    await world.accept();
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
  });

  it('behind a planned one that was never answered is asked once more, and settled', async () => {
    const { world, refreshes } = await connected(hour);
    await live(world, hour - 60_000);
    world.client.refresh();
    await settle();
    const accept = () => {
      world.socket.receive('token:refreshed', { expiresAt: world.time.now() + hour });
    };
    accept();
    await live(world, 10_000);
    expect(refreshes()).toHaveLength(3);
    accept();
    await live(world, 600_000);
    expect(refreshes()).toHaveLength(3);
    expect([world.state, world.sockets.length]).toEqual(['connected', 1]);
  });

  it('without an answer asks again, less and less often, with the newest token', async () => {
    const world = await refreshed();
    refuse(world, 'unavailable');
    await live(world, 31_000);
    expect(world.socket.sentOf('token:refresh').map(({ payload }) => payload.token)).toEqual([
      'token-2',
      'token-3',
      'token-4',
    ]);
    await live(world, 600_000);
    expect(world.socket.sentOf('token:refresh').length).toBeLessThanOrEqual(8);
    expect(world.sockets).toHaveLength(1);
  });

  it.each([
    ['connecting', () => settle()],
    [
      'waiting',
      async (world: ClientWorld) => {
        await settle();
        world.socket.drop();
        await settle();
      },
    ],
    [
      'unauthorized',
      async (world: ClientWorld) => {
        world.whoami = 401;
        await settle();
        world.socket.drop();
        await settle();
      },
    ],
    [
      'closed',
      (world: ClientWorld) => {
        world.client.close();
        return settle();
      },
    ],
  ])('while %s is reconnect()', async (state, prepare) => {
    const world = new ClientWorld();
    await prepare(world);
    expect(world.state).toBe(state);
    world.client.refresh();
    await world.accept();
    expect([world.state, world.open.length]).toEqual(['connected', 1]);
  });

  it('while a connection is replaced, which may have the old token: another one', async () => {
    const world = new ClientWorld();
    await world.connect();
    world.socket.receive('connection:closing', { reason: 'token_expired' });
    await settle();
    world.client.refresh();
    await world.accept();
    await world.time.pass(2_000);
    expect([world.open.length, world.socket.token]).toEqual([1, 'token-3']);
  });
});
