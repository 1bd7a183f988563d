import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoCensusStore } from '../../../../lambdas/aws/dynamo-census-store';
import { createDynamoConnectionStore } from '../../../../lambdas/aws/dynamo-connection-store';
import { describeConnectionStore } from '../../../support/connection-store-contract';
import { startDynamo, type TestDynamo } from '../../../support/dynamo';

let dynamo: TestDynamo;
let tables = 0;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

async function newTable(): Promise<string> {
  const name = `table-${(tables += 1)}`;
  await dynamo.createTable(name);
  return name;
}

describeConnectionStore('DynamoConnectionStore', async () =>
  createDynamoConnectionStore(dynamo.client, await newTable()),
);

test('a connection lies where the data model says, with a TTL that leaves heartbeats the time to find it', async () => {
  const tableName = await newTable();
  const store = createDynamoConnectionStore(dynamo.client, tableName);
  await store.save({
    userId: 'a#b',
    connectionId: 'L0SM9cOFvHcCIhw=',
    connectedAt: 1_707_163_200_123,
    expiresAt: 1_707_163_260_000,
  });
  const { Items: items } = await dynamo.client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'connections#1' },
    }),
  );
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

test('the census of a shard is overwritten by the next and read as a whole', async () => {
  const census = createDynamoCensusStore(dynamo.client, await newTable());
  await expect(census.read()).resolves.toEqual([]);
  await census.write({ shard: 3, connections: 5, users: 3, takenAt: 1 });
  await census.write({ shard: 12, connections: 2, users: 1, takenAt: 1 });
  await census.write({ shard: 3, connections: 4, users: 2, takenAt: 2 });
  const read = await census.read();
  expect([...read].sort((a, b) => a.shard - b.shard)).toEqual([
    { shard: 3, connections: 4, users: 2, takenAt: 2 },
    { shard: 12, connections: 2, users: 1, takenAt: 1 },
  ]);
});
