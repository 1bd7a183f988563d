import fc from 'fast-check';
import { parseServerMessage } from '#sdk/protocol';
import { createAnswerFakes, tokenOf } from '#test/support/core/answer';
import { anyCharacter } from '#test/support/data/any-text';
import { sessionEvent } from '#test/support/data/events';
import { eventually } from '#test/support/eventually';

it.each(['{"type":"ping"}', ' {"type":"ping","payload":{}} ', '{"type":"ping","extra":1}'])(
  'answers %s with a pong',
  async (text) => {
    const { ask, clock } = createAnswerFakes();
    await expect(ask(text)).resolves.toEqual({
      type: 'pong',
      payload: { timestamp: clock.now() },
    });
  },
);

it.each([
  ['', 'invalid_json'],
  ['hello', 'invalid_json'],
  ['{"type":"ping"', 'invalid_json'],
  ['\u0000\uFFFD', 'invalid_json'],
  ['[]', 'invalid_frame'],
  ['null', 'invalid_frame'],
  ['"ping"', 'invalid_frame'],
  ['{}', 'invalid_frame'],
  ['{"type":1}', 'invalid_frame'],
  ['{"type":"state:sync","payload":{"since":-1}}', 'invalid_frame'],
  ['{"type":"token:refresh"}', 'invalid_frame'],
  ['{"type":"agent:status","payload":{}}', 'unknown_type'],
  ['{"type":"__proto__"}', 'unknown_type'],
  ['{"type":"constructor"}', 'unknown_type'],
  ['['.repeat(15_000) + ']'.repeat(15_000), 'invalid_frame'],
])('answers %.40s with the error %s', async (text, code) => {
  const { ask, log } = createAnswerFakes();
  await expect(ask(text)).resolves.toMatchObject({ type: 'error', payload: { code } });
  expect(log.lines).toEqual([
    { level: 'info', message: 'message refused', fields: { connectionId: 'connection-1=', code } },
  ]);
});

it('answers any text with one documented message, and never throws', async () => {
  const payload = fc.oneof(
    fc.record({ since: fc.oneof(fc.nat(), fc.anything()) }, { requiredKeys: [] }),
    fc.record({ token: fc.oneof(fc.string(), fc.anything()) }),
    fc.record({
      agents: fc.oneof(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('*', 'a', 'a*'))),
        fc.anything(),
      ),
    }),
    fc.jsonValue(),
  );
  const types = ['ping', 'state:sync', 'subscribe', 'token:refresh', 'pong'];
  const texts = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.json(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc
      .record({ type: fc.constantFrom(...types), payload })
      .map((message) => JSON.stringify(message)),
  );
  const { answer, clock, connection, state } = createAnswerFakes();
  const event = { agentId: 'a', status: 'online', timestamp: 1 } as const;
  const times = { updatedAt: clock.now(), expiresAt: clock.now() + 1e10 };
  await state.put({ type: 'agent:status', payload: event }, times);
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      clock.advance(1_000);
      const later = { ...connection, expiresAt: clock.now() + 1_000 };
      const answered = (await answer(text, later, clock.now() + 1_000)) ?? '';
      const parsed = parseServerMessage(answered);
      expect(parsed).toMatchObject({ ok: true });
      expect(parsed.ok && ['pong', 'error', 'state:snapshot'].includes(parsed.value.type)).toBe(
        true,
      );
    }),
  );
});

it('answers 20 messages at once and then 60 a minute, and the others with rate_limited', async () => {
  const { ask, clock, counted, gateway } = createAnswerFakes();
  const send = async (count: number) => {
    const types: unknown[] = [];
    for (let index = 0; index < count; index += 1) {
      const message = await ask({ type: 'ping' });
      types.push(message?.type === 'error' ? message.payload['code'] : message?.type);
    }
    return types;
  };
  const pongs = (count: number) => Array.from({ length: count }, () => 'pong');
  await expect(send(22)).resolves.toEqual([...pongs(20), 'rate_limited', 'rate_limited']);
  clock.advance(3_000);
  await expect(send(4)).resolves.toEqual([...pongs(3), 'rate_limited']);
  expect(counted).toEqual(['MessagesLimited', 'MessagesLimited', 'MessagesLimited']);
  expect(gateway.closed).toEqual([]);
});

