import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoFanOutLease } from '#adapters/dynamodb/dynamo-fan-out-lease';
import { createDynamoPendingStore } from '#adapters/dynamodb/dynamo-pending-store';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { shardOf } from '#core/shard';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';
import { sessionEvent } from '#test/support/data/events';
import { RecordingLog } from '#test/support/core/fakes';
import { describeFanOutLease } from '#test/support/contracts/fan-out-lease';
import { describePendingStore } from '#test/support/contracts/pending-store';

const start = 1_707_163_200_000;
let dynamo: TestDynamo;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

// Without the AWS SDK, as in production. Another test compares it with the document client.
describeFanOutLease('DynamoFanOutLease', async () =>
  createDynamoFanOutLease(dynamo.signedTable, await dynamo.createTable()),
);

describePendingStore('DynamoPendingStore', async () =>
  createDynamoPendingStore(dynamo.signedTable, await dynamo.createTable(), new RecordingLog()),
);

async function setUp() {
  const tableName = await dynamo.createTable();
  const { client, table } = dynamo;
  const log = new RecordingLog();
  return {
    ...{ tableName, client, log },
    lease: createDynamoFanOutLease(table, tableName),
    pending: createDynamoPendingStore(table, tableName, log),
    itemOf: async (pk: string, sk: string) =>
      (await client.send(new GetCommand({ TableName: tableName, Key: { pk, sk } }))).Item,
  };
}

const state = {
  ...{ heldUntil: start + 5_000, read: start + 3, done: { batched: start + 2, single: start + 1 } },
  ...{ flushedAt: start, hasSent: true },
};

it('stores the lease with the documented keys, and without a TTL, because a deleted cursor would cause all events to be sent again', async () => {
  const { lease, itemOf } = await setUp();
  await lease.acquire('a', start, start + 1);
  await lease.refresh('a', state);
  await lease.saveSent({ batched: ['1#x'], single: [] });
  const written = {
    ...{ pk: 'lease', sk: 'fan-out', heldUntil: start + 5_000, read: start + 3 },
    ...{ doneBatched: start + 2, doneSingle: start + 1, flushedAt: start, hasSent: true },
  };
  await expect(itemOf('lease', 'fan-out')).resolves.toEqual({ ...written, holder: 'a' });
  await lease.release('a', state);
  await expect(itemOf('lease', 'fan-out')).resolves.toEqual(written);
  const sent = { pk: 'lease', sk: 'sent', batched: ['1#x'], single: [] };
  await expect(itemOf('lease', 'sent')).resolves.toEqual(sent);
});

it('returns the lease to its holder if it is acquired again after a lost response', async () => {
  const { lease } = await setUp();
  await lease.acquire('before', start, start + 1);
  await lease.release('before', state);
  await lease.acquire('a', start, start + 5_000);
  const taken = { ...state, holder: 'a', heldUntil: start + 5_000 };
  await expect(lease.acquire('a', start, start + 5_000)).resolves.toEqual(taken);
  await expect(lease.acquire('b', start, start + 5_000)).resolves.toBeUndefined();
});

it('stores a pending event with the documented keys in one of four partitions, with a TTL of an hour', async () => {
  const { pending, itemOf } = await setUp();
  const message = messageOfEvent(sessionEvent('a', 's', 'hello', start));
  await pending.record({ id: 'a#b', recordedAt: start + 1, messages: [message, message] });
  const key = { pk: `pending#${shardOf('a#b') % 4}`, sk: '001707163200001#a%23b' };
  await expect(itemOf(key.pk, key.sk)).resolves.toEqual({
    ...key,
    messages: [message.text, message.text],
    expiresAt: start / 1000 + 1 + 3_600,
  });
});

it('distributes events evenly over the four partitions', () => {
  const counts = [0, 0, 0, 0];
  for (let index = 0; index < 4_000; index += 1) {
    const partition = shardOf(`6a7e8feb-b491-4cf7-a9f1-${index}`) % 4;
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(100);
});

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
it('consumes one write unit for an event with a message of 500 characters', async () => {
  const { pending, client, tableName } = await setUp();
  const message = messageOfEvent(
    sessionEvent('agent-0123456789', 'session-0123456789', 'x'.repeat(500), start),
  );
  const id = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
  await pending.record({ id, recordedAt: start, messages: [message] });
  const [item] = await dynamo.itemsOf(tableName, `pending#${shardOf(id) % 4}`);
  const written = await client.send(
    new PutCommand({ TableName: tableName, Item: item, ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(written.ConsumedCapacity?.CapacityUnits).toBe(1);
});

it.each([
  ['the AWS SDK', () => dynamo.table],
  ['signed requests', () => dynamo.signedTable],
])('reads all pages of a partition with %s', async (_, table) => {
  const { tableName, log } = await setUp();
  const pending = createDynamoPendingStore(table(), tableName, log);
  const message = messageOfEvent(sessionEvent('a', 's', 'x'.repeat(63_000), start));
  const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`)
    .filter((id) => shardOf(id) % 4 === 0)
    .slice(0, 24);
  await Promise.all(
    ids.map((id, at) => pending.record({ id, recordedAt: start + at, messages: [message] })),
  );
  await expect(pending.since(0)).resolves.toEqual(
    ids.map((id, at) => ({ id, recordedAt: start + at, messages: [message] })),
  );
});

it('omits an unreadable item of another version, logs it without its text, and reads the others', async () => {
  const { pending, client, tableName, log } = await setUp();
  const message = messageOfEvent(sessionEvent('a', 's', 'hello', start));
  await pending.record({ id: 'a', recordedAt: start, messages: [message] });
  const key = { pk: 'pending#0', sk: '001707163200000#b' };
  const foreign = { ...key, messages: ['secret: no JSON'] };
  await client.send(new PutCommand({ TableName: tableName, Item: foreign }));
  await expect(pending.since(0)).resolves.toMatchObject([{ id: 'a' }]);
  expect(log.lines).toEqual([
    { level: 'error', message: 'pending event not read', fields: { eventId: 'b' } },
  ]);
});

it('uses consistent reads, and one request per step', async () => {
  const { client, lease, pending } = await setUp();
  const sent: { readonly name: string; readonly consistent: unknown }[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const { ConsistentRead: consistent } = args.input as { ConsistentRead?: boolean };
        sent.push({ name: commandName.replace('Command', ''), consistent });
        return next(args);
      },
    { step: 'initialize', name: 'count' },
  );
  try {
    await lease.acquire('a', start, start + 5_000);
    await lease.acquire('b', start, start + 5_001);
    await lease.refresh('a', state);
    await lease.release('a', state);
    await lease.look();
    await lease.saveSent({ batched: [], single: [] });
    await lease.readSent();
    await pending.record({ id: 'a', recordedAt: start, messages: [] });
    await pending.since(0);
  } finally {
    client.middlewareStack.remove('count');
  }
  expect(sent).toEqual([
    ...Array.from({ length: 4 }, () => ({ name: 'UpdateItem', consistent: undefined })),
    { name: 'GetItem', consistent: true },
    { name: 'PutItem', consistent: undefined },
    { name: 'GetItem', consistent: true },
    { name: 'PutItem', consistent: undefined },
    ...Array.from({ length: 4 }, () => ({ name: 'Query', consistent: true })),
  ]);
});
