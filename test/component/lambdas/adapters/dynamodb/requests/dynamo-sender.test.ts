// The fast sender returns and throws the same as the document client.
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fromAttributes, toAttributes } from '#adapters/dynamodb/requests/dynamo-attributes';
import { createFastSender, type Sender } from '#adapters/dynamodb/requests/dynamo-sender';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';

let dynamo: TestDynamo;
let TableName: string;
let sender: Sender;
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
  sender = createFastSender(dynamo.client);
  // The sender learns the endpoint from the first request.
  await sender.send(new GetCommand({ TableName, Key: nobody }));
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

type Work = (client: Sender) => Promise<object>;

/** The result or error of a command with each of the two clients, starting with the same item. */
async function both(work: Work): Promise<unknown[]> {
  const ends: unknown[] = [];
  for (const client of [dynamo.client, sender]) {
    await dynamo.client.send(new PutCommand({ TableName, Item: item }));
    bySdk = [];
    try {
      ends.push({ ...(await work(client)), $metadata: undefined });
    } catch (error) {
      const { name, Item } = error as Error & { readonly Item?: unknown };
      ends.push({ name, Item, type: (error as Error).constructor });
    }
  }
  return ends;
}

it.each<[string, Work]>([
  ['reads', (client) => client.send(new GetCommand({ TableName, Key: key }))],
  ['finds nothing', (client) => client.send(new GetCommand({ TableName, Key: nobody }))],
  [
    'writes',
    (client) =>
      client.send(new PutCommand({ TableName, Item: { ...key, a: 1 }, ReturnValues: 'ALL_OLD' })),
  ],
  [
    'updates',
    (client) =>
      client.send(
        new UpdateCommand({
          ...{ TableName, Key: key, UpdateExpression: 'SET #n = :n REMOVE yes' },
          ExpressionAttributeNames: { '#n': 'number' },
          ExpressionAttributeValues: { ':n': 2 },
          ReturnValues: 'ALL_NEW',
        }),
      ),
  ],
  [
    'fails with an unmet condition',
    (client) =>
      client.send(
        new UpdateCommand({
          ...{ TableName, Key: key, UpdateExpression: 'SET yes = :no' },
          ConditionExpression: 'yes = :no',
          ExpressionAttributeValues: { ':no': false },
        }),
      ),
  ],
])('%s as the document client does', async (_, work) => {
  const [usual, fast] = await both(work);
  expect(bySdk).toEqual([]);
  expect(fast).toEqual(usual);
});

it.each<[string, Work]>([
  ['other commands', (client) => client.send(new DeleteCommand({ TableName, Key: key }))],
  ['errors', (client) => client.send(new GetCommand({ TableName: 'no-such-table', Key: key }))],
])('leaves %s to the document client', async (_, work) => {
  const [usual, fast] = await both(work);
  expect(bySdk).toHaveLength(1);
  expect(fast).toEqual(usual);
});

it('converts an item to attributes and back, and throws for unsupported values', () => {
  expect(fromAttributes(toAttributes(item))).toEqual(item);
  expect(toAttributes({ a: undefined })).toEqual({});
  for (const value of [NaN, Infinity, null, {}, new Uint8Array(1), [undefined]]) {
    expect(() => toAttributes({ value })).toThrow(TypeError);
  }
  expect(() => fromAttributes({ value: { NULL: true } })).toThrow(TypeError);
});
