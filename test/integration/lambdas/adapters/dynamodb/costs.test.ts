// The number of DynamoDB requests for clients and events: DynamoDB bills by request.
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createDynamoFanOutLease } from '#adapters/dynamodb/dynamo-fan-out-lease';
import { createDynamoPendingStore } from '#adapters/dynamodb/dynamo-pending-store';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { createDynamoSyncMarkers } from '#adapters/dynamodb/dynamo-sync-markers';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createCoalescer } from '#core/coalescing/coalescer';
import { createFlush } from '#core/coalescing/flush/flush';
import { createConnect } from '#core/connections/connect';
import { createJudgeMessage } from '#core/requests/message-limits';
import type { RateLimitStore } from '#core/connections/ports';
import { createRefreshToken } from '#core/requests/refresh-token';
import { readSnapshot } from '#core/requests/snapshot';
import { createSubscribe } from '#core/requests/subscribe';
import { createAdmitSync } from '#core/requests/sync-limits';
import { createSyncState } from '#core/requests/sync-state';
import { eventTypeDefinitions, type AgentStatus } from '#sdk/protocol';
import { startDynamo, type TestDynamo } from '#test/support/adapters/dynamo';
import { agentEvent, snapshotFacts } from '#test/support/data/events';
import { viewOf } from '#test/support/data/views';
import { createFanOutHarness } from '#test/support/core/fan-out';

let dynamo: TestDynamo;
let tableName: string;
let requests: string[] = [];
let unanswered = 0;

beforeAll(async () => {
  dynamo = await startDynamo();
  tableName = await dynamo.createTable();
  dynamo.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        requests.push(commandName.replace('Command', ''));
        unanswered += 1;
        try {
          return await next(args);
        } finally {
          unanswered -= 1;
        }
      },
    { step: 'initialize' },
  );
});
afterAll(() => dynamo.close());

/** The number of requests of each kind that `work` makes. */
async function costOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  requests = [];
  await work();
  const cost: Record<string, number> = {};
  for (const request of requests) cost[request] = (cost[request] ?? 0) + 1;
  return cost;
}

function setUp() {
  const connections = createDynamoConnectionStore(dynamo.table, tableName);
  const rateLimits = createDynamoRateLimitStore(dynamo.table, tableName);
  const state = createDynamoStateStore(dynamo.table, tableName);
  return { ...createFanOutHarness({ connections }), connections, rateLimits, state };
}

it('a handshake costs one update of the bucket, one write of the record, and one query for the connections of the user', async () => {
  const harness = setUp();
  const connect = createConnect({
    ...harness,
    closeConnection: () => Promise.resolve('closed'),
    handshakes: { perMinute: 30, burst: 2 },
    maxConnectionsPerUser: 20,
  });
  const handshake = (id: string) =>
    costOf(() => connect(id, { userId: 'ann', expiresAt: harness.now() + 60_000 }));
  await expect(handshake('a=')).resolves.toEqual({ UpdateItem: 1, PutItem: 1, Query: 1 });
  // The execution environment remembers that the bucket is not full.
  await expect(handshake('b=')).resolves.toEqual({ UpdateItem: 1, PutItem: 1, Query: 1 });
  // A handshake above the limit stores and reads nothing. The environment remembers the limit.
  await expect(handshake('c=')).resolves.toEqual({});
  await expect(handshake('d=')).resolves.toEqual({});
  harness.clock.advance(2_000);
  await expect(handshake('e=')).resolves.toEqual({ UpdateItem: 1, PutItem: 1, Query: 1 });
});

it('a handshake in another execution environment costs two writes for its limit', async () => {
  const { now } = setUp();
  const limit = { perMinute: 30, burst: 2 };
  const take = (store: RateLimitStore) =>
    costOf(() => store.take('zoe', 'handshakes', limit, now()));
  const stores = Array.from({ length: 3 }, () =>
    createDynamoRateLimitStore(dynamo.table, tableName),
  ) as [RateLimitStore, RateLimitStore, RateLimitStore];
  await expect(take(stores[0])).resolves.toEqual({ UpdateItem: 1 });
  await expect(take(stores[1])).resolves.toEqual({ UpdateItem: 2 });
  await expect(take(stores[2])).resolves.toEqual({ UpdateItem: 2 });
});

it('a message of a client costs one write for its connection and one for its user, or one if it is refused', async () => {
  const harness = setUp();
  const judge = createJudgeMessage({
    ...harness,
    messages: { perMinute: 60, burst: 2 },
    floodFactor: 5,
    maxConnectionsPerUser: 20,
    handshakes: { perMinute: 30, burst: 10 },
  });
  const message = () => costOf(() => judge({ userId: 'ann', connectionId: 'a=' }));
  await expect(message()).resolves.toEqual({ UpdateItem: 2 });
  await expect(message()).resolves.toEqual({ UpdateItem: 2 });
  await expect(message()).resolves.toEqual({ UpdateItem: 1 });
  await expect(message()).resolves.toEqual({ UpdateItem: 1 });
  harness.clock.advance(60_000);
  await expect(message()).resolves.toEqual({ UpdateItem: 2 });
});

