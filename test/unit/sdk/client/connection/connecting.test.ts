// Connecting: from the token to an open socket, and all kinds of failures.
import { createMissionControl } from '#sdk/client';
import { ClientHarness, FakeSocket, settle } from '#test/support/client/client-harness';
import { withGlobals } from '#test/support/client/globals';
import { emptyLists } from '#test/support/data/events';

it('connects immediately, with the token as the second subprotocol', async () => {
  const harness = new ClientHarness();
  expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
  await settle();
  expect(harness.socket.url).toBe('wss://example.test/live');
  expect(harness.socket.protocols).toEqual(['mission-control', 'token-1', 'mission-control.batch']);
  await harness.accept();
  expect(harness.client.connection).toMatchObject({ state: 'connected', attempt: 1 });
  await harness.time.pass(5_000);
  expect(harness.client.connection).toMatchObject({ state: 'connected', attempt: 0 });
});

it('is idle until reconnect() with autoConnect: false', async () => {
  const harness = new ClientHarness({ autoConnect: false });
  await harness.time.pass(100_000);
  expect([harness.state, harness.tokens, harness.time.pending]).toEqual(['idle', 0, 0]);
  expect(harness.page.listeners.size).toBe(0);
  harness.client.reconnect();
  await harness.accept();
  expect(harness.states).toEqual(['idle', 'connecting', 'connected']);
});

it('gets a new token for each attempt', async () => {
  const harness = new ClientHarness();
  for (const token of ['token-1', 'token-2', 'token-3']) {
    await settle();
    expect(harness.socket.token).toBe(token);
    harness.socket.drop();
    await harness.nextAttempt();
  }
});

it.each([
  ['throws', () => Promise.reject(new Error('secret'))],
  ['is empty', () => ''],
  ['is only a line break', () => '\n'],
  ['is undefined', () => undefined as unknown as string],
])('opens no socket and waits if a token %s', async (_how, getToken) => {
  const harness = new ClientHarness({ getToken });
  await settle();
  expect(harness.sockets).toEqual([]);
  expect(harness.client.connection).toMatchObject({
    state: 'waiting',
    attempt: 2,
    retryInMs: 1_000,
    reason: 'token_unavailable',
  });
});

it('removes white space around a token, e.g. the line break at the end of a file', async () => {
  const harness = new ClientHarness({ getToken: () => ' the.token\r\n' });
  await harness.accept();
  expect(harness.socket.protocols).toEqual([
    'mission-control',
    'the.token',
    'mission-control.batch',
  ]);
});

it.each(['Bearer the.token', 'the\n.token', 'the.token the.token'])(
  'opens no socket for a token that contains white space, and reports a reason without the token: %j',
  async (token) => {
    for (const tokenTransport of ['subprotocol', 'header', 'query'] as const) {
      const harness = new ClientHarness({ getToken: () => token, tokenTransport });
      await settle();
      expect(harness.client.connection).toMatchObject({
        state: 'waiting',
        reason: 'token_malformed',
      });
      expect(harness.sockets).toEqual([]);
      expect(JSON.stringify(harness.connections)).not.toContain('the.token');
    }
  },
);

it('waits at most 30 s for a token', async () => {
  let give: (token: string) => void = () => undefined;
  const harness = new ClientHarness({ getToken: () => new Promise((resolve) => (give = resolve)) });
  await harness.time.pass(29_000);
  expect(harness.state).toBe('connecting');
  give('slow');
  await harness.accept();
  expect(harness.state).toBe('connected');

  const other = new ClientHarness({ getToken: () => new Promise((resolve) => (give = resolve)) });
  await other.time.pass(30_000);
  expect(other.client.connection).toMatchObject({ state: 'waiting', reason: 'token_unavailable' });
  give('too late');
  await settle();
  expect(other.sockets).toEqual([]);
});