it('closes a connection that sends five times the allowed messages, with the reason', async () => {
  const { ask, gateway, connections, connection } = createAnswerFakes();
  let answered = 0;
  while ((await ask('flood')) !== undefined) answered += 1;
  expect(answered).toBe(5 * 20);
  expect(gateway.posts).toEqual([
    {
      connectionId: connection.connectionId,
      message: { type: 'connection:closing', payload: { reason: 'rate_limited' } },
    },
  ]);
  expect(gateway.closed).toEqual([connection.connectionId]);
  expect(connections.records.size).toBe(0);
});

it('does not close a connection that sends more than allowed, but less than five times as much', async () => {
  const { ask, clock, gateway } = createAnswerFakes();
  for (let second = 0; second < 120; second += 1) {
    clock.advance(1_000);
    for (let message = 0; message < 4; message += 1) await ask({ type: 'ping' });
  }
  expect(gateway.closed).toEqual([]);
  await expect(ask({ type: 'ping' })).resolves.toMatchObject({ payload: { code: 'rate_limited' } });
});

describe('without rate limits, because the store fails', () => {
  const uncounted = () => {
    const fakes = createAnswerFakes();
    fakes.rateLimits.take = () => Promise.reject(new Error('the store is down'));
    return fakes;
  };

  it('answers ping and invalid messages', async () => {
    const { ask, log } = uncounted();
    await expect(ask({ type: 'ping' })).resolves.toMatchObject({ type: 'pong' });
    expect(log.lines.map(({ message }) => message)).toEqual(['message not counted']);
    await expect(ask('hello')).resolves.toMatchObject({ payload: { code: 'invalid_json' } });
  });

  it('refuses state:sync and token:refresh with rate_limited', async () => {
    const { ask, counted, gateway, connection } = uncounted();
    const limited = { type: 'error', payload: { code: 'rate_limited' } };
    await expect(ask({ type: 'state:sync' })).resolves.toMatchObject(limited);
    const token = tokenOf('alice', connection.expiresAt + 60_000);
    await expect(ask({ type: 'token:refresh', payload: { token } })).resolves.toMatchObject(
      limited,
    );
    expect(counted).toEqual(['MessagesLimited', 'MessagesLimited']);
    expect(gateway.posts).toEqual([]);
  });
});

