// Broadcasting: events that are put on the bus with an AWS client reach every client as messages.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';
import { connectionRecords } from '../support/stack/connection-records';
import { eventually } from '../support/eventually';
import { newsIn } from '../support/stack/messages';
import { rejectedEvent } from '../support/stack/rejected-events';

let stack: LocalStack;
let events: EventBridgeClient;

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { maxConnectionsPerUser: 1000, handshakeBurst: 1000 },
  });
  events = new EventBridgeClient(stack.clientConfiguration);
});
afterEach(() => TestClient.closeAll());
afterAll(async () => {
  events.destroy();
  await stack.close();
});

/** Puts several events with one request. */
async function putAll(type: string, details: readonly unknown[]): Promise<void> {
  const { FailedEntryCount: failed } = await events.send(
    new PutEventsCommand({
      Entries: details.map((detail) => ({
        Source: 'mission-control',
        DetailType: type,
        Detail: JSON.stringify(detail),
        EventBusName: stack.eventBusName,
      })),
    }),
  );
  expect(failed).toBe(0);
}

const put = (type: string, detail: unknown) => putAll(type, [detail]);

const connect = async (sub: string, subprotocols: readonly string[]) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }), subprotocols });
const open = (sub: string) => connect(sub, []);
const openBatched = (sub: string) => connect(sub, ['mission-control', 'mission-control.batch']);

let timestamp = 1_707_163_200_000;

/** An event that is newer than all before, and the text of its message. */
function news(agentId = 'agent-123') {
  timestamp += 1;
  const status = { agentId, status: 'online', timestamp };
  return { status, message: JSON.stringify({ type: 'agent:status', payload: status }) };
}

it('sends an event to two tabs of one user and one of another, byte for byte, within a second', async () => {
  const clients = await Promise.all(['alice', 'alice', 'bob'].map(open));
  const messages: string[] = [];
  const delays: number[] = [];
  /**
   * The first event is not measured, because the functions start cold. One of the others must be fast enough: a busy
   * machine may delay some of them.
   */
  const isKept = () => Math.min(...delays.slice(1)) < 1_000;
  while (!isKept() && delays.length < 31) {
    const { status, message } = news();
    messages.push(message);
    const before = Date.now();
    await put('agent:status', { note: 'no extra key', ...status });
    await Promise.all(clients.map((client) => client.received('agent:status', messages.length)));
    delays.push(Date.now() - before);
  }
  expect({ delays, isKept: isKept() }).toEqual({ delays, isKept: true });
  for (const client of clients) expect(client.news).toEqual(messages);
  await Promise.all(clients.map((client) => client.close()));
});

it('sends simultaneous events in batches to connections that negotiated them, and as single messages to all others', async () => {
  const [documented, batched] = await Promise.all([open('alice'), openBatched('bob')]);
  const reported = Array.from({ length: 20 }, (_, index) => news(`agent-${index}`));
  const details = reported.map(({ status }) => status);
  await Promise.all([
    putAll('agent:status', details.slice(0, 10)),
    putAll('agent:status', details.slice(10)),
  ]);
  await documented.received('agent:status', 20);
  await eventually(() => {
    expect(newsIn(batched).length).toBeGreaterThanOrEqual(20);
  });
  const messages = reported.map(({ message }) => message).sort();
  expect([...documented.news].sort()).toEqual(messages);
  expect(newsIn(batched).sort()).toEqual(messages);
  expect(batched.messagesOf('batch').length).toBeGreaterThan(0);
  await Promise.all([documented.close(), batched.close()]);
});

it('sends the events of a pack to all connections in order; an invalid one goes to the dead-letter queue, and is sent after its correction', async () => {
  const clients = await Promise.all([open('alice'), openBatched('bob')]);
  const [documented, batched] = clients;
  const [first, invalid, second, third] = [news('a'), news('b'), news('c'), news('a')];
  const pack = [first.status, { ...invalid.status, status: 'busy' }, second.status, third.status];
  await put('events:batch', {
    events: pack.map((payload) => ({ type: 'agent:status', payload })),
  });
  const messages = [first, second, third].map(({ message }) => message);
  await documented.received('agent:status', 3);
  expect(documented.news).toEqual(messages);
  await eventually(() => {
    expect(newsIn(batched)).toEqual(messages);
  });

  const { event, reason } = await rejectedEvent(stack);
  expect(event).toMatchObject({ 'detail-type': 'agent:status', detail: pack[1] });
  expect(reason).toMatch(/^status must be one of/);
  await put(event['detail-type'], { ...event.detail, status: 'online' });
  await eventually(() => {
    for (const client of clients) expect(newsIn(client)).toEqual([...messages, invalid.message]);
  });
  await Promise.all(clients.map((client) => client.close()));
});

describe('invalid events', () => {
  const { status } = news();
  const bad: [string, string, object, RegExp][] = [
    ['an unknown status', 'agent:status', { ...status, status: 'busy' }, /status must be one of/],
    ['a missing agentId', 'agent:status', { status: 'online', timestamp: 1 }, /agentId is missing/],
    ['a string as timestamp', 'agent:status', { ...status, timestamp: 'now' }, /timestamp must/],
    ['an unknown type', 'agent:vanished', status, /type must be one of/],
    [
      '300 KB of text',
      'session:activity',
      { agentId: 'a', sessionId: 's', lastMessage: 'x'.repeat(300_000), timestamp: 1 },
      /message of at most 32640 bytes/,
    ],
  ];

  it.each(bad)(
    '%s is not broadcast and goes to the dead-letter queue with the reason',
    async (_, type, detail, reason) => {
      const client = await open('alice');
      await put(type, detail);
      const rejected = await rejectedEvent(stack);
      expect(rejected.event).toMatchObject({
        source: 'mission-control',
        'detail-type': type,
        detail,
      });
      expect(rejected.reason).toMatch(reason);
      const next = news();
      await put('agent:status', next.status);
      await client.received('agent:status');
      expect(client.news).toEqual([next.message]);
      await client.close();
    },
  );
});

it('does not broadcast an event of another source', async () => {
  const client = await open('alice');
  await events.send(
    new PutEventsCommand({
      Entries: [
        {
          Source: 'somebody.else',
          DetailType: 'agent:status',
          Detail: JSON.stringify({ ...news().status, agentId: 'foreign' }),
          EventBusName: stack.eventBusName,
        },
      ],
    }),
  );
  const { status, message } = news();
  await put('agent:status', status);
  await client.received('agent:status');
  expect(client.news).toEqual([message]);
  await client.close();
  await eventually(async () => {
    expect((await connectionRecords(stack)).size).toBe(0);
  });
});

// The last test of this file, so that the stack closes without waiting for hundreds of `$disconnect` invocations.
// test/soak/thousand-connections.test.ts opens 1,000 connections, which takes too long for this suite.
it('sends an event to each of 300 connections once', async () => {
  const clients: TestClient[] = [];
  for (let batch = 0; batch < 6; batch += 1) {
    const users = Array.from({ length: 50 }, (_, index) => `user-${(batch * 50 + index) % 90}`);
    clients.push(...(await Promise.all(users.map(open))));
  }
  const { status, message } = news();
  await put('agent:status', status);
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 20_000)));
  expect(clients.filter((client) => client.news.join() !== message)).toEqual([]);
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({
      websocket: { connections: 300, connectedUsers: 90 },
    });
  });
});