it('does not report a token that the WebSocket refuses', async () => {
  class Picky extends FakeSocket {
    constructor(url: string, protocols: string[] = []) {
      super(url, protocols);
      throw new SyntaxError(`The subprotocol '${protocols.join()}' is invalid.`);
    }
  }
  const harness = new ClientHarness({ getToken: () => 'not a token', WebSocket: Picky });
  await settle();
  expect(harness.client.connection.reason).toBe('token_malformed');
  expect(JSON.stringify(harness.connections)).not.toContain('not a token');
});

it('ends a handshake after 10 s without a response', async () => {
  const harness = new ClientHarness();
  await harness.time.pass(9_999);
  expect(harness.state).toBe('connecting');
  await harness.time.pass(1);
  expect(harness.client.connection).toMatchObject({ state: 'waiting', reason: 'connect_timeout' });
  expect(harness.socket.readyState).toBe('closed');
});

it('uses the durations in the option timing', async () => {
  const harness = new ClientHarness({ timing: { connectTimeoutMs: 500 } });
  await harness.time.pass(500);
  expect(harness.state).toBe('waiting');
});

describe('a handshake that fails', () => {
  it('is followed by further attempts without end if /whoami does not answer either', async () => {
    const harness = new ClientHarness();
    for (let attempt = 1; attempt <= 100; attempt += 1) {
      await settle();
      harness.socket.drop();
      await harness.nextAttempt();
    }
    expect(harness.sockets).toHaveLength(101);
    expect(new Set(harness.states)).toEqual(new Set(['connecting', 'waiting']));
    expect(new Set(harness.connections.map(({ reason }) => reason))).toEqual(
      new Set([undefined, 'unavailable']),
    );
  });

  it.each([401, 403])(
    'makes the client unauthorized at once if /whoami answers %i',
    async (whoami) => {
      const harness = new ClientHarness();
      harness.whoami = whoami;
      await settle();
      harness.socket.drop();
      await new Promise(setImmediate);
      await settle();
      expect(harness.client.connection).toMatchObject({
        state: 'unauthorized',
        retryInMs: 60_000,
        code: 1006,
        reason: 'refused',
      });
      expect(harness.whoamiRequests).toEqual([
        { url: 'https://example.test/live/whoami', authorization: 'Bearer token-1' },
      ]);
      await harness.time.pass(59_999);
      expect(harness.sockets).toHaveLength(1);
      await harness.time.pass(1);
      await harness.accept();
      expect([harness.state, harness.socket.token]).toEqual(['connected', 'token-2']);
    },
  );

  it.each([401, 403])(
    'says with which code /whoami refuses the token (%i), until the next attempt',
    async (whoami) => {
      const harness = new ClientHarness();
      harness.whoami = whoami;
      harness.whoamiBody = '{"code":"extension_not_supported"}';
      await settle();
      harness.socket.drop();
      await new Promise(setImmediate);
      await settle();
      expect(harness.client.connection).toMatchObject({
        ...{ state: 'unauthorized', reason: 'refused', refusal: 'extension_not_supported' },
      });
      await harness.nextAttempt();
      expect(harness.client.connection.refusal).toBeUndefined();
    },
  );

  it.each(
    [
      [
        '',
        '<html>No</html>',
        'null',
        '{}',
        '{"code":7}',
        '{"code":""}',
        '{"code":["token_expired"]}',
      ],
      ['{"code":"No entry for token-1"}', '{"code":"Token"}', `{"code":"${'a'.repeat(31)}"}`],
    ].flat(),
  )('says nothing more than refused if the body of a 401 is %j', async (body) => {
    const harness = new ClientHarness();
    harness.whoami = 401;
    harness.whoamiBody = body;
    await settle();
    harness.socket.drop();
    await new Promise(setImmediate);
    await settle();
    const { state, reason, refusal } = harness.client.connection;
    expect([state, reason, refusal]).toEqual(['unauthorized', 'refused', undefined]);
  });

  it('says with the reason max_attempts why the token of the last attempt was refused', async () => {
    const harness = new ClientHarness({ maxAttempts: 1 });
    harness.whoami = 401;
    await settle();
    harness.socket.drop();
    await new Promise(setImmediate);
    await settle();
    expect(harness.client.connection).toMatchObject({
      ...{ state: 'closed', reason: 'max_attempts', refusal: 'token_invalid' },
    });
  });

  it('has no refusal if the server is unavailable or limits the rate, whatever the body says', async () => {
    const harness = new ClientHarness();
    harness.whoamiBody = '{"code":"keys_unavailable"}';
    for (const status of [200, 429, 503]) {
      harness.whoami = status;
      await harness.nextAttempt();
      harness.socket.drop();
      await new Promise(setImmediate);
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'waiting', code: 1006 });
      expect(harness.client.connection.refusal).toBeUndefined();
    }
  });

  it.each([
    [429, 'rate_limited', 15_000],
    [200, 'unavailable', 2_000],
    [404, 'unavailable', 2_000],
    [500, 'unavailable', 2_000],
    [503, 'unavailable', 2_000],
    [undefined, 'unavailable', 2_000],
  ])(
    'does not make the client unauthorized if the answer of /whoami is %s: %s',
    async (whoami, reason, retryInMs) => {
      const harness = new ClientHarness();
      harness.random = 1;
      harness.whoami = whoami;
      await settle();
      harness.socket.drop();
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'waiting', reason, retryInMs });
      for (let attempt = 0; attempt < 20; attempt += 1) {
        await harness.nextAttempt();
        harness.socket.drop();
        await settle();
        expect(harness.client.connection).toMatchObject({ state: 'waiting', reason });
        expect(harness.client.connection.retryInMs).toBeLessThanOrEqual(30_000);
      }
      expect(harness.whoamiRequests).toHaveLength(21);
      expect(JSON.stringify(harness.connections)).not.toContain('token-');
    },
  );

  it.each(['{"message":"Forbidden"}', '<html>Request blocked</html>', '', 'null'])(
    'does not make the client unauthorized if a 403 is not from /whoami, e.g. from a firewall: %j',
    async (body) => {
      const harness = new ClientHarness();
      harness.whoami = 403;
      harness.whoamiBody = body;
      await settle();
      harness.socket.drop();
      // Reading the body takes more than microtasks.
      await new Promise(setImmediate);
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'waiting', reason: 'unavailable' });
    },
  );

  it('does not make the client unauthorized while the server fails, and connects afterwards', async () => {
    const harness = new ClientHarness();
    harness.whoami = 200;
    for (let second = 0; second < 20; second += 1) {
      await harness.time.pass(1_000);
      if (harness.state === 'connecting') harness.socket.drop();
    }
    expect(harness.states).not.toContain('unauthorized');
    for (let second = 0; second < 16 && harness.state !== 'connecting'; second += 1) {
      await harness.time.pass(1_000);
    }
    await harness.accept();
    expect(harness.state).toBe('connected');
  });

  it('requests the given whoamiUrl without redirects, with a timeout of 10 s', async () => {
    const asked: { url: string; redirect: string; signal: AbortSignal }[] = [];
    const fetch = (url: string, options: { redirect: string; signal: AbortSignal }) => {
      asked.push({ url, ...options });
      return new Promise<never>(() => undefined);
    };
    const whoamiUrl = 'https://whoami.test/';
    const harness = new ClientHarness({ whoamiUrl, fetch: fetch });
    await harness.time.pass(9_000);
    harness.socket.drop();
    await harness.time.pass(9_999);
    expect(harness.state).toBe('connecting');
    await harness.time.pass(1);
    expect(asked).toMatchObject([{ url: whoamiUrl, redirect: 'error', signal: { aborted: true } }]);
    expect(harness.client.connection).toMatchObject({
      state: 'waiting',
      code: 1006,
      reason: 'unavailable',
    });
  });

  it('does not make the client unauthorized if there is no fetch', async () => {
    const harnesses: ClientHarness[] = [];
    withGlobals({ fetch: undefined }, () => {
      harnesses.push(new ClientHarness({ fetch: undefined as never }));
    });
    for (const harness of harnesses) {
      await settle();
      harness.socket.drop();
      await settle();
      expect(harness.client.connection).toMatchObject({ state: 'waiting', reason: 'unavailable' });
    }
    expect(harnesses).toHaveLength(1);
  });

  it.each([
    [401, 'unauthorized', 'refused'],
    [403, 'unauthorized', 'refused'],
    [429, 'waiting', 'rate_limited'],
    [500, 'waiting', 'unavailable'],
    [503, 'waiting', 'unavailable'],
  ])(
    'uses the HTTP status %i if the WebSocket reports it, as ws does: %s',
    async (statusCode, state, reason) => {
      class Telling extends FakeSocket {
        constructor(url: string, protocols?: string[]) {
          super(url, protocols);
          opened.push(this);
        }
        listener: ((request: unknown, response: { statusCode: number }) => void) | undefined;
        on(_type: string, listener: typeof this.listener) {
          this.listener = listener;
        }
        override close(code?: number) {
          super.close(code);
          this.drop();
        }
      }
      const opened: Telling[] = [];
      const harness = new ClientHarness({ WebSocket: Telling });
      // The client must not request /whoami, which would answer differently.
      harness.whoami = statusCode === 401 ? 200 : 401;
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        await harness.nextAttempt();
        opened.at(-1)?.listener?.({}, { statusCode });
        await settle();
        expect(harness.client.connection).toMatchObject({ state, code: 1006, reason });
      }
      expect(harness.whoamiRequests).toEqual([]);
    },
  );

  it('closes the client after maxAttempts, until reconnect()', async () => {
    const harness = new ClientHarness({ maxAttempts: 2 });
    await settle();
    harness.socket.drop();
    await harness.time.pass(1_000);
    harness.socket.drop();
    await harness.time.pass(1_000_000);
    expect(harness.client.connection).toMatchObject({ state: 'closed', reason: 'max_attempts' });
    expect(harness.sockets).toHaveLength(2);
    expect(harness.time.pending).toBe(0);
    harness.client.reconnect();
    await harness.accept();
    expect(harness.state).toBe('connected');
  });
});

