import {
  QueryCommand,
  type BatchGetCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { createDynamoConnectionCountStore } from '#adapters/dynamodb/dynamo-connection-count-store';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createDynamoHeartbeatStore } from '#adapters/dynamodb/dynamo-heartbeat-store';
import { createFastQuery } from '#adapters/dynamodb/requests/dynamo-query';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { createDynamoRecentFanOutStore } from '#adapters/dynamodb/dynamo-recent-fan-out-store';
import { createDynamoStateStore } from '#adapters/dynamodb/dynamo-state-store';
import { createDynamoSyncMarkers } from '#adapters/dynamodb/dynamo-sync-markers';
import { shardOf } from '#core/shard';
import { describeConnectionStore } from '../../../../support/contracts/connection-store';
import { agentEvent } from '../../../../support/data/events';
import { startDynamo, type TestDynamo } from '../../../../support/adapters/dynamo';
import { describeHeartbeatStore } from '../../../../support/contracts/heartbeat-store';
import { describeRateLimitStore } from '../../../../support/contracts/rate-limit-store';
import { describeStateStore } from '../../../../support/contracts/state-store';
import { describeSyncMarkers } from '../../../../support/contracts/sync-markers';

let dynamo: TestDynamo;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

describeConnectionStore('DynamoConnectionStore', async () =>
  createDynamoConnectionStore(dynamo.client, await dynamo.createTable()),
);

describeConnectionStore('DynamoConnectionStore with the fast query', async () =>
  createDynamoConnectionStore(
    dynamo.client,
    await dynamo.createTable(),
    createFastQuery(dynamo.client),
  ),
);

describeStateStore('DynamoStateStore', async () =>
  createDynamoStateStore(dynamo.client, await dynamo.createTable()),
);

describe('registers that DynamoDB was too busy to read', () => {
  /** Reads one register of each request. */
  function createBusyClient(answers: number): { send: (command: BatchGetCommand) => unknown } {
    let left = answers;
    return {
      send: ({ input }) => {
        const [read, ...cursors] = input.RequestItems?.['table']?.Keys ?? [];
        const isBusy = (left -= 1) < 0;
        return Promise.resolve({
          Responses: { table: isBusy ? [] : [{ ...read, status: 'error', timestamp: 9 }] },
          UnprocessedKeys:
            cursors.length === 0 ? {} : { table: { Keys: isBusy ? [read, ...cursors] : cursors } },
        });
      },
    };
  }
  const events = ['a', 'b', 'c'].map((agent) => agentEvent(agent, 'online', 5));
  const storeOf = (client: object) =>
    createDynamoStateStore(client as DynamoDBDocumentClient, 'table');

  it('are asked for again', async () => {
    const store = storeOf(createBusyClient(3));
    await expect(store.areSuperseded(events)).resolves.toEqual([true, true, true]);
  });

  it('are an error when it stays busy', async () => {
    const store = storeOf(createBusyClient(1));
    await expect(store.areSuperseded(events)).rejects.toThrow('did not read 2 registers');
  });
});

describeRateLimitStore('DynamoRateLimitStore', async () =>
  createDynamoRateLimitStore(dynamo.client, await dynamo.createTable()),
);

describeSyncMarkers('DynamoSyncMarkers', async () =>
  createDynamoSyncMarkers(dynamo.client, await dynamo.createTable()),
);

describeHeartbeatStore('DynamoHeartbeatStore', async () =>
  createDynamoHeartbeatStore(dynamo.client, await dynamo.createTable()),
);

async function itemsOf(tableName: string, pk: string): Promise<unknown[]> {
  const { Items: items = [] } = await dynamo.client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    }),
  );
  return items;
}

it('registers lie where the data model says, with their TTL in seconds', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoStateStore(dynamo.client, tableName);
  const times = { updatedAt: 1_707_163_200_123, expiresAt: 1_707_163_260_123 };
  const payload = { agentId: 'a#b', timestamp: 1_707_163_100_000 };
  await store.put({ type: 'agent:status', payload: { ...payload, status: 'online' } }, times);
  const activity = { ...payload, sessionId: 's#', lastMessage: 'hello' };
  await store.put({ type: 'session:activity', payload: activity }, times);
  await store.completeBroadcast({ type: 'session:activity', payload: activity });
  const common = {
    pk: `state#${shardOf('a#b')}`,
    timestamp: 1_707_163_100_000,
    updatedAt: 1_707_163_200_123,
    expiresAt: 1_707_163_260,
  };
  await expect(itemsOf(tableName, common.pk)).resolves.toEqual([
    { ...common, sk: 'agent#a%23b', status: 'online', broadcast: 'pending' },
    { ...common, sk: 'session#a%23b#s%23', lastMessage: 'hello', broadcast: 'done' },
  ]);
});

