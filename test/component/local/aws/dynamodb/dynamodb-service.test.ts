// The AWS SDK's document client on the table of the template, and deletion by time to live.
import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { eventually } from '#test/support/eventually';
import { fakeTimers } from '#test/support/local/fake-timers';
import {
  clientConfig,
  closeTiny,
  deployTiny,
  type TinyStack,
} from '#test/support/local/tiny-stack';

const timers = fakeTimers(Date.now());
let stack: TinyStack;
let documents: DynamoDBDocumentClient;
const TableName = 'store';

beforeAll(async () => {
  stack = await deployTiny(
    {
      Store: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
    },
    {},
    { testing: { timers } },
  );
  documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(stack)));
});
afterAll(async () => {
  documents.destroy();
  await closeTiny();
});

const put = (sk: string, rest: object = {}) =>
  documents.send(new PutCommand({ TableName, Item: { pk: 'p', sk, ...rest } }));

it('writes and queries items', async () => {
  await put('a', { n: 1 });
  await put('b', { n: 2 });
  const { Items } = await documents.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': 'p', ':sk': 'b' },
    }),
  );
  expect(Items).toEqual([{ pk: 'p', sk: 'b', n: 2 }]);
});

it('answers with the error names of DynamoDB, and names operations that the local stack does not support', async () => {
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
  await put('taken');
  await expect(
    documents.send(new PutCommand({ TableName, Item: { pk: 'p', sk: 'taken' }, ...condition })),
  ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  await expect(
    documents.send(new PutCommand({ TableName: 'other', Item: { pk: 'p' } })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(
    documents.send(
      new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { pk: 'p' } } }] }),
    ),
  ).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining('TransactWriteItems is not supported') as string,
  });
});

it('deletes expired items, and no others', async () => {
  const now = Math.floor(timers.now() / 1000);
  const sixYears = 6 * 365 * 24 * 60 * 60;
  await put('past', { expiresAt: now - 1 });
  await put('future', { expiresAt: now + 3600 });
  await put('text', { expiresAt: String(now - 1) });
  await put('ancient', { expiresAt: now - sixYears });
  await timers.advance(5_000);
  const keys = async () => {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
    return Items.map((item) => String(item['sk']));
  };
  await eventually(async () => {
    expect(await keys()).not.toContain('past');
  });
  expect(await keys()).toEqual(expect.arrayContaining(['future', 'text', 'ancient']));
  // The next sweep is scheduled.
  await eventually(() => {
    expect(timers.pending).toBe(1);
  });
});

it('describes the TTL attribute', async () => {
  const described = await documents.send(
    new DescribeTimeToLiveCommand({ TableName }) as unknown as ScanCommand,
  );
  expect(described).toMatchObject({
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
  });
});
