// The timeline of a session as a reader: pages on demand, live events, interruptions and errors.
import { sessionHistory, type SessionHistoryOptions } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { sessionEvent } from '#test/support/data/events';
import { ClientHarness, settle, type FakeSocket } from '#test/support/client/client-harness';

/** A reader with a subscriber, on a client that is synced unless `isConnected` is false. */
async function opened({
  isConnected = true,
  limit = 2,
}: SessionHistoryOptions & { isConnected?: boolean } = {}) {
  const harness = new ClientHarness();
  if (isConnected) await harness.connect();
  const reader = sessionHistory(harness.client, 'a', 's', { limit });
  let calls = 0;
  const stop = reader.subscribe(() => (calls += 1));
  await settle();
  return {
    ...{ harness, reader, stop },
    calls: () => calls,
    value: reader.read,
    messages: () =>
      reader
        .read()
        .events.map(({ lastMessage }) => lastMessage)
        .join(''),
  };
}

const requests = (socket: FakeSocket) =>
  socket.sentOf('session:history').map(({ payload }) => payload);

/** Waits until all that was received has been taken: an event of a page takes some microtasks. */
async function taken(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settle();
}

/** Answers the last request with the events of these times, whose messages are the times. */
async function answer(socket: FakeSocket, digits: string, next?: string): Promise<void> {
  const { before } = requests(socket).at(-1) ?? {};
  socket.receive('session:timeline', {
    ...{ agentId: 'a', sessionId: 's', events: Array.from(digits, eventAt) },
    ...(before !== undefined && { before }),
    ...(next !== undefined && { next }),
  });
  await taken();
}

const eventAt = (digit: string) => ({ lastMessage: digit, timestamp: Number(digit) });

async function hear(socket: FakeSocket, digit: string, sessionId = 's'): Promise<void> {
  socket.receive('session:activity', { agentId: 'a', sessionId, ...eventAt(digit) });
  await settle();
}

async function reconnect({ harness }: { readonly harness: ClientHarness }): Promise<FakeSocket> {
  harness.socket.drop();
  await harness.nextAttempt();
  return harness.connect();
}

it('is loading until the newest page has arrived, then complete if there is no other one', async () => {
  const opening = await opened();
  const { harness, value, messages } = opening;
  expect(value()).toMatchObject({ events: [], isLoading: true, hasOlder: true, error: undefined });
  await answer(harness.socket, '21');
  expect(value()).toMatchObject({ isLoading: false, hasOlder: false });
  expect(messages()).toBe('21');
  expect(value()).toBe(value());
  expect(value().events[0]).toEqual({ agentId: 'a', sessionId: 's', ...eventAt('2') });
});

it('reads older events on demand only, and nothing while a page is awaited', async () => {
  const { harness, value, messages } = await opened();
  const { socket } = harness;
  value().older();
  await settle();
  expect(requests(socket)).toHaveLength(1);
  await answer(socket, '9876', 'n');
  expect([messages(), value().isLoading, value().hasOlder]).toEqual(['98', false, true]);
  value().older();
  await taken();
  expect([messages(), value().isLoading]).toEqual(['9876', false]);
  // One event ahead.
  expect(requests(socket).map(({ before }) => before)).toEqual([undefined, 'n']);
  value().older();
  await taken();
  expect(value().isLoading).toBe(true);
  await answer(socket, '5');
  expect([messages(), value().hasOlder]).toEqual(['98765', false]);
});

it('adds live events of the session, each once', async () => {
  const { harness, messages, calls } = await opened();
  await answer(harness.socket, '43');
  await hear(harness.socket, '4');
  await hear(harness.socket, '6');
  await hear(harness.socket, '6');
  expect(messages()).toBe('643');
  const before = calls();
  await hear(harness.socket, '7', 'another');
  await hear(harness.socket, '8');
  expect(messages()).toBe('8643');
  expect(calls()).toBe(before + 2);
});

it('has the newest message that the client knows before the first page', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  await hear(harness.socket, '4');
  const reader = sessionHistory(harness.client, 'a', 's');
  reader.subscribe(() => undefined);
  expect(reader.read().events).toMatchObject([{ lastMessage: '4' }]);
});

it('asks once when it is subscribed to before the client is synced', async () => {
  const { harness, messages } = await opened({ isConnected: false });
  const socket = await harness.connect();
  expect(requests(socket)).toHaveLength(1);
  await answer(socket, '1');
  expect(requests(socket)).toHaveLength(1);
  expect(messages()).toBe('1');
});

it('reads the newest page anew after an interruption, and goes on with older ones where it was', async () => {
  const opening = await opened();
  const { harness, value, messages } = opening;
  await answer(harness.socket, '54321');
  const socket = await reconnect(opening);
  expect(messages()).toBe('54');
  await answer(socket, '654321');
  expect(messages()).toBe('654');
  value().older();
  await taken();
  expect(messages()).toBe('65432');
  expect(requests(socket)).toHaveLength(1);
});

it('forgets what it had if more was reported during an interruption than a page has', async () => {
  const opening = await opened();
  const { harness, value, messages } = opening;
  await answer(harness.socket, '321');
  await hear(harness.socket, '4');
  const socket = await reconnect(opening);
  await answer(socket, '98765', 'n');
  expect([messages(), value().hasOlder]).toEqual(['98', true]);
  value().older();
  await taken();
  expect(messages()).toBe('9876');
});