it('a rate limit is one small item of its user, which TTL deletes once the bucket is full', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoRateLimitStore(dynamo.client, tableName);
  const limit = { perMinute: 60, burst: 20 };
  await store.take('a#b', 'handshakes', limit, 1_707_163_200_000);
  await store.take('a#b', 'handshakes', limit, 1_707_163_200_000);
  await expect(itemsOf(tableName, 'rate#a%23b')).resolves.toEqual([
    {
      pk: 'rate#a%23b',
      sk: 'handshakes',
      fullAt: 1_707_163_202_000,
      expiresAt: 1_707_163_220,
    },
  ]);
});

it('a connection lies where the data model says, with a TTL that leaves heartbeats the time to find it', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.client, tableName);
  await store.save({
    userId: 'a#b',
    connectionId: 'L0SM9cOFvHcCIhw=',
    connectedAt: 1_707_163_200_123,
    expiresAt: 1_707_163_260_000,
  });
  const items = await itemsOf(tableName, 'connections#1');
  expect(items).toEqual([
    {
      pk: 'connections#1',
      sk: 'a%23b#L0SM9cOFvHcCIhw=',
      connectedAt: 1_707_163_200_123,
      validUntil: 1_707_163_260_000,
      expiresAt: 1_707_163_260 + 18 * 60,
    },
  ]);
});

it('a connection with batches has one attribute more, and another has none that says no', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.client, tableName);
  const times = { connectedAt: 1_707_163_200_123, expiresAt: 1_707_163_260_000 };
  await store.save({ userId: 'a#b', connectionId: '1=', ...times, batches: true });
  await store.save({ userId: 'a#b', connectionId: '2=', ...times, batches: false });
  const [first, second] = await itemsOf(tableName, 'connections#1');
  expect(first).toMatchObject({ sk: 'a%23b#1=', batches: true });
  expect(second).not.toHaveProperty('batches');
});

it('the marker of a user who was sent away lies beside the connections, and its TTL deletes it when it has ended', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.client, tableName);
  const marker = { disconnectedAt: 1_707_163_200_123, endsAt: 1_709_755_200_123 };
  await store.markDisconnected('a#b', marker);
  await expect(itemsOf(tableName, 'connections#1')).resolves.toEqual([
    {
      pk: 'connections#1',
      sk: 'a%23b##disconnected',
      disconnectedAt: 1_707_163_200_123,
      validUntil: 1_709_755_200_123,
      expiresAt: 1_709_755_201,
    },
  ]);
});

it('the census of a shard is overwritten by the next and read as a whole', async () => {
  const connectionCounts = createDynamoConnectionCountStore(
    dynamo.client,
    await dynamo.createTable(),
  );
  await expect(connectionCounts.read()).resolves.toEqual([]);
  await connectionCounts.write({ shard: 3, connections: 5, users: 3, takenAt: 1 });
  await connectionCounts.write({ shard: 12, connections: 2, users: 1, takenAt: 1 });
  await connectionCounts.write({ shard: 3, connections: 4, batched: 3, users: 2, takenAt: 2 });
  const read = await connectionCounts.read();
  expect([...read].sort((a, b) => a.shard - b.shard)).toEqual([
    { shard: 3, connections: 4, batched: 3, users: 2, takenAt: 2 },
    { shard: 12, connections: 2, users: 1, takenAt: 1 },
  ]);
});

it('of the broadcasts that reached everybody of a shard, or of all, the one that began last is known', async () => {
  const recentFanOuts = createDynamoRecentFanOutStore(dynamo.client, await dynamo.createTable());
  await expect(recentFanOuts.read()).resolves.toEqual([]);
  await recentFanOuts.write({ startedAt: 20 });
  await recentFanOuts.write({ startedAt: 10 });
  await recentFanOuts.write({ startedAt: 30, shard: 0 });
  await recentFanOuts.write({ startedAt: 40, shard: 0 });
  expect(new Set(await recentFanOuts.read())).toEqual(
    new Set([{ startedAt: 20 }, { startedAt: 40, shard: 0 }]),
  );
});
