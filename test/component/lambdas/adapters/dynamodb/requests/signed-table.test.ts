// Requests without the AWS SDK return and throw the same as those of the document client, and the client repeats what fails.
import { fromAttributes, toAttributes } from '#adapters/dynamodb/requests/dynamo-attributes';
import { isUnmet } from '#adapters/dynamodb/requests/dynamo-condition';
import { queryPages, type TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';

let dynamo: TestDynamo;
let TableName: string;
/** The commands that were sent by the document client. */
let bySdk: string[] = [];

beforeAll(async () => {
  dynamo = await startDynamo();
  TableName = await dynamo.createTable();
  dynamo.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        bySdk.push(commandName);
        return next(args);
      },
    { step: 'initialize' },
  );
});
beforeEach(() => {
  bySdk = [];
});
afterAll(() => dynamo.close());

const item = {
  ...{ pk: 'p', sk: 'ä#1', text: '\u2028👋', empty: '', number: 1_707_163_200_000 },
  ...{ fraction: -0.001, yes: true, no: false, list: ['a', '', 1], none: [] },
};
const key = { pk: item.pk, sk: item.sk };
const nobody = { pk: 'none', sk: 'none' };

type Work = (table: TableRequests) => Promise<unknown>;

/** The result or error of a request in each of the two ways, starting with the same item. */
async function both(work: Work): Promise<unknown[]> {
  const ends: unknown[] = [];
  for (const table of [dynamo.table, dynamo.signedTable]) {
    await dynamo.table.delete({ TableName, Key: { pk: 'p', sk: 'other' } });
    await dynamo.table.put({ TableName, Item: item });
    bySdk = [];
    try {
      ends.push({ ...((await work(table)) as object), $metadata: undefined });
    } catch (error) {
      const { name, Item } = error as Error & { readonly Item?: unknown };
      ends.push({ name, Item, isUnmet: isUnmet(error) });
    }
  }
  return ends;
}

const unmet = {
  ...{ Key: key, UpdateExpression: 'SET yes = :no', ConditionExpression: 'yes = :no' },
  ExpressionAttributeValues: { ':no': false },
};
const query = {
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': 'p' },
};

it.each<[string, Work]>([
  ['reads', (table) => table.get({ TableName, Key: key })],
  ['finds nothing', (table) => table.get({ TableName, Key: nobody })],
  ['writes', (table) => table.put({ TableName, Item: { ...key, a: 1 }, ReturnValues: 'ALL_OLD' })],
  ['deletes', (table) => table.delete({ TableName, Key: key, ReturnValues: 'ALL_OLD' })],
  [
    'updates',
    (table) =>
      table.update({
        ...{ TableName, Key: key, UpdateExpression: 'SET #n = :n REMOVE yes' },
        ExpressionAttributeNames: { '#n': 'number' },
        ExpressionAttributeValues: { ':n': 2 },
        ReturnValues: 'ALL_NEW',
      }),
  ],
  ['fails with an unmet condition', (table) => table.update({ TableName, ...unmet })],
  [
    'fails with an unmet condition, and the item',
    (table) =>
      table.update({ TableName, ...unmet, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
  ],
  ['queries', (table) => table.query({ TableName, ...query })],
  ['queries a page', (table) => table.query({ TableName, ...query, Limit: 1 })],
  [
    'queries for the page after a key',
    (table) => table.query({ TableName, ...query, ExclusiveStartKey: nobodyOf('p') }),
  ],
  [
    'queries for attributes',
    (table) =>
      table.queryAttributes({
        ...{ TableName, ...query, Limit: 1 },
        ExpressionAttributeValues: { ':pk': { S: 'p' } },
      }),
  ],
  [
    'reads several',
    (table) =>
      table.batchGet({
        RequestItems: { [TableName]: { Keys: [key, nobody], ConsistentRead: true } },
      }),
  ],
  [
    'writes and deletes several',
    async (table) => {
      const other = { pk: 'p', sk: 'other', list: ['a'] };
      const answer = await table.batchWrite({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: other } }, { DeleteRequest: { Key: key } }],
        },
      });
      const { UnprocessedItems: unprocessed } = answer;
      return { unprocessed, left: (await dynamo.table.query({ TableName, ...query })).Items };
    },
  ],
])('%s as the document client does', async (what, work) => {
  const [usual, signed] = await both(work);
  // The test itself reads what several writes have left.
  expect(bySdk).toEqual(what === 'writes and deletes several' ? ['QueryCommand'] : []);
  expect(signed).toEqual(usual);
});

function nobodyOf(pk: string) {
  return { pk, sk: 'a' };
}

it.each<[string, Work]>([
  ['get', (table) => table.get({ TableName: 'no-such-table', Key: key })],
  ['put', (table) => table.put({ TableName: 'no-such-table', Item: item })],
  ['update', (table) => table.update({ TableName: 'no-such-table', ...unmet })],
  ['delete', (table) => table.delete({ TableName: 'no-such-table', Key: key })],
  ['query', (table) => table.query({ TableName: 'no-such-table', ...query })],
  [
    'queryAttributes',
    (table) =>
      table.queryAttributes({
        ...{ TableName: 'no-such-table', ...query },
        ExpressionAttributeValues: { ':pk': { S: 'p' } },
      }),
  ],
  ['batchGet', (table) => table.batchGet({ RequestItems: { 'no-such-table': { Keys: [key] } } })],
  [
    'batchWrite',
    (table) =>
      table.batchWrite({ RequestItems: { 'no-such-table': [{ DeleteRequest: { Key: key } }] } }),
  ],
])('a failed %s is repeated by the document client, whose error is thrown', async (_, work) => {
  const [usual, signed] = await both(work);
  expect(bySdk).toHaveLength(1);
  expect(signed).toEqual(usual);
  expect(signed).toMatchObject({ name: 'ResourceNotFoundException', isUnmet: false });
});

it('queries all pages, each from where the one before ended', async () => {
  const pages: unknown[] = [];
  await dynamo.table.put({ TableName, Item: item });
  await dynamo.table.put({ TableName, Item: { pk: 'p', sk: 'other' } });
  for await (const page of queryPages(dynamo.signedTable, { TableName, ...query, Limit: 1 }))
    pages.push(page);
  expect(pages).toEqual([[{ pk: 'p', sk: 'other' }], [item], []]);
});

it('converts an item to attributes and back, and throws for unsupported values', () => {
  expect(fromAttributes(toAttributes(item))).toEqual(item);
  expect(toAttributes({ a: undefined })).toEqual({});
  for (const value of [NaN, Infinity, null, {}, new Uint8Array(1), [undefined]]) {
    expect(() => toAttributes({ value })).toThrow(TypeError);
  }
  expect(() => fromAttributes({ value: { NULL: true } })).toThrow(TypeError);
});
