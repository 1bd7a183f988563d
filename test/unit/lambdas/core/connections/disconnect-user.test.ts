import { createCloseConnection } from '#core/connections/close-connection';
import { createDisconnectUser } from '#core/connections/disconnect-user';
import { createFanOutHarness } from '#test/support/core/fan-out';

function setUp(maxTokenHours?: number) {
  const harness = createFanOutHarness();
  const { clock, gateway } = harness;
  const kept: { event: unknown; reason: string }[] = [];
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const deadLetters = {
    keep: async (event: unknown, reason: string) => {
      kept.push({ event, reason });
      return Promise.resolve();
    },
  };
  const disconnectUser = createDisconnectUser({
    ...harness,
    timers: clock,
    closeConnection,
    deadLetters,
    maxTokenHours,
  });
  const order = (payload: unknown, type = 'user:disconnect') =>
    clock.run(disconnectUser({ id: 'event-1', type, payload, whole: { whole: 'event' } }));
  return { ...harness, kept, order };
}

it('closes all connections of the user and no others, with the reason', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice', 'bob', 'alice']);
  await order({ userId: 'alice', reason: 'signed out everywhere' });
  expect(gateway.closed).toEqual(['connection-1=', 'connection-3=']);
  expect(gateway.posts.map(({ message }) => message)).toEqual([
    { type: 'connection:closing', payload: { reason: 'signed out everywhere' } },
    { type: 'connection:closing', payload: { reason: 'signed out everywhere' } },
  ]);
  expect([...connections.records.keys()]).toEqual(['connection-2=']);
});

it('stores the marker of the user before it lists the connections, for 30 days or the maximum age of a token', async () => {
  for (const [maxTokenHours, days] of [
    [undefined, 30],
    [48, 2],
  ] as const) {
    const { clock, connections, order } = setUp(maxTokenHours);
    const ofUser = connections.ofUser.bind(connections);
    const marked: (number | undefined)[] = [];
    connections.ofUser = async (userId) => {
      marked.push((await connections.markerOf(userId))?.disconnectedAt);
      return ofUser(userId);
    };
    const disconnectedAt = clock.now();
    await order({ userId: 'alice', reason: 'r' });
    expect(marked).toEqual([disconnectedAt]);
    await expect(connections.markerOf('alice')).resolves.toEqual({
      disconnectedAt,
      endsAt: disconnectedAt + days * 86_400_000,
    });
    await expect(connections.markerOf('bob')).resolves.toBeUndefined();
  }
});

it('closes nothing if the marker cannot be stored, because the clients would connect again', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice']);
  connections.markDisconnected = () => Promise.reject(new Error('the store is down'));
  await expect(order({ userId: 'alice', reason: 'r' })).rejects.toThrow('the store is down');
  expect(gateway.closed).toEqual([]);
});

it('closes a connection whose handshake was under way as soon as it is open, and ignores one whose record is removed', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice', 'alice'], 0);
  gateway.answer = () => 'gone';
  const openAt = clock.now() + 2_500;
  clock.after(2_500, () => {
    gateway.answers.set('connection-1=', 'delivered');
    void connections.remove({ connectionId: 'connection-2=' });
  });
  await order({ userId: 'alice', reason: 'r' });
  expect(gateway.closed).toEqual(['connection-1=']);
  expect(connections.records.size).toBe(0);
  expect(clock.now() - openAt).toBeLessThanOrEqual(200);
});

it('tries a failed close once more, and then throws so that the event is retried', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice']);
  let tries = 0;
  gateway.close = () => {
    tries += 1;
    return Promise.reject(new Error('throttled'));
  };
  await expect(order({ userId: 'alice', reason: 'r' })).rejects.toThrow('still open');
  expect(tries).toBe(2);
});

it('removes the record of a connection that never opens, without an error', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice'], 0);
  gateway.answer = () => 'gone';
  await order({ userId: 'alice', reason: 'r' });
  expect(connections.records.size).toBe(0);
});

it('accepts an order for a user without connections', async () => {
  const { gateway, order } = setUp();
  await order({ userId: 'alice', reason: 'r' });
  expect(gateway.closed).toEqual([]);
});

it('waits for a handshake that is under way, and closes no connection that is opened meanwhile', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice', 'alice'], 1_000);
  // API Gateway does not know the connection yet.
  gateway.answers.set('connection-2=', 'gone');
  clock.after(4_000, () => {
    gateway.answers.delete('connection-2=');
    const times = { connectedAt: clock.now(), expiresAt: clock.now() + 60_000 };
    void connections.save({ userId: 'alice', connectionId: 'newcomer=', ...times });
  });
  await order({ userId: 'alice', reason: 'r' });
  expect(gateway.closed).toEqual(['connection-1=', 'connection-2=']);
  expect([...connections.records.keys()]).toEqual(['newcomer=']);
});

it('closes a connection only after the reason was posted, if its handshake was under way', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice'], 1_000);
  const post = gateway.post.bind(gateway);
  gateway.post = (id, message) =>
    gateway.posts.length === 0 ? post(id, message).then(() => 'gone') : post(id, message);
  await order({ userId: 'alice', reason: 'r' });
  expect(gateway.posts).toHaveLength(2);
  expect(gateway.closed).toEqual(['connection-1=']);
});

it('throws if a connection cannot be closed, and closes it when the event is retried', async () => {
  const { clock, connections, gateway, order } = setUp();
  connections.seed(clock.now(), ['alice', 'alice']);
  const close = gateway.close.bind(gateway);
  gateway.close = (id) =>
    id === 'connection-2=' ? Promise.reject(new Error('throttled')) : close(id);
  await expect(order({ userId: 'alice', reason: 'r' })).rejects.toThrow(
    '1 of 2 connections are still open',
  );
  gateway.close = close;
  await order({ userId: 'alice', reason: 'r' });
  expect(gateway.closed).toEqual(['connection-1=', 'connection-2=']);
  expect(connections.records.size).toBe(0);
});

it.each([
  ['without a user', { reason: 'r' }, 'user:disconnect'],
  ['without a reason', { userId: 'alice' }, 'user:disconnect'],
  ['of another type', { userId: 'alice', reason: 'r' }, 'agent:status'],
])('moves an order %s to the dead-letter queue, and closes nothing', async (_, payload, type) => {
  const { clock, connections, counted, gateway, kept, order } = setUp();
  connections.seed(clock.now(), ['alice']);
  await order(payload, type);
  expect(gateway.closed).toEqual([]);
  expect(kept).toMatchObject([{ event: { whole: 'event' } }]);
  expect(counted).toEqual(['RejectedEvents']);
});
