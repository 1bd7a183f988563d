import type { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoConnectionCountStore } from '#adapters/dynamodb/dynamo-connection-count-store';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createDynamoHeartbeatStore } from '#adapters/dynamodb/dynamo-heartbeat-store';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { createDynamoRecentFanOutStore } from '#adapters/dynamodb/dynamo-recent-fan-out-store';
import { createDynamoSilenceStore } from '#adapters/dynamodb/registers/dynamo-silence-store';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { createDynamoSyncMarkers } from '#adapters/dynamodb/dynamo-sync-markers';
import { shardOf } from '#core/shard';
import {
  describeConnectionStore,
  describeScopedConnectionStore,
} from '#test/support/contracts/connection-store';
import { agentEvent } from '#test/support/data/events';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';
import { describeHeartbeatStore } from '#test/support/contracts/heartbeat-store';
import { describeRateLimitStore } from '#test/support/contracts/rate-limit-store';
import { describeTimeToLive } from '#test/support/contracts/silence-store';
import { describeStateStore } from '#test/support/contracts/state-store';
import { describeSyncMarkers } from '#test/support/contracts/sync-markers';

let dynamo: TestDynamo;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

describeConnectionStore('DynamoConnectionStore', async () =>
  createDynamoConnectionStore(dynamo.table, await dynamo.createTable()),
);

describeConnectionStore('DynamoConnectionStore without the AWS SDK', async () =>
  createDynamoConnectionStore(dynamo.signedTable, await dynamo.createTable()),
);

describe.each([
  ['DynamoConnectionStore', false],
  ['DynamoConnectionStore without the AWS SDK', true],
])('with or without scopes', (name, isSigned) => {
  describeScopedConnectionStore(name, async () => {
    const tableName = await dynamo.createTable();
    const table = isSigned ? dynamo.signedTable : dynamo.table;
    const create = (isScoped: boolean) =>
      createDynamoConnectionStore(table, tableName, { isScoped });
    return { scoped: create(true), unscoped: create(false) };
  });
});

describeStateStore('DynamoStateStore', async () =>
  createDynamoStateStore(dynamo.table, await dynamo.createTable()),
);

describeTimeToLive('DynamoStateStore and DynamoSilenceStore', async () => {
  const tableName = await dynamo.createTable();
  return {
    state: createDynamoStateStore(dynamo.table, tableName),
    silence: createDynamoSilenceStore(dynamo.table, tableName),
  };
});

describe('unprocessed registers of a BatchGetItem', () => {
  /** Reads one register per request, for the first `answers` requests, and then none. */
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
    createDynamoStateStore(createSdkTable(client as DynamoDBDocumentClient), 'table');

  it('are requested again', async () => {
    const store = storeOf(createBusyClient(3));
    await expect(store.areSuperseded(events)).resolves.toEqual([true, true, true]);
  });

  it('cause an error if they stay unprocessed', async () => {
    const store = storeOf(createBusyClient(1));
    await expect(store.areSuperseded(events)).rejects.toThrow('did not read 2 items');
  });
});

describeRateLimitStore('DynamoRateLimitStore', async () =>
  createDynamoRateLimitStore(dynamo.table, await dynamo.createTable()),
);

describeSyncMarkers('DynamoSyncMarkers', async () =>
  createDynamoSyncMarkers(dynamo.table, await dynamo.createTable()),
);

describeHeartbeatStore('DynamoHeartbeatStore', async () =>
  createDynamoHeartbeatStore(dynamo.table, await dynamo.createTable()),
);

it('stores registers with the documented keys, and their TTL in seconds', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoStateStore(dynamo.table, tableName);
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
  await expect(dynamo.itemsOf(tableName, common.pk)).resolves.toEqual([
    { ...common, sk: 'agent#a%23b', status: 'online', broadcast: 'pending' },
    { ...common, sk: 'session#a%23b#s%23', lastMessage: 'hello', broadcast: 'done' },
  ]);
});

it('stores a rate limit as one item of its user, with a TTL after the bucket is full', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoRateLimitStore(dynamo.table, tableName);
  const limit = { perMinute: 60, burst: 20 };
  await store.take('a#b', 'handshakes', limit, 1_707_163_200_000);
  await store.take('a#b', 'handshakes', limit, 1_707_163_200_000);
  await expect(dynamo.itemsOf(tableName, 'rate#a%23b')).resolves.toEqual([
    {
      pk: 'rate#a%23b',
      sk: 'handshakes',
      fullAt: 1_707_163_202_000,
      expiresAt: 1_707_163_220,
    },
  ]);
});

it('stores a connection with the documented keys, and a TTL 18 minutes after its expiry, so that a heartbeat can close it', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.table, tableName);
  await store.save({
    userId: 'a#b',
    connectionId: 'L0SM9cOFvHcCIhw=',
    connectedAt: 1_707_163_200_123,
    expiresAt: 1_707_163_260_000,
  });
  const items = await dynamo.itemsOf(tableName, 'connections#1');
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

it('stores an additional attribute only for a connection with batches', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.table, tableName);
  const times = { connectedAt: 1_707_163_200_123, expiresAt: 1_707_163_260_000 };
  await store.save({ userId: 'a#b', connectionId: '1=', ...times, batches: true });
  await store.save({ userId: 'a#b', connectionId: '2=', ...times, batches: false });
  const [first, second] = await dynamo.itemsOf(tableName, 'connections#1');
  expect(first).toMatchObject({ sk: 'a%23b#1=', batches: true });
  expect(second).not.toHaveProperty('batches');
});

it('stores the marker of a disconnected user in the partition of the connections, with a TTL at its end', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoConnectionStore(dynamo.table, tableName);
  const marker = { disconnectedAt: 1_707_163_200_123, endsAt: 1_709_755_200_123 };
  await store.markDisconnected('a#b', marker);
  await expect(dynamo.itemsOf(tableName, 'connections#1')).resolves.toEqual([
    {
      pk: 'connections#1',
      sk: 'a%23b##disconnected',
      disconnectedAt: 1_707_163_200_123,
      validUntil: 1_709_755_200_123,
      expiresAt: 1_709_755_201,
    },
  ]);
});

it('overwrites the connection count of a shard, and reads those of all shards', async () => {
  const connectionCounts = createDynamoConnectionCountStore(
    dynamo.table,
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

it('keeps the latest start of the fan-outs of each shard, and of those to all connections', async () => {
  const recentFanOuts = createDynamoRecentFanOutStore(dynamo.table, await dynamo.createTable());
  await expect(recentFanOuts.read()).resolves.toEqual([]);
  await recentFanOuts.write({ startedAt: 20 });
  await recentFanOuts.write({ startedAt: 10 });
  await recentFanOuts.write({ startedAt: 30, shard: 0 });
  await recentFanOuts.write({ startedAt: 40, shard: 0 });
  expect(new Set(await recentFanOuts.read())).toEqual(
    new Set([{ startedAt: 20 }, { startedAt: 40, shard: 0 }]),
  );
});
