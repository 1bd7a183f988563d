// Snapshots with `state:sync`, registers and stale events, and the disconnection of users.
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { shardOf } from '#core/shard';
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { rejectedEvent } from '../support/stack/rejected-events';
import { TestClient } from '../support/stack/test-client';
import { snapshotFacts } from '../support/data/events';
import { eventually } from '../support/eventually';

let stack: LocalStack;
let publisher: Publisher;
let events: EventBridgeClient;
let table: DynamoDBDocumentClient;
let tableName: string;

beforeAll(async () => {
  stack = await startLocalStack();
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
  events = new EventBridgeClient(stack.clientConfiguration);
  table = DynamoDBDocumentClient.from(new DynamoDBClient(stack.clientConfiguration));
  const { TableNames: names = [] } = await table.send(new ListTablesCommand({}));
  tableName = names[0] ?? '';
});
afterAll(async () => {
  events.destroy();
  table.destroy();
  await publisher.close();
  await stack.close();
});

const open = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

interface Snapshot {
  readonly agents: { readonly agentId: string; readonly timestamp: number }[];
  readonly sessions: { readonly agentId: string; readonly lastMessage: string }[];
  readonly timestamp: number;
  readonly complete: boolean;
}

/** Asks again if the state is unavailable: on a busy machine the table may time out. */
async function sync(client: TestClient, payload?: object): Promise<Snapshot[]> {
  const before = client.messages.length;
  client.send({ type: 'state:sync', ...(payload === undefined ? {} : { payload }) });
  const received = (type: string) =>
    (client.messages.slice(before) as { type: string; payload: Record<string, unknown> }[])
      .filter((message) => message.type === type)
      .map((message) => message.payload);
  const isUnavailable = () => received('error').some(({ code }) => code === 'unavailable');
  const snapshots = () => received('state:snapshot') as unknown as Snapshot[];
  await eventually(() => {
    expect(isUnavailable() || snapshots().at(-1)?.complete).toBe(true);
  });
  return isUnavailable() ? sync(client, payload) : snapshots();
}

it('a snapshot has the events from before the connection, and with since only later ones', async () => {
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await publisher.broadcastSessionActivity('agent-1', 'session-1', 'User said: Hello');
  const client = await open('alice');
  let snapshot: Snapshot | undefined;
  await eventually(async () => {
    [snapshot] = await sync(client);
    expect(snapshot).toMatchObject({
      agents: [{ agentId: 'agent-1', status: 'online' }],
      sessions: [{ agentId: 'agent-1', sessionId: 'session-1', lastMessage: 'User said: Hello' }],
      complete: true,
      // The default of a deployment.
      ...snapshotFacts,
    });
  });
  const since = snapshot?.timestamp ?? 0;
  await publisher.broadcastAgentStatus('agent-2', 'error');
  await client.received('agent:status');
  await eventually(async () => {
    await expect(sync(client, { since })).resolves.toMatchObject([
      { agents: [{ agentId: 'agent-2', status: 'error' }], sessions: [] },
    ]);
  });
  await client.close();
});

async function put(Source: string, DetailType: string, ...details: object[]): Promise<void> {
  const EventBusName = stack.eventBusName;
  const Entries = details.map((detail) => {
    return { Source, DetailType, EventBusName, Detail: JSON.stringify(detail) };
  });
  await events.send(new PutEventsCommand({ Entries }));
}

const report = (...details: object[]) => put('mission-control', 'agent:status', ...details);

const order = (detail: object, source = 'mission-control.operator') =>
  put(source, 'user:disconnect', detail);

/**
 * Reports an agent `online`, and waits until the broadcast is marked as done: before that, an identical event would be sent
 * again. An event that comes during a flush, or whose register took 250 ms to write, is never marked, so that another agent
 * is reported then.
 * @returns the agent, and the timestamp of its event
 */
async function marked(client: TestClient, attempt = 1): Promise<{ agentId: string; now: number }> {
  await eventually(async () => {
    const Key = { pk: 'lease', sk: 'fan-out' };
    const { Item = {} } = await table.send(new GetCommand({ TableName: tableName, Key }));
    expect(Item).not.toHaveProperty('holder');
  });
  const [agentId, now] = [`news-${String(attempt)}`, Date.now()];
  await report({ agentId, status: 'online', timestamp: now });
  await client.received('agent:status', attempt);
  try {
    await eventually(async () => {
      const Key = { pk: `state#${shardOf(agentId)}`, sk: `agent#${agentId}` };
      const { Item } = await table.send(new GetCommand({ TableName: tableName, Key }));
      expect(Item).toMatchObject({ status: 'online', timestamp: now, broadcast: 'done' });
    }, 5_000);
  } catch (error) {
    if (attempt === 6) throw error;
    return marked(client, attempt + 1);
  }
  return { agentId, now };
}

it('a stale event is not broadcast, and one more than 5 minutes ahead goes to the dead-letter queue', async () => {
  const client = await open('bob');
  const { agentId, now } = await marked(client);
  const status = (word: string, timestamp: number) => ({ agentId, status: word, timestamp });
  await report(status('error', now - 1), status('online', now), status('error', now + 400_000));
  expect((await rejectedEvent(stack)).reason).toMatch(/5 minutes ahead/);
  await report(status('offline', now + 1));
  const words = () =>
    client
      .messagesOf('agent:status')
      .filter(({ payload }) => payload['agentId'] === agentId)
      .map(({ payload }) => payload['status']);
  await eventually(() => {
    expect(words()).toContain('offline');
  });
  expect(words()).toEqual(['online', 'offline']);
  await client.close();
});