describe('state:sync', () => {
  const sync = { type: 'state:sync' };
  const limited = { type: 'error', payload: { code: 'rate_limited' } };

  it('is limited per user: one at once for each allowed connection, then 6 a minute', async () => {
    const { ask, clock, connections, gateway } = createAnswerFakes();
    const tabs = connections.seed(clock.now(), Array<string>(20).fill('alice'));
    const [other] = connections.seed(clock.now(), ['bob']);
    for (const tab of tabs) {
      await expect(ask(sync, tab)).resolves.toMatchObject({ payload: { complete: true } });
    }
    // A new connection does not get a new bucket.
    const [late] = connections.seed(clock.now(), ['alice']);
    await expect(ask(sync, late)).resolves.toMatchObject(limited);
    await expect(ask(sync, other)).resolves.toMatchObject({ payload: { complete: true } });
    clock.advance(10_000);
    await expect(ask(sync, late)).resolves.toMatchObject({ payload: { complete: true } });
    await expect(ask(sync, tabs[0])).resolves.toMatchObject(limited);
    expect(gateway.closed).toEqual([]);
  });

  it('is refused while another one of the connection runs, and answered afterwards', async () => {
    const { ask, state, clock, connections } = createAnswerFakes();
    const pages = state.pages.bind(state);
    let begun = 0;
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    state.pages = async function* (...query) {
      begun += 1;
      await held;
      yield* pages(...query);
    };
    const first = ask(sync);
    await eventually(() => {
      expect(begun).toBe(16);
    });
    await expect(ask(sync)).resolves.toMatchObject(limited);
    // Another connection of the same user is answered.
    const [tab] = connections.seed(clock.now(), ['alice']);
    const second = ask(sync, tab);
    await eventually(() => {
      expect(begun).toBe(32);
    });
    goOn();
    await expect(first).resolves.toMatchObject({ payload: { complete: true } });
    await expect(second).resolves.toMatchObject({ payload: { complete: true } });
    await expect(ask(sync)).resolves.toMatchObject({ payload: { complete: true } });
  });

  it('is answered again 30 s after the start of one whose function crashed', async () => {
    const { ask, clock, syncMarkers, connection } = createAnswerFakes();
    await syncMarkers.begin(connection, clock.now(), clock.now() + 30_000);
    await expect(ask(sync)).resolves.toMatchObject(limited);
    clock.advance(30_000);
    await expect(ask(sync)).resolves.toMatchObject({ payload: { complete: true } });
  });

  it('is refused if its marker cannot be stored, and answered if it cannot be removed', async () => {
    const { ask, syncMarkers, log } = createAnswerFakes();
    syncMarkers.end = () => Promise.reject(new Error('the store is down'));
    await expect(ask(sync)).resolves.toMatchObject({ payload: { complete: true } });
    expect(log.lines.map(({ message }) => message)).toContain('sync marker not withdrawn');
    syncMarkers.begin = () => Promise.reject(new Error('the store is down'));
    await expect(ask(sync)).resolves.toMatchObject(limited);
  });
});

describe('messages of a user', () => {
  it('are limited over all connections to five times the limit of one connection', async () => {
    const { ask, clock, connections } = createAnswerFakes();
    const tabs = connections.seed(clock.now(), Array<string>(20).fill('alice'));
    let answered = 0;
    for (const tab of tabs)
      for (let ping = 0; ping < 8; ping += 1) {
        if ((await ask({ type: 'ping' }, tab))?.type === 'pong') answered += 1;
      }
    expect(answered).toBe(5 * 20);
  });

  it('are not limited if 20 tabs reconnect at once and then send 4 pings a minute each', async () => {
    const { ask, clock, connections, counted } = createAnswerFakes();
    const tabs = connections.seed(clock.now(), Array<string>(20).fill('alice'));
    for (const tab of tabs) {
      await ask({ type: 'state:sync' }, tab);
      await ask({ type: 'ping' }, tab);
    }
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(60_000);
      for (const tab of tabs) for (let n = 0; n < 4; n += 1) await ask({ type: 'ping' }, tab);
    }
    expect(counted).toEqual([]);
  });

  it('are answered on other connections after one was closed because of too many messages', async () => {
    const { ask, clock, connections } = createAnswerFakes();
    const [loud, quiet] = connections.seed(clock.now(), ['alice', 'alice']);
    while ((await ask({ type: 'ping' }, loud)) !== undefined);
    await expect(ask({ type: 'ping' }, quiet)).resolves.toMatchObject({ type: 'pong' });
    await expect(ask({ type: 'state:sync' }, quiet)).resolves.toMatchObject({
      payload: { complete: true },
    });
  });

  it('block handshakes of the user for a minute after a connection was closed because of too many messages', async () => {
    const { ask, clock, rateLimits } = createAnswerFakes();
    const handshake = () =>
      rateLimits.take('alice', 'handshakes', { perMinute: 30, burst: 20 }, clock.now());
    while ((await ask({ type: 'ping' })) !== undefined);
    await expect(handshake()).resolves.toBe(false);
    clock.advance(59_000);
    await expect(handshake()).resolves.toBe(false);
    clock.advance(1_000);
    await expect(handshake()).resolves.toBe(true);
  });

  it('close a second connection after 20 answers, without refusals, if one was closed because of too many messages', async () => {
    const { ask, clock, connections } = createAnswerFakes();
    const [first, second] = connections.seed(clock.now(), ['alice', 'alice']);
    while ((await ask({ type: 'ping' }, first)) !== undefined);
    let answered = 0;
    while ((await ask({ type: 'ping' }, second)) !== undefined) answered += 1;
    expect(answered).toBe(20);
  });
});