it('doubles the wait with each failed attempt, and resets it after 5 s of being connected', async () => {
  const harness = new ClientHarness();
  harness.random = 1;
  const waits: (number | undefined)[] = [];
  const lose = async () => {
    harness.socket.drop();
    await settle();
    waits.push(harness.client.connection.retryInMs);
    await harness.nextAttempt();
  };
  await settle();
  for (let attempt = 1; attempt <= 6; attempt += 1) await lose();
  await harness.accept();
  await harness.time.pass(4_999);
  await lose();
  await harness.accept();
  await harness.time.pass(5_000);
  await lose();
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 1_000]);
});

it('connects immediately with reconnect(), and restarts counting attempts', async () => {
  const harness = new ClientHarness();
  await settle();
  harness.socket.drop();
  await settle();
  harness.client.reconnect();
  expect(harness.client.connection).toMatchObject({ state: 'connecting', attempt: 1 });
  const old = await harness.accept();
  harness.client.reconnect();
  await harness.accept();
  expect(old.closedWith).toBe(1000);
  expect(harness.open).toHaveLength(1);
});

it('accepts messages that the WebSocket delivers during send()', async () => {
  class QuickSocket extends FakeSocket {
    constructor(...all: [string, string[]?]) {
      super(...all);
      queueMicrotask(() => {
        this.accept();
      });
    }
    override send(): void {
      const agents = [{ agentId: 'a', status: 'online' as const, timestamp: 1 }];
      this.receive('state:snapshot', { ...emptyLists(), agents, timestamp: 2, complete: true });
    }
  }
  const harness = new ClientHarness({ WebSocket: QuickSocket });
  await settle();
  expect(harness.client.agents.get('a')?.status).toBe('online');
  harness.client.close();
  expect(harness.time.pending).toBe(0);
});

