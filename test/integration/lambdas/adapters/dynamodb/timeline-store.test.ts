// Timelines in DynamoDB: their items, what pages of them cost, and writes that DynamoDB does not process at once.
import type { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoTimelineStore } from '#adapters/dynamodb/dynamo-timeline-store';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import { createHistories } from '#sdk/client/connection/history';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import { describeTimelineStore } from '#test/support/contracts/timeline-store';
import { RecordingLog } from '#test/support/core/fakes';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';

let dynamo: TestDynamo;
/** The read units of each query. */
let units: number[] = [];

beforeAll(async () => {
  dynamo = await startDynamo();
  dynamo.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'QueryCommand') return next(args);
        const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const };
        const answer = await next({ ...args, input });
        const { ConsumedCapacity: consumed } = answer.output as {
          ConsumedCapacity?: { CapacityUnits: number };
        };
        units.push(consumed?.CapacityUnits ?? NaN);
        return answer;
      },
    { step: 'initialize' },
  );
});
afterAll(() => dynamo.close());

describeTimelineStore('DynamoTimelineStore', async () =>
  createDynamoTimelineStore(dynamo.table, await dynamo.createTable()),
);

describeTimelineStore('DynamoTimelineStore without the AWS SDK', async () =>
  createDynamoTimelineStore(dynamo.signedTable, await dynamo.createTable()),
);

const now = 1_707_163_200_000;
const session = { agentId: 'agent-1234567890abcd', sessionId: 'session-1234567890ab' };
const activities = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ ...session, timestamp: now + index },
    lastMessage: `${index} `.padEnd(bytes, 'x'),
  }));

it('stores an event with the documented key, once, with its message and its TTL only', async () => {
  const tableName = await dynamo.createTable();
  const store = createDynamoTimelineStore(dynamo.table, tableName);
  const event = { agentId: 'a#b', sessionId: 's%', lastMessage: 'hello', timestamp: now };
  await store.write([event], now + 60_123);
  await store.write([event, event], now + 60_999);
  await expect(dynamo.itemsOf(tableName, 'timeline#a%23b#s%25')).resolves.toEqual([
    {
      pk: 'timeline#a%23b#s%25',
      sk: '001707163200000#LPJNul-w',
      m: 'hello',
      expiresAt: now / 1000 + 60,
    },
  ]);
});

describe('a page', () => {
  /** Tells the newest page of a session with these events. @returns the number of events, and the read units */
  async function pageOf(count: number, bytes: number) {
    const store = createDynamoTimelineStore(dynamo.table, await dynamo.createTable());
    await store.write(activities(count, bytes), now + 3_600_000);
    const tell = createTellTimeline({
      ...{ timelines: store, timelineEvents: 200, now: () => now, log: new RecordingLog() },
    });
    units = [];
    const text = await tell({ userId: 'alice', connectionId: 'c=' }, session);
    const { payload } = JSON.parse(text) as { payload: { events: unknown[]; next?: string } };
    const cost = units.reduce((sum, one) => sum + one, 0);
    return { events: payload.events.length, cost, requests: units.length };
  }

  it('of 100 events with 90 bytes costs at most 4 read units', async () => {
    const { events, cost } = await pageOf(150, 90);
    expect(events).toBe(100);
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThanOrEqual(4);
  });

  it.each([
    [1, 150],
    [3, 90],
    [150, 200],
    [150, 400],
    [150, 900],
    [150, 2_000],
  ])('of %i events with %i bytes costs at most 4 read units', async (count, bytes) => {
    const { cost, requests } = await pageOf(count, bytes);
    expect(cost).toBeLessThanOrEqual(4);
    expect(requests).toBeLessThanOrEqual(2);
  });

  it('of the largest events is one event, and costs one request', async () => {
    const { events, requests } = await pageOf(9, 32_000);
    expect(events).toBe(1);
    expect(requests).toBe(1);
  });
});

describe('behind 2,000 events that have expired and are still stored', () => {
  async function setUp() {
    const store = createDynamoTimelineStore(dynamo.table, await dynamo.createTable());
    const expired = activities(2_000, 90);
    await store.write(expired, now);
    const kept = { ...session, lastMessage: 'received late', timestamp: now - 1 };
    await store.write([kept], now + 3_600_000);
    return createTellTimeline({
      ...{ timelines: store, timelineEvents: 200, now: () => now, log: new RecordingLog() },
    });
  }

  it.each([1, 100])(
    'a request with the limit %i reads four times, and the client gets the older event',
    async (limit) => {
      const tell = await setUp();
      const requests: number[] = [];
      const told: unknown[] = [];
      const { history, nextPage, page } = createHistories(() => undefined);
      const reading = (async () => {
        for await (const event of history(session.agentId, session.sessionId, { limit }))
          told.push(event);
      })();
      for (let request = nextPage(); request !== undefined; request = nextPage()) {
        units = [];
        const text = await tell({ userId: 'alice', connectionId: 'c=' }, request.payload);
        requests.push(units.length);
        page((JSON.parse(text) as { payload: Parameters<typeof page>[0] }).payload);
        await new Promise(setImmediate);
      }
      await reading;
      expect(told).toEqual([{ ...session, lastMessage: 'received late', timestamp: now - 1 }]);
      expect(requests.length).toBeLessThanOrEqual(6);
      expect(Math.max(...requests)).toBe(4);
    },
  );
});

describe('a write of many events', () => {
  /** Processes at most `most` items of a request, and counts the requests. */
  function createBusyClient(most: number) {
    const sizes: number[] = [];
    const client = {
      send: ({ input }: BatchWriteCommand) => {
        const requests = input.RequestItems?.['table'] ?? [];
        sizes.push(requests.length);
        const left = requests.slice(most);
        return Promise.resolve({ UnprocessedItems: left.length > 0 ? { table: left } : {} });
      },
    };
    const pauses: number[] = [];
    const pause = (milliseconds: number) => Promise.resolve(pauses.push(milliseconds));
    const store = createDynamoTimelineStore(createSdkTable(client), 'table', {
      pause,
    });
    return { store, sizes, pauses };
  }

  it('takes one request for 25 of them', async () => {
    const { store, sizes, pauses } = createBusyClient(25);
    await store.write(activities(60, 10), now);
    expect(sizes).toEqual([25, 25, 10]);
    expect(pauses).toEqual([]);
  });

  it('repeats those that were not processed, with growing pauses', async () => {
    const { store, sizes, pauses } = createBusyClient(8);
    await store.write(activities(25, 10), now);
    expect(sizes).toEqual([25, 17, 9, 1]);
    expect(pauses).toEqual([20, 40, 80]);
  });

  it('fails if some are never processed', async () => {
    const { store } = createBusyClient(0);
    await expect(store.write(activities(30, 10), now)).rejects.toThrow('did not write 25 items');
  });
});