it('reads the newest page after an older one that an interruption has delayed', async () => {
  const opening = await opened();
  const { harness, value, messages } = opening;
  await answer(harness.socket, '65', 'n');
  value().older();
  await taken();
  const socket = await reconnect(opening);
  expect(requests(socket).map(({ before }) => before)).toEqual(['n']);
  await answer(socket, '43');
  expect(value().isLoading).toBe(true);
  await answer(socket, '76543');
  expect([messages(), value().isLoading]).toEqual(['76543', false]);
});

it('says why a page could not be read, keeps live events, and tries again on demand and when the client is synced', async () => {
  const opening = await opened();
  const { harness, value, messages } = opening;
  const off = { code: 'timeline_off', message: 'No.' };
  harness.socket.receive('error', off);
  await taken();
  await hear(harness.socket, '7');
  expect(value()).toMatchObject({ isLoading: false, hasOlder: true, error: { code: off.code } });
  expect(messages()).toBe('7');
  value().older();
  expect(value()).toMatchObject({ isLoading: true, error: undefined });
  await settle();
  harness.socket.receive('error', off);
  await taken();
  const socket = await reconnect(opening);
  await answer(socket, '76');
  expect(value()).toMatchObject({ isLoading: false, hasOlder: false, error: undefined });
  expect(messages()).toBe('76');
});

it('keeps what it has when an older page fails, and goes on behind it', async () => {
  const { harness, value, messages } = await opened();
  await answer(harness.socket, '98', 'n');
  harness.socket.receive('error', { code: 'rate_limited', message: 'Wait.' });
  await taken();
  // This was the page ahead, for which nobody has asked.
  expect(value().error).toBeUndefined();
  value().older();
  await taken();
  await answer(harness.socket, '98', 'n');
  await answer(harness.socket, '76');
  expect(messages()).toBe('987');
  value().older();
  await taken();
  expect([messages(), value().hasOlder]).toEqual(['9876', false]);
});

it('forgets everything when the agent goes out of view, and says what the server answers', async () => {
  const { harness, value, messages } = await opened();
  await hear(harness.socket, '2');
  await answer(harness.socket, '21');
  harness.socket.receive('subscribed', { agents: ['b'] });
  expect(messages()).toBe('');
  await settle();
  harness.snapshot({ visibleAgents: ['b'] });
  await settle();
  harness.socket.receive('error', { code: 'agent_not_visible', message: 'No.' });
  await taken();
  expect(value()).toMatchObject({ events: [], error: { code: 'agent_not_visible' } });
});

it('ends its request with the last subscriber, and begins anew with the next one', async () => {
  const { harness, reader, stop, value } = await opened();
  const other = reader.subscribe(() => undefined);
  stop();
  stop();
  await answer(harness.socket, '1');
  expect(value().events).toHaveLength(1);
  other();
  expect(value()).toMatchObject({ events: [], isLoading: true });
  await settle();
  expect(requests(harness.socket)).toHaveLength(1);
  const socket = await reconnect({ harness });
  expect(requests(socket)).toEqual([]);
  reader.subscribe(() => undefined);
  await settle();
  expect(requests(socket)).toHaveLength(1);
});

it('gives up the page that it awaits when the last subscriber has gone', async () => {
  const { harness, stop } = await opened();
  expect(requests(harness.socket)).toHaveLength(1);
  stop();
  expect(requests(await reconnect({ harness }))).toEqual([]);
});

it('asks once if it is subscribed to, left and subscribed to again at once, as in StrictMode', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  const reader = sessionHistory(harness.client, 'a', 's');
  reader.subscribe(() => undefined)();
  reader.subscribe(() => undefined);
  await settle();
  expect(requests(harness.socket)).toHaveLength(1);
});

it.each([0, -1, NaN])('refuses the limit %p', (limit) => {
  expect(() => sessionHistory(createFakeMissionControl(), 'a', 's', { limit })).toThrow(TypeError);
});

it('reads what a fake client was told', async () => {
  const client = createFakeMissionControl();
  const reader = sessionHistory(client, 'a', 's', { limit: 2 });
  reader.subscribe(() => undefined);
  client.emit(Array.from('123', (digit) => sessionEvent('a', 's', digit, Number(digit))));
  await taken();
  expect(reader.read()).toMatchObject({ isLoading: true });
  client.connect();
  await taken();
  expect(reader.read()).toMatchObject({
    events: [{ timestamp: 3 }, { timestamp: 2 }],
    isLoading: false,
  });
  reader.read().older();
  await taken();
  expect(reader.read().hasOlder).toBe(false);
  expect(reader.read().events).toHaveLength(3);
});

it('begins anew with the newest page after more live events than it keeps', async () => {
  const { harness, value } = await opened();
  await answer(harness.socket, '321', 'n');
  const from = 10;
  const liveAt = (index: number) => ({
    ...{ agentId: 'a', sessionId: 's' },
    ...{ lastMessage: 'm', timestamp: from + index },
  });
  for (let index = 0; index <= 1_000; index += 1)
    harness.socket.receive('session:activity', liveAt(index));
  await settle();
  expect(
    value()
      .events.map(({ timestamp }) => timestamp)
      .at(-1),
  ).toBe(from + 1);
  expect(value()).toMatchObject({ isLoading: true });
  const { before, ...request } = requests(harness.socket).at(-1) ?? {};
  expect([before, request]).toEqual([undefined, { agentId: 'a', sessionId: 's', limit: 100 }]);
  const events = [1_000, 999, 998].map((index) => {
    const { lastMessage, timestamp } = liveAt(index);
    return { lastMessage, timestamp };
  });
  harness.socket.receive('session:timeline', { agentId: 'a', sessionId: 's', events });
  await taken();
  expect(value().events).toEqual([liveAt(1_000), liveAt(999)]);
  expect(value()).toMatchObject({ isLoading: false, hasOlder: true });
});
