import { createCloseConnection } from '#core/connections/close-connection';
import { createConnect } from '#core/connections/connect';
import { maySee } from '#core/connections/view';
import {
  FakeClock,
  FakeGateway,
  MemoryConnectionStore,
  MemoryRateLimitStore,
  RecordingLog,
} from '#test/support/core/fakes';

function setUp(maxConnectionsPerUser = 3) {
  const clock = new FakeClock();
  const connections = new MemoryConnectionStore();
  const gateway = new FakeGateway();
  const log = new RecordingLog();
  const closeConnection = createCloseConnection({
    connections,
    poster: gateway,
    closer: gateway,
    now: clock.now,
    log,
  });
  const counted: string[] = [];
  const connect = createConnect({
    connections,
    closeConnection,
    rateLimits: new MemoryRateLimitStore(),
    count: (what) => counted.push(what),
    now: clock.now,
    handshakes: { perMinute: 30, burst: 10 },
    maxConnectionsPerUser,
  });
  const token = (userId: string) => ({ userId, expiresAt: clock.now() + 60_000 });
  return { clock, connections, gateway, log, counted, connect, token };
}

it('records the connection with the expiry of its token, rounded down to the second', async () => {
  const { clock, connections, connect } = setUp();
  await connect('a=', { userId: 'alice', expiresAt: clock.now() + 60_999 });
  expect([...connections.records.values()]).toEqual([
    {
      connectionId: 'a=',
      userId: 'alice',
      connectedAt: clock.now(),
      expiresAt: clock.now() + 60_000,
    },
  ]);
});

it.each([true, false])('records batches only if they were negotiated: %s', async (batches) => {
  const { connections, connect, token } = setUp();
  await connect('a=', token('alice'), { batches });
  const record = connections.records.get('a=') ?? {};
  expect(Object.entries(record).filter(([name]) => name === 'batches')).toEqual(
    batches ? [['batches', true]] : [],
  );
});

it.each([
  ['nothing', undefined, undefined, undefined],
  ['the scope of the token', ['team-a/*'], undefined, { scope: '["team-a/*"]' }],
  ['no agents, before the first `subscribe`', undefined, { subscribes: true }, { agents: '[]' }],
  [
    'both',
    ['team-a/*'],
    { batches: true, subscribes: true },
    { scope: '["team-a/*"]', agents: '[]' },
  ],
])('records as the view of the connection: %s', async (_what, scope, negotiated, view) => {
  const { connections, connect, token } = setUp();
  await connect('a=', { ...token('alice'), ...(scope && { scope }) }, negotiated);
  const record = connections.records.get('a=');
  expect(record?.view).toEqual(view && { ...view, inForce: expect.anything() as unknown });
  // A record without a view is one that gets everything.
  const sees = ['team-a/agent', 'team-b/agent'].map((agent) => maySee(record?.view, agent));
  expect(sees).toEqual(view === undefined ? [true, true] : [!('agents' in view), false]);
});

it('limits the recorded expiry to two hours and a minute', async () => {
  const { clock, connections, connect } = setUp();
  await connect('a=', { userId: 'alice', expiresAt: clock.now() + 86_400_000 });
  expect(connections.records.get('a=')?.expiresAt).toBe(clock.now() + 121 * 60_000);
});

it('closes the oldest connection of a user above the limit, with the reason', async () => {
  const { clock, connections, gateway, connect, token } = setUp();
  for (const connectionId of ['a=', 'b=', 'c=', 'd=']) {
    await connect(connectionId, token('alice'));
    clock.advance(10);
  }
  await connect('e=', token('bob'));
  expect(gateway.closed).toEqual(['a=']);
  expect(gateway.posts).toEqual([
    {
      connectionId: 'a=',
      message: { type: 'connection:closing', payload: { reason: 'replaced' } },
    },
  ]);
  expect([...connections.records.keys()]).toEqual(['b=', 'c=', 'd=', 'e=']);
});

it('does not count expired records against the limit', async () => {
  const { clock, gateway, connect, token } = setUp(1);
  await connect('a=', token('alice'));
  clock.advance(60_000);
  await connect('b=', token('alice'));
  expect(gateway.closed).toEqual([]);
});

it('accepts a new connection if an old one cannot be closed, and keeps the record of the old one', async () => {
  const { clock, connections, gateway, log, connect, token } = setUp(1);
  await connect('a=', token('alice'));
  clock.advance(1);
  gateway.close = () => Promise.reject(new Error('throttled'));
  await connect('b=', token('alice'));
  expect([...connections.records.keys()]).toEqual(['a=', 'b=']);
  expect(log.lines.map((line) => line.message)).toEqual(['connection not closed']);
});