it('closes a connection whose token has expired, without an answer', async () => {
  const { ask, clock, connection, connections, gateway } = createAnswerFakes();
  clock.milliseconds = connection.expiresAt;
  await expect(ask({ type: 'ping' })).resolves.toBeUndefined();
  expect(gateway.posts).toEqual([
    {
      connectionId: connection.connectionId,
      message: { type: 'connection:closing', payload: { reason: 'token_expired' } },
    },
  ]);
  expect(connections.records.size).toBe(0);
  await expect(ask({ type: 'ping' })).resolves.toBeUndefined();
});

it('answers a connection with a refreshed token after its first token has expired', async () => {
  const { ask, clock, connection, gateway, state } = createAnswerFakes();
  const token = tokenOf('alice', connection.expiresAt + 60_000);
  await expect(ask({ type: 'token:refresh', payload: { token } })).resolves.toEqual({
    type: 'token:refreshed',
    payload: { expiresAt: connection.expiresAt + 60_000 },
  });
  clock.milliseconds = connection.expiresAt + 59_000;
  await expect(ask({ type: 'ping' })).resolves.toMatchObject({ type: 'pong' });
  // A snapshot of several messages: the check before each post must find the refreshed token, too.
  const times = { updatedAt: clock.now(), expiresAt: clock.now() + 1e9 };
  for (let agent = 0; agent < 3; agent += 1) {
    await state.put(sessionEvent(`agent-${agent}`, 's', 'x'.repeat(20_000), 1), times);
  }
  await expect(ask({ type: 'state:sync' })).resolves.toMatchObject({ payload: { complete: true } });
  expect(gateway.posts).toHaveLength(2);
  clock.milliseconds = connection.expiresAt + 60_000;
  await expect(ask({ type: 'ping' })).resolves.toBeUndefined();
  expect(gateway.closed).toHaveLength(1);
});

it.each([
  ['closed', 'expires', 0, undefined, ['connection:closing']],
  [
    'answered',
    'expires and was refreshed',
    60_000,
    'state:snapshot',
    ['state:snapshot', 'state:snapshot'],
  ],
])(
  'a connection is %s if its token %s while the state is read',
  async (_, __, extension, answered, posted) => {
    const { ask, clock, connection, connections, gateway, state } = createAnswerFakes();
    const times = { updatedAt: clock.now(), expiresAt: clock.now() + 1e10 };
    for (let agent = 0; agent < 3; agent += 1) {
      await state.put(sessionEvent(`agent-${agent}`, 's', 'x'.repeat(20_000), 1), times);
    }
    clock.milliseconds = connection.expiresAt - 1_000;
    const pages = state.pages.bind(state);
    state.pages = (...query) => {
      void connections.refresh(connection, connection.expiresAt + extension);
      clock.milliseconds = connection.expiresAt;
      return pages(...query);
    };
    await expect(ask({ type: 'state:sync' }).then((message) => message?.type)).resolves.toBe(
      answered,
    );
    const types = gateway.posts.map(({ message }) => (message as { type: string }).type);
    expect(types).toEqual(posted);
    expect(gateway.closed).toHaveLength(answered === undefined ? 1 : 0);
  },
);

it('answers with unavailable if it cannot be read whether the connection has expired', async () => {
  const { ask, clock, connection, connections, gateway } = createAnswerFakes();
  connections.find = () => Promise.reject(new Error('the store is down'));
  clock.milliseconds = connection.expiresAt;
  await expect(ask({ type: 'ping' })).resolves.toMatchObject({ payload: { code: 'unavailable' } });
  expect(gateway.closed).toEqual([]);
});
