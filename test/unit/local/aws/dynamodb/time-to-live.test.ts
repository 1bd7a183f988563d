// How often the local table is scanned for expired items, and in how many pages.
import { createDynamoEngine, type DynamoEngine } from '#local/aws/dynamodb/dynamo-engine';
import { deleteExpired, keepExpiring } from '#local/aws/dynamodb/time-to-live';
import { eventually } from '#test/support/eventually';
import { fakeTimers } from '#test/support/local/fake-timers';

const table = { tableName: 'store', attribute: 'expiresAt', keyNames: ['pk', 'sk'] };
const log = () => undefined;

it('waits 50 times as long as the last sweep took, and at least 5 s', async () => {
  const timers = fakeTimers();
  let sweeps = 0;
  let answer = () => undefined as unknown;
  const engine: DynamoEngine = {
    run: () => {
      sweeps += 1;
      return new Promise((resolve) => {
        answer = () => {
          resolve({ status: 200, body: '{}' });
        };
      });
    },
  };
  const stop = keepExpiring({ ...table, engine, timers, log });
  await timers.advance(5_000);
  expect(sweeps).toBe(1);
  await timers.advance(1_000);
  answer();
  await timers.advance(49_000);
  expect(sweeps).toBe(1);
  await timers.advance(1_000);
  expect(sweeps).toBe(2);
  answer();
  await timers.advance(5_000);
  expect(sweeps).toBe(3);
  stop();
});

it.each([
  ['logs a sweep that fails', false, ['Time to live of store: The database is gone.']],
  ['logs nothing if a sweep fails after it was stopped', true, []],
])('%s', async (_what, isStopped, expected) => {
  const timers = fakeTimers();
  const logged: string[] = [];
  let fail: (error: Error) => void = () => undefined;
  const engine: DynamoEngine = {
    run: () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  };
  const stop = keepExpiring({ ...table, engine, timers, log: ({ text }) => logged.push(text) });
  await timers.advance(5_000);
  if (isStopped) stop();
  fail(new Error('The database is gone.'));
  await timers.advance(0);
  expect(logged).toEqual(expected);
  stop();
});

it('deletes the expired items of every page of a scan', async () => {
  const timers = fakeTimers();
  const real = createDynamoEngine();
  const run: DynamoEngine['run'] = (operation, body) => real.run(operation, body);
  const send = async (operation: Parameters<DynamoEngine['run']>[0], input: object) =>
    JSON.parse((await run(operation, Buffer.from(JSON.stringify(input)))).body ?? '') as {
      readonly Count?: number;
      readonly Table?: { readonly TableStatus: string };
    };
  const keys = ['pk', 'sk'];
  await send('CreateTable', {
    TableName: table.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keys.map((name, at) => ({ AttributeName: name, KeyType: ['HASH', 'RANGE'][at] })),
  });
  // As on AWS, a new table becomes active only after a moment.
  await eventually(async () => {
    const { Table: described } = await send('DescribeTable', { TableName: table.tableName });
    expect(described?.TableStatus).toBe('ACTIVE');
  });
  const now = timers.now() / 1000;
  for (let index = 0; index < 1_100; index += 1) {
    const expiresAt = String(index % 100 === 99 ? now - 1 : now + 60);
    const key = { pk: { S: `p${index % 3}` }, sk: { S: String(index) } };
    await send('PutItem', {
      TableName: table.tableName,
      Item: { ...key, expiresAt: { N: expiresAt } },
    });
  }
  let looks = 0;
  const engine: DynamoEngine = {
    run: (operation, body) => {
      if (operation === 'Scan') looks += 1;
      return run(operation, body);
    },
  };
  await deleteExpired({ ...table, engine, timers, log });
  expect(looks).toBe(3);
  const { Count: left } = await send('Scan', { TableName: table.tableName });
  expect(left).toBe(1_100 - 11);
});