it('the buckets of messages keep the keys of version 0.1.0', async () => {
  const harness = setUp();
  const taken: string[] = [];
  const judge = createJudgeMessage({
    ...harness,
    rateLimits: {
      ...harness.rateLimits,
      take: (_user, what) => Promise.resolve(taken.push(what) > 0),
    },
    messages: { perMinute: 60, burst: 2 },
    floodFactor: 5,
    maxConnectionsPerUser: 20,
    handshakes: { perMinute: 30, burst: 10 },
  });
  await judge({ userId: 'ann', connectionId: 'a=' });
  expect(taken).toEqual(['frames#a=', 'frames']);
});

it('a sync costs one write for its limit and two for its marker, or none if it is refused', async () => {
  const harness = setUp();
  const admitSync = createAdmitSync({
    ...harness,
    syncMarkers: createDynamoSyncMarkers(dynamo.table, tableName),
    syncs: { perMinute: 6, burst: 1 },
  });
  const sync = () =>
    costOf(async () => (await admitSync({ userId: 'ann', connectionId: 'a=' }))?.());
  await expect(sync()).resolves.toEqual({ UpdateItem: 3 });
  await expect(sync()).resolves.toEqual({});
});

it('a handshake of a disconnected user costs one additional delete', async () => {
  const harness = setUp();
  const connect = createConnect({
    ...harness,
    closeConnection: () => Promise.resolve('closed'),
    handshakes: { perMinute: 30, burst: 10 },
    maxConnectionsPerUser: 20,
  });
  const now = harness.now();
  await harness.connections.markDisconnected('kim', { disconnectedAt: now, endsAt: now + 1 });
  await expect(
    costOf(() => connect('k=', { userId: 'kim', expiresAt: now + 60_000 })),
  ).resolves.toEqual({ UpdateItem: 1, PutItem: 1, Query: 1, DeleteItem: 1 });
});

it('a token refresh costs one read and one write, only the read if nothing changes, and nothing if it is refused', async () => {
  const { connections, now, log } = setUp();
  const key = { userId: 'rob', connectionId: 'r=' };
  await connections.save({ ...key, connectedAt: now(), expiresAt: now() + 60_000 });
  const verdictOf = (userId: string, milliseconds: number) => () =>
    Promise.resolve({ ok: true, value: { userId, expiresAt: now() + milliseconds } } as const);
  const refresh = (userId: string, milliseconds: number) =>
    costOf(() =>
      createRefreshToken({
        authenticate: verdictOf(userId, milliseconds),
        ...{ connections, now, log },
        postMessages: () => Promise.resolve('delivered'),
      })(key, 'token', now() + 20_000),
    );
  await expect(refresh('rob', 120_000)).resolves.toEqual({ Query: 1, UpdateItem: 1 });
  await expect(refresh('rob', 120_000)).resolves.toEqual({ Query: 1 });
  await expect(refresh('eve', 120_000)).resolves.toEqual({});
});

const lifetimes = { agentDays: 7, sessionHours: 24 };

/** A broadcast that uses only the table, with a function that reports an event and counts the requests. */
function setUpBroadcast() {
  const harness = setUp();
  const { now, log, clock: timers } = harness;
  const lease = createDynamoFanOutLease(dynamo.table, tableName);
  const pending = createDynamoPendingStore(dynamo.table, tableName, log);
  const coalescer = createCoalescer({
    ...{ lease, pending, now, log, timers, coalesceMilliseconds: 500 },
    flush: createFlush({
      ...{
        ...harness.delivery,
        connectionCounts: harness.connectionCounts,
        recentFanOuts: harness.recentFanOuts,
        report: harness.report,
      },
      ...{ coalesceMilliseconds: 500, largeFanOutConnections: 100 },
    }),
    createId: () => String(Math.random()),
    handOver: () => Promise.reject(new Error('there is time enough')),
  });
  const deadLetters = { keep: () => Promise.reject(new Error('it is an event')) };
  const broadcast = createBroadcast({ ...harness, coalescer, deadLetters, lifetimes });
  const report = (
    agentId: string,
    timestamp: number,
    aliveForSeconds?: number,
    status: AgentStatus['status'] = 'online',
  ) => {
    const { type, payload: documented } = agentEvent(agentId, status, timestamp);
    const payload = { ...documented, aliveForSeconds };
    const deadline = harness.now() + 20_000;
    return harness.clock.run(
      costOf(() =>
        broadcast({ id: `${agentId}-${timestamp}`, type, payload, whole: {} }, deadline),
      ),
      () => unanswered > 0,
    );
  };
  return { ...harness, lease, report };
}