it('throws if the connection cannot be recorded, because it would never get a message', async () => {
  const { connections, connect, token } = setUp();
  connections.save = () => Promise.reject(new Error('the store is down'));
  await expect(connect('a=', token('alice'))).rejects.toThrow('the store is down');
});

it('keeps the record of a connection whose handshake may still be under way', async () => {
  const { clock, connections, gateway, connect, token } = setUp(1);
  // With simultaneous handshakes, none of the connections is open yet when the others try to close it.
  gateway.answer = () => 'gone';
  for (const connectionId of ['a=', 'b=', 'c=']) await connect(connectionId, token('alice'));
  expect([...connections.records.keys()]).toEqual(['a=', 'b=', 'c=']);
  clock.advance(11_000);
  await connect('d=', token('alice'));
  expect([...connections.records.keys()]).toEqual(['d=']);
});

it('closes only the excess connections if several connect at the same time', async () => {
  const { gateway, connect, token } = setUp(2);
  await Promise.all(['d=', 'b=', 'c=', 'a='].map((id) => connect(id, token('alice'))));
  expect(new Set(gateway.closed)).toEqual(new Set(['a=', 'b=']));
});

describe('a disconnected user', () => {
  const hour = 3_600_000;

  function setUpDisconnected(maxConnectionsPerUser?: number) {
    const harness = setUp(maxConnectionsPerUser);
    const at = harness.clock.now();
    const marker = { disconnectedAt: at, endsAt: at + 30 * 24 * hour };
    harness.connections.markers.set('alice', marker);
    harness.clock.advance(60_000);
    const connectWith = (issuedAt?: number, userId = 'alice') =>
      harness.connect(`${userId}=`, {
        ...harness.token(userId),
        ...(issuedAt === undefined ? {} : { issuedAt }),
      });
    return { ...harness, at, connectWith };
  }

  it.each([
    ['an older token', -hour],
    ['a token issued in the same millisecond', 0],
    ['a token issued in the same second', -999],
    ['a token without an issue time', undefined],
  ])('is refused with %s, and no record is kept', async (_what, ahead) => {
    const { at, connections, connectWith } = setUpDisconnected();
    const issuedAt = ahead === undefined ? undefined : at + ahead;
    await expect(connectWith(issuedAt)).resolves.toBe('user_disconnected');
    expect(connections.records.size).toBe(0);
  });

  it('is accepted with a newer token, and other users are not affected', async () => {
    const { at, connections, connectWith } = setUpDisconnected();
    await expect(connectWith(at + 1)).resolves.toBe('connected');
    await expect(connectWith(at - hour, 'bob')).resolves.toBe('connected');
    expect([...connections.records.keys()]).toEqual(['alice=', 'bob=']);
  });

  it('is refused until the marker expires, and accepted afterwards, even if the table still contains it', async () => {
    const { at, clock, connectWith } = setUpDisconnected();
    clock.milliseconds = at + 30 * 24 * hour - 1;
    await expect(connectWith(at - hour)).resolves.toBe('user_disconnected');
    clock.milliseconds += 1;
    await expect(connectWith(at - hour)).resolves.toBe('connected');
  });

  it('closes no connection of a newer token when an older token is refused', async () => {
    const { at, clock, connections, gateway, connect, token, connectWith } = setUpDisconnected(1);
    await connect('newer=', { ...token('alice'), issuedAt: at + 1 });
    clock.advance(60_000);
    await expect(connectWith(at - hour)).resolves.toBe('user_disconnected');
    expect(gateway.closed).toEqual([]);
    expect([...connections.records.keys()]).toEqual(['newer=']);
  });

  it('is not accepted if the record cannot be removed', async () => {
    const { at, connections, connectWith } = setUpDisconnected();
    connections.remove = () => Promise.reject(new Error('the store is down'));
    await expect(connectWith(at)).rejects.toThrow('the store is down');
  });
});

it('accepts 10 handshakes of a user at once and 30 a minute, without affecting other users', async () => {
  const { clock, connections, counted, connect, token } = setUp(1_000);
  const storm = async (user: string, handshakes: number) => {
    const ids = Array.from({ length: handshakes }, (_, index) => `${user}-${clock.now()}-${index}`);
    const outcomes = await Promise.all(ids.map((id) => connect(id, token(user))));
    return outcomes.filter((outcome) => outcome === 'connected').length;
  };
  await expect(storm('alice', 200)).resolves.toBe(10);
  await expect(storm('bob', 1)).resolves.toBe(1);
  clock.advance(60_000);
  await expect(storm('alice', 200)).resolves.toBe(10);
  clock.advance(2_000);
  await expect(storm('alice', 200)).resolves.toBe(1);
  // Refused handshakes leave no record.
  expect(connections.records.size).toBe(22);
  expect(counted).toHaveLength(3 * 200 - 21);
  expect(new Set(counted)).toEqual(new Set(['HandshakesLimited']));
});