describe('invalid options', () => {
  const good = { url: 'ws://localhost:3000', getToken: () => 'token', WebSocket: FakeSocket };
  it.each([
    [{ url: 'https://example.test' }, 'url must be a URL with ws:// or wss://, and no #.'],
    [{ url: undefined as unknown as string }, 'url must be a URL with'],
    [{ url: 'ws://127.0.0.1:99999' }, 'url must be a URL with'],
    [{ url: 'ws://a b' }, 'url must be a URL with'],
    [{ url: 'ws://host/#x' }, 'url must be a URL with'],
    [{ url: 'ws://[' }, 'url must be a URL with'],
    [{ timing: { heartbeatMs: 0 } }, 'timing.heartbeatMs must be above 0 milliseconds.'],
    [{ timing: { backoffBaseMs: NaN } }, 'timing.backoffBaseMs must be above 0 milliseconds.'],
    [{ timing: { rotateMinMs: 2, rotateMaxMs: 1 } }, 'timing.rotateMinMs must be at most'],
    [{ getToken: 'token' as never }, 'getToken must be a function.'],
    [{ maxAttempts: 0 }, 'maxAttempts must be at least 1.'],
    [{ maxAttempts: NaN }, 'maxAttempts must be at least 1.'],
  ])('%j throw a TypeError: %s', (wrong, message) => {
    expect(() => createMissionControl({ ...good, ...wrong })).toThrow(TypeError);
    expect(() => createMissionControl({ ...good, ...wrong })).toThrow(message);
  });
});

