// Batches: processed as if each message had arrived separately, and reported as one change.
import fc from 'fast-check';
import type { BatchedMessage, EventMessage } from '#sdk/protocol';
import type { Change } from '#sdk/client';
import { ClientHarness } from '#test/support/client/client-harness';
import { eventArbitrary } from '#test/support/contracts/state-store';

type AgentEvent = Extract<EventMessage, { type: 'agent:status' }>;

const agent = (agentId: string, status: 'online' | 'offline' | 'error', timestamp: number) =>
  ({ type: 'agent:status', payload: { agentId, status, timestamp } }) satisfies AgentEvent;
const session = (sessionId: string, lastMessage: string, timestamp: number) =>
  ({
    type: 'session:activity',
    payload: { agentId: 'a', sessionId, lastMessage, timestamp },
  }) satisfies EventMessage;

/** A connected client, and its notifications about agents and sessions, in order. */
async function listening() {
  const harness = new ClientHarness();
  const heard: unknown[] = [];
  harness.client.on('agent:status', (payload) => heard.push(payload));
  harness.client.on('session:activity', (payload) => heard.push(payload));
  const changes: (readonly Change[])[] = [];
  harness.client.on('change', (news) => {
    heard.push('change');
    changes.push(news.changes);
  });
  await harness.connect();
  const batch = (...messages: BatchedMessage[]) => {
    harness.socket.receive('batch', { messages });
  };
  return { harness, heard, changes, batch };
}

it('processes each message of a batch as if it had arrived separately', async () => {
  const heartbeat = fc
    .nat(1_000)
    .map((timestamp): BatchedMessage => ({ type: 'heartbeat', payload: { timestamp } }));
  const message = fc.oneof<fc.Arbitrary<BatchedMessage>[]>(eventArbitrary, heartbeat);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(message, { maxLength: 6 })), async (batches) => {
      const [one, other] = await Promise.all([listening(), listening()]);
      for (const messages of batches) {
        one.batch(...messages);
        for (const { type, payload } of messages) other.harness.socket.receive(type, payload);
      }
      const singles = (heard: readonly unknown[]) => heard.filter((entry) => entry !== 'change');
      expect(singles(one.heard)).toEqual(singles(other.heard));
      expect(one.changes.flat()).toEqual(other.changes.flat());
      for (const { client } of [one.harness, other.harness]) client.close();
    }),
    { numRuns: 50 },
  );
});

it('reports one change for each message or batch with effect, after the listeners of single events', async () => {
  const { harness, heard, changes, batch } = await listening();
  const first = agent('a', 'online', 5);
  harness.socket.receive(first.type, first.payload);
  batch(agent('a', 'error', 6), agent('a', 'online', 4), session('s', 'm', 1), first);
  batch(first, agent('a', 'error', 6), { type: 'heartbeat', payload: { timestamp: 9 } });
  batch();
  harness.socket.receive('heartbeat', { timestamp: 9 });
  batch(agent('a', 'offline', 7), agent('a', 'online', 8));

  const [online, error] = [first.payload, agent('a', 'error', 6).payload];
  const [offline, again] = [agent('a', 'offline', 7).payload, agent('a', 'online', 8).payload];
  const { payload: activity } = session('s', 'm', 1);
  const live = { type: 'agent:status', source: 'live' };
  expect(changes).toEqual([
    [{ ...live, current: online, previous: undefined }],
    [
      { ...live, current: error, previous: online },
      { type: 'session:activity', source: 'live', current: activity, previous: undefined },
    ],
    [
      { ...live, current: offline, previous: error },
      { ...live, current: again, previous: offline },
    ],
  ]);
  expect(heard).toEqual([
    ...[online, 'change'],
    ...[error, activity, 'change'],
    ...[offline, again, 'change'],
  ]);
});

it('reports each part of a snapshot as one change with the source snapshot', async () => {
  const harness = new ClientHarness();
  const changes: (readonly Change[])[] = [];
  harness.client.on('change', (news) => changes.push(news.changes));
  const [one, other] = [agent('a', 'online', 5).payload, agent('b', 'error', 6).payload];
  const { payload: activity } = session('s', 'm', 1);
  await harness.accept({ agents: [one, other], complete: false });
  harness.snapshot({ agents: [one], sessions: [activity] });
  harness.snapshot();
  expect(changes.map((part) => part.map(({ source, current }) => [source, current]))).toEqual([
    [
      ['snapshot', one],
      ['snapshot', other],
    ],
    [['snapshot', activity]],
  ]);
});

it('treats any batch as a sign of life', async () => {
  const { harness, batch } = await listening();
  const unknown = '{"type":"batch","payload":{"messages":[{"type":"later","payload":{}}]}}';
  for (const text of [unknown, '{"type":"batch","payload":{"messages":[]}}', unknown]) {
    await harness.time.pass(60_000);
    harness.socket.receiveText(text);
    expect(harness.state).toBe('connected');
  }
  batch(agent('a', 'online', 1));
  await harness.time.pass(74_000);
  expect(harness.state).toBe('connected');
  await harness.time.pass(2_000);
  expect(harness.connections).toContainEqual(expect.objectContaining({ reason: 'silent' }));
});

it('uses the server time of a heartbeat in a batch', async () => {
  const { harness, batch } = await listening();
  const timestamp = harness.time.now() + 1_000;
  batch(agent('a', 'online', 1), { type: 'heartbeat', payload: { timestamp } });
  harness.socket.drop();
  await harness.nextAttempt();
  const socket = await harness.accept();
  expect(socket.sentOf('state:sync')[0]?.payload).toEqual({ since: timestamp - 60_000 });
});

it('drops the rest of a batch if a listener closes the client, and requests it with the next sync', async () => {
  const { harness, heard, changes, batch } = await listening();
  harness.client.on('agent:status', () => {
    harness.client.close();
  });
  const before = harness.time.now() - 5_000;
  const [one, other] = [agent('a', 'online', 1), agent('b', 'online', 1)];
  batch(one, other, { type: 'heartbeat', payload: { timestamp: before + 100_000 } });
  expect(heard).toEqual([one.payload, 'change']);
  expect(changes.flat()).toHaveLength(1);
  expect([...harness.client.agents.keys()]).toEqual(['a']);
  harness.client.reconnect();
  const socket = await harness.accept();
  expect(socket.sentOf('state:sync')[0]?.payload).toEqual({ since: before - 60_000 });
});