it("an operator's user:disconnect closes all connections of that user, and no others", async () => {
  const [alice, tab, bob] = [await open('carol'), await open('carol'), await open('bob')];
  // The source for reporting events cannot disconnect users.
  await order({ userId: 'bob', reason: 'mischief' }, 'mission-control');
  await order({ userId: 'carol', reason: 'account suspended' });
  for (const client of [alice, tab]) {
    await expect(client.closed).resolves.toMatchObject({ code: 1000 });
    expect(client.news.at(-1)).toBe(
      '{"type":"connection:closing","payload":{"reason":"account suspended"}}',
    );
  }
  bob.send({ type: 'ping' });
  await bob.received('pong');
  await bob.close();
});

it('a disconnected user can connect only with a newer token, and cannot refresh it with an older one', async () => {
  const token = await stack.mintToken({ sub: 'frank' });
  const withoutDate = await stack.mintToken({ sub: 'frank', claims: { iat: undefined } });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  await order({ userId: 'frank', reason: 'account suspended' });
  await client.closed;

  for (const old of [token, withoutDate]) {
    await expect(TestClient.refused(stack.webSocketUrl, { token: old })).resolves.toEqual({
      status: 403,
      code: 1006,
    });
    const asked = await fetch(`${stack.httpUrl}/whoami`, {
      headers: { authorization: `Bearer ${old}` },
    });
    expect([asked.status, await asked.json()]).toEqual([403, { code: 'user_disconnected' }]);
  }

  const iat = Math.floor(Date.now() / 1000) + 1;
  const newer = await stack.mintToken({ sub: 'frank', claims: { iat } });
  const back = await TestClient.open(stack.webSocketUrl, { token: newer });
  back.send({ type: 'token:refresh', payload: { token } });
  await back.received('error');
  expect(back.messagesOf('error')).toMatchObject([{ payload: { code: 'token_refused' } }]);
  await back.close();
});

it('a handshake in progress while its user is disconnected is refused', async () => {
  const delayed = 2_500;
  /** The items of the user among the connections. */
  const itemsOf = async (sub: string) => {
    const { Items: items = [] } = await table.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :user)',
        ExpressionAttributeValues: { ':pk': `connections#${shardOf(sub)}`, ':user': `${sub}#` },
      }),
    );
    return items.map((item) => String(item['sk']));
  };
  /**
   * Disconnects the user while a request of this operation of their handshake is delayed. Returns the status of the
   * handshake; undefined if the delay was over before the order had an effect, as on a busy machine.
   */
  const disconnectDuring = async (operation: string, sub: string) => {
    const token = await stack.mintToken({ sub });
    const struck = new Promise<number>((resolve) => {
      stack.injectFault({
        ...{ service: 'dynamodb', operation, times: 1 },
        when: ({ body }) => body.includes(sub),
        effect: { kind: 'delay', milliseconds: delayed },
        onAffected: () => {
          resolve(Date.now());
        },
      });
    });
    const handshake = TestClient.refused(stack.webSocketUrl, { token });
    const begun = await struck;
    await order({ userId: sub, reason: 'r' });
    await eventually(async () => {
      expect(await itemsOf(sub)).toContain(`${sub}##disconnected`);
    });
    const isInTime = Date.now() < begun + delayed;
    const { status } = await handshake;
    await eventually(async () => {
      expect(await itemsOf(sub)).toEqual([`${sub}##disconnected`]);
    });
    return isInTime ? status : undefined;
  };
  const statusOf = async (operation: string, user: string) => {
    let status: number | undefined;
    for (let attempt = 1; status === undefined; attempt += 1)
      status = await disconnectDuring(operation, `${user}-${attempt}`);
    return status;
  };
  // One handshake has not written its record yet; the other has not queried the connections of its user yet.
  const handshakes = [statusOf('PutItem', 'gina'), statusOf('Query', 'hugo')];
  await expect(Promise.all(handshakes)).resolves.toEqual([403, 403]);
});

it('a snapshot has all of 3,000 agents and 3,000 sessions, in messages of at most 32 KB', async () => {
  const updatedAt = Date.now();
  const common = { timestamp: updatedAt, updatedAt, broadcast: 'done', expiresAt: 4e9 };
  const items = Array.from({ length: 3_000 }, (_, index) => {
    const agentId = `many-${String(index).padStart(4, '0')}-0123456789abcdef`;
    const pk = `state#${index % 16}`;
    return [
      { ...common, pk, sk: `agent#${agentId}`, status: 'online' },
      {
        ...{ ...common, pk, sk: `session#${agentId}#session-0123456789abcdef` },
        lastMessage: `Message ${index}: ${'x'.repeat(80)}`,
      },
    ];
  }).flat();
  for (let start = 0; start < items.length; start += 25) {
    const requests = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await table.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
  }
  const dashboard = await open('dan');
  const snapshots = await sync(dashboard);
  const many = <T extends { agentId: string }>(all: readonly T[]) =>
    all.filter(({ agentId }) => agentId.startsWith('many-'));
  expect(many(snapshots.flatMap(({ agents }) => agents))).toHaveLength(3_000);
  expect(many(snapshots.flatMap(({ sessions }) => sessions))).toHaveLength(3_000);
  for (const text of dashboard.texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32_768);

  // docs/protocol.md states the cost in read units.
  let units = 0;
  for (let shard = 0; shard < 16; shard += 1) {
    const { ConsumedCapacity: consumed } = await table.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `state#${shard}` },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    units += consumed?.CapacityUnits ?? 0;
  }
  expect(units).toBeGreaterThan(100);
  expect(units).toBeLessThan(200);
  await dashboard.close();
});
