import { KeysUnavailableError } from '#core/auth/no-verdict';
import { createAnswerFakes, scopedTokenOf, tokenOf } from '#test/support/core/answer';

const refresh = (token: string) => ({ type: 'token:refresh', payload: { token } });

it('extends the expiry of the connection, to at most two hours and a minute after it was opened', async () => {
  const { ask, clock, connection, connections } = createAnswerFakes();
  const soon = connection.expiresAt + 60_500;
  await expect(ask(refresh(tokenOf('alice', soon)))).resolves.toEqual({
    type: 'token:refreshed',
    payload: { expiresAt: soon - 500 },
  });
  expect(connections.records.get(connection.connectionId)?.expiresAt).toBe(soon - 500);
  const longest = connection.connectedAt + 121 * 60_000;
  await expect(ask(refresh(tokenOf('alice', clock.now() + 86_400_000)))).resolves.toMatchObject({
    payload: { expiresAt: longest },
  });
  expect(connections.records.get(connection.connectionId)).toEqual({
    ...connection,
    expiresAt: longest,
  });
});

it('keeps the expiry of the connection if the new token expires earlier', async () => {
  const { ask, clock, connection, connections } = createAnswerFakes();
  await expect(ask(refresh(tokenOf('alice', clock.now() + 5_000)))).resolves.toEqual({
    type: 'token:refreshed',
    payload: { expiresAt: connection.expiresAt },
  });
  expect(connections.records.get(connection.connectionId)).toEqual(connection);
});

it.each([
  ['of another user', 'mallory:9999999999999', 'user_wrong'],
  ['that is malformed', 'a.secret', 'token_malformed'],
  ['that has expired', 'alice:1', 'token_expired'],
])('refuses a token %s, and does not change the connection', async (_, token, code) => {
  const { ask, connection, connections, gateway, log } = createAnswerFakes();
  await expect(ask(refresh(token))).resolves.toEqual({
    type: 'error',
    payload: { code: 'token_refused', message: 'The token is not valid for this connection.' },
  });
  expect([...connections.records.values()]).toEqual([connection]);
  expect(gateway.closed).toEqual([]);
  expect(log.lines).toMatchObject([{ message: 'token refused', fields: { code } }]);
  expect(JSON.stringify(log.lines)).not.toContain(token);
});

it.each([
  ['an older token', -3_600_000],
  ['a token issued in the second in which the user was disconnected', -999],
  ['a token without an issue time', undefined],
])(
  'refuses %s of a disconnected user, and does not change the connection',
  async (_what, ahead) => {
    const { ask, clock, connection, connections, log } = createAnswerFakes();
    const disconnectedAt = clock.now() - 60_000;
    await connections.markDisconnected('alice', { disconnectedAt, endsAt: clock.now() + 1_000 });
    const issuedAt = ahead === undefined ? undefined : disconnectedAt + ahead;
    const longer = connection.expiresAt + 60_000;
    await expect(ask(refresh(tokenOf('alice', longer, issuedAt)))).resolves.toMatchObject({
      payload: { code: 'token_refused' },
    });
    expect([...connections.records.values()]).toEqual([connection]);
    expect(log.lines).toMatchObject([
      { message: 'token refused', fields: { code: 'user_disconnected' } },
    ]);
    await expect(ask(refresh(tokenOf('alice', longer, disconnectedAt + 1)))).resolves.toMatchObject(
      {
        type: 'token:refreshed',
      },
    );
  },
);

it('keeps the later expiry of two simultaneous refreshes', async () => {
  const { ask, connection, connections } = createAnswerFakes();
  const [sooner, later] = [60_000, 120_000].map((more) => connection.expiresAt + more);
  const original = connections.refresh.bind(connections);
  connections.refresh = async (key, expiresAt) => {
    await original(key, later ?? 0);
    return original(key, expiresAt);
  };
  await expect(ask(refresh(tokenOf('alice', sooner ?? 0)))).resolves.toEqual({
    type: 'token:refreshed',
    payload: { expiresAt: later },
  });
  expect(connections.records.get(connection.connectionId)?.expiresAt).toBe(later);
});

it('refuses the token if the connection was closed meanwhile, and creates no record', async () => {
  const { ask, clock, connections } = createAnswerFakes();
  const token = tokenOf('alice', clock.now() + 7_000_000);
  connections.refresh = ({ connectionId }) =>
    Promise.resolve(!connections.records.delete(connectionId));
  await expect(ask(refresh(token))).resolves.toMatchObject({ payload: { code: 'token_refused' } });
  connections.records.clear();
  await expect(ask(refresh(token))).resolves.toMatchObject({ payload: { code: 'token_refused' } });
  expect(connections.records.size).toBe(0);
});

it.each([
  ['verifier', new KeysUnavailableError('down'), 'keys_unavailable'],
  ['verifier', new TypeError('x is undefined'), 'unexpected_error'],
  ['connections', new Error('down'), 'table_unavailable'],
] as const)(
  'answers with unavailable and logs an error if the %s fails: %s',
  async (part, error, code) => {
    const { ask, clock, connection, log, ...harness } = createAnswerFakes();
    const down = () => Promise.reject(error);
    if (part === 'verifier') harness.tokens.authenticate = down;
    else harness.connections.ofUser = down;
    await expect(ask(refresh(tokenOf('alice', clock.now() + 60_000)))).resolves.toMatchObject({
      payload: { code: 'unavailable' },
    });
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'token not refreshed', fields: { code } },
    ]);
    expect([...harness.connections.records.values()]).toEqual([connection]);
  },
);

it('does not let the expiry of an earlier token be that of the scope of a later one, which came in between', async () => {
  const { ask, clock, connection, connections } = createAnswerFakes();
  const { connectionId, userId } = connection;
  const first = scopedTokenOf(userId, connection.expiresAt, ['team-a/*']);
  await ask(refresh(first));
  const readAll = connections.ofUser.bind(connections);
  const soon = clock.now() + 60_000;
  connections.ofUser = async (user) => {
    const known = await readAll(user);
    connections.ofUser = readAll;
    // Another invocation accepts a token for everything, which expires soon.
    await connections.changeView(connection, { scope: ['*'] }, soon);
    return known;
  };
  const long = scopedTokenOf(userId, connection.expiresAt + 600_000, ['team-a/*']);
  await expect(ask(refresh(long))).resolves.toEqual({
    type: 'token:refreshed',
    payload: { expiresAt: soon },
  });
  const record = connections.records.get(connectionId);
  expect([record?.view?.scope, record?.expiresAt]).toEqual(['["*"]', soon]);
});