describe.each([
  ['is not given', {}],
  ['is undefined', { WebSocket: undefined as never }],
])('a WebSocket that %s', (_how, given) => {
  const options = { url: 'ws://localhost:3000', getToken: () => 'token', ...given };

  it('is replaced by the global one', () => {
    withGlobals({ WebSocket: FakeSocket }, () => {
      const client = createMissionControl(options);
      expect(client.connection.state).toBe('connecting');
      client.close();
    });
  });

  it('causes a TypeError if there is no global one', () => {
    withGlobals({ WebSocket: undefined }, () => {
      expect(() => createMissionControl(options)).toThrow(TypeError);
      expect(() => createMissionControl(options)).toThrow('There is no WebSocket here');
    });
  });
});

it('validates the url also with the URL class of React Native, whose getters throw', () => {
  class URL {
    constructor(readonly text: string) {}
    get hash(): string {
      throw new Error('not implemented');
    }
  }
  withGlobals({ URL }, () => {
    expect(new ClientHarness().state).toBe('connecting');
    expect(() => new ClientHarness({ url: 'https://example.test' })).toThrow('url must be a URL');
    expect(() => new ClientHarness({ url: 'ws://host/#x' })).toThrow('url must be a URL');
  });
});

it('uses the default for a duration that is undefined', async () => {
  const harness = new ClientHarness({ timing: { heartbeatMs: undefined as never } });
  await harness.connect();
  await harness.time.pass(74_000 - 5_000);
  expect(harness.state).toBe('connected');
  await harness.time.pass(10_000);
  expect(harness.connections).toContainEqual(expect.objectContaining({ reason: 'silent' }));
});

it.each([
  [401, { state: 'unauthorized', reason: 'refused' }],
  [undefined, { state: 'waiting', reason: 'unavailable' }],
])(
  'treats an error without a close event as the end of the handshake (/whoami answers %s)',
  async (whoami, end) => {
    const harness = new ClientHarness();
    harness.whoami = whoami;
    await settle();
    harness.socket.onerror?.({} as never);
    expect(harness.state).toBe('connecting');
    await harness.time.pass(200);
    expect(harness.client.connection).toMatchObject(end);
    expect(harness.whoamiRequests).toHaveLength(1);
    // A later close event is ignored.
    harness.socket.drop();
    await settle();
    expect([harness.client.connection.attempt, harness.whoamiRequests.length]).toEqual([2, 1]);
  },
);

it('does not get a token after close()', async () => {
  const harness = new ClientHarness();
  harness.client.close();
  await settle();
  expect(harness.tokens).toBe(0);
});