it('an event without a running flush costs four writes besides the listing, and a stale event three', async () => {
  const { report } = setUpBroadcast();
  // The lease is acquired and released, the register is written and marked as done, and pending events are read twice.
  await expect(report('a', 1)).resolves.toEqual({ PutItem: 1, UpdateItem: 3, Query: 16 + 2 * 4 });
  // The lease is acquired before the event is known to be stale.
  await expect(report('a', 1)).resolves.toEqual({ PutItem: 1, UpdateItem: 2, Query: 2 * 4 });
});

it('a report that only prolongs a time to live costs one write', async () => {
  const { report } = setUpBroadcast();
  await report('alive', 1, 60);
  await expect(report('alive', 2, 60)).resolves.toEqual({ UpdateItem: 1 });
  // A change of the status costs the attempt to prolong it besides.
  await expect(report('alive', 3, 60, 'error')).resolves.toEqual({
    ...{ PutItem: 1, UpdateItem: 4, Query: 16 + 2 * 4 },
  });
});

it('an event during a flush costs two writes, one attempt to acquire the lease, and one read of the lease', async () => {
  const { lease, now, report } = setUpBroadcast();
  await lease.acquire('somebody', now(), now() + 60_000);
  await expect(report('b', 1)).resolves.toEqual({ PutItem: 2, UpdateItem: 1, GetItem: 1 });
  // The holder is remembered for 250 ms, without another attempt to acquire the lease.
  await expect(report('b', 2)).resolves.toEqual({ PutItem: 2, GetItem: 1 });
});

it('a snapshot costs one query per shard', async () => {
  const { state, now } = setUp();
  const limits = { agents: 5_000, sessions: 5_000 };
  await expect(
    costOf(() => readSnapshot(state, { since: 0, includes: () => true }, now(), limits)),
  ).resolves.toEqual({ Query: 16 });
});

it('a subscription costs one write and, if agents have come into view by their ids, three more and one query per event type for each', async () => {
  const harness = setUp();
  const { connections, state, now } = harness;
  const postMessages = () => Promise.resolve('delivered' as const);
  const limits = {
    ...harness,
    syncMarkers: createDynamoSyncMarkers(dynamo.table, tableName),
    syncs: { perMinute: 6, burst: 10 },
  };
  const subscribe = createSubscribe({
    ...{ ...harness, postMessages },
    admitSync: createAdmitSync(limits),
    admitFewAgents: createAdmitSync(limits, 'subscriptions'),
    syncState: createSyncState({
      ...{ ...harness, state, postMessages, facts: snapshotFacts },
      limits: { agents: 5_000, sessions: 5_000 },
    }),
  });
  const key = { userId: 'sue', connectionId: 's=' };
  await connections.save({ ...key, connectedAt: now(), expiresAt: now() + 60_000 });
  const subscribeTo = async (...agents: string[]) => {
    const record = await connections.find(key);
    if (record === undefined) throw new Error('The connection has a record.');
    return costOf(() => subscribe(record, { agents }, now() + 20_000));
  };
  // It narrows, so that nothing comes into view. Before the answer, the record is read once more.
  await expect(subscribeTo('a', 'team-a/*')).resolves.toEqual({ UpdateItem: 1, GetItem: 1 });
  const types = eventTypeDefinitions.length;
  await expect(subscribeTo('a', 'b', 'c', 'team-a/1')).resolves.toEqual({
    UpdateItem: 1 + 3,
    Query: 2 * types,
    GetItem: 1,
  });
  await expect(subscribeTo('b')).resolves.toEqual({ UpdateItem: 1, GetItem: 1 });
  // All registers are read, as for a `state:sync`.
  await expect(subscribeTo('b', 'team-a/*')).resolves.toEqual({
    UpdateItem: 1 + 3,
    Query: 16,
    GetItem: 1,
  });
});

it('a token refresh with another scope costs one read and one write, as any other', async () => {
  const { connections, now, log } = setUp();
  const key = { userId: 'tom', connectionId: 't=' };
  await connections.save({
    ...{ ...key, connectedAt: now(), expiresAt: now() + 60_000 },
    view: viewOf({ scope: ['team-a/*'] }),
  });
  const value = { userId: 'tom', expiresAt: now() + 120_000, scope: ['team-b/*'] };
  const refreshToken = createRefreshToken({
    ...{ connections, now, log },
    authenticate: () => Promise.resolve({ ok: true, value }),
    postMessages: () => Promise.resolve('delivered'),
  });
  const refresh = () => costOf(() => refreshToken(key, 'token', now() + 20_000));
  await expect(refresh()).resolves.toEqual({ Query: 1, UpdateItem: 1 });
  await expect(refresh()).resolves.toEqual({ Query: 1 });
});
