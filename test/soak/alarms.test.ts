// Every alarm of the template goes into the ALARM state on its fault; without faults, all alarms are OK.
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startLocalStack, type LocalStack } from '#local/index';
import { localAudience, localIssuer, localReportScope } from '#local/issuer/issuer';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

/** The length of an alarm's minute in this test. Alarms evaluate at most five of them. */
const alarmMinuteSeconds = 3;
const longestMilliseconds = 6 * alarmMinuteSeconds * 1000;
const timeout = 60_000;

const settings = { heartbeatSeconds: 1, handshakeBurst: 1000, handshakesPerMinute: 100_000 };
const prefix = 'mission-control-';

let stack: LocalStack;
let publisher: Publisher;
const rung = new Set<string>();

const note = ({ text }: { readonly text: string }) => {
  const [, name] = /^ALARM ([\w-]+):/.exec(text) ?? [];
  if (name !== undefined) rung.add(name.replace(prefix, ''));
};

beforeAll(async () => {
  stack = await startLocalStack({ settings, testing: { alarmMinuteSeconds }, log: note });
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
}, timeout);

afterAll(async () => {
  await publisher.close();
  await stack.close();
});

const statesOf = ({ alarms }: Pick<LocalStack, 'alarms'> = stack) =>
  Object.fromEntries(alarms().map(({ name, state }) => [name.replace(prefix, ''), state]));

/**
 * Waits until the alarm is in the ALARM state and the terminal has printed it. A stack that closes earlier would not
 * print it.
 */
const rings = (name: string, of = stack) =>
  eventually(() => {
    expect(statesOf(of)).toMatchObject({ [name]: 'ALARM' });
    expect([...rung]).toContain(name);
  }, timeout);

/** Waits until the alarm is OK; it may still be in the ALARM state because of an earlier test. */
const isSilent = (name: string) =>
  eventually(() => {
    expect(statesOf()).toMatchObject({ [name]: 'OK' });
  }, timeout);

const allIsWell = () =>
  eventually(() => {
    expect(new Set(Object.values(statesOf()))).toEqual(new Set(['OK']));
  }, timeout);

const openAs = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

/** Repeats a task until `waiting` settles. */
async function meanwhile(waiting: Promise<void>, task: () => Promise<unknown>): Promise<void> {
  const state = { over: false };
  const watched = waiting.finally(() => (state.over = true));
  watched.catch(() => undefined);
  while (!state.over) {
    await task();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return watched;
}

const fault = (service: string, operation: string | undefined, status: number, code?: string) =>
  stack.injectFault({
    service,
    ...(operation === undefined ? {} : { operation }),
    effect: { kind: 'status', status, ...(code === undefined ? {} : { code }) },
  });
const throttled = 'ProvisionedThroughputExceededException';

it('all alarms are OK on an idle stack', async () => {
  await allIsWell();
  expect([...rung]).toEqual([]);
}, 120_000);

it('all alarms are OK while clients connect, are refused, receive events and disconnect', async () => {
  const end = Date.now() + longestMilliseconds;
  const expired = await stack.mintToken({ expiresInSeconds: -1 });
  for (let round = 0; Date.now() < end; round += 1) {
    const client = await openAs(`user-${round}`);
    const refused = await TestClient.refused(stack.webSocketUrl, { token: expired });
    expect(refused.status).toBe(401);
    await publisher.broadcastAgentStatus(`agent-${round}`, 'online');
    await client.received('agent:status');
    client.socket.terminate();
  }
  await allIsWell();
  expect([...rung]).toEqual([]);
}, 120_000);

it('dead-letters: on an invalid event, until the queue is purged', async () => {
  await isSilent('dead-letters');
  await stack.functions.get('mission-control-broadcast')?.invoke({
    ...{ id: 'event-1', 'detail-type': 'agent:status', source: 'mission-control' },
    detail: { agentId: 'agent-1', status: 'asleep', timestamp: 1 },
  });
  await rings('dead-letters');
  const queues = new SQSClient(stack.clientConfiguration);
  await queues.send(
    new PurgeQueueCommand({ QueueUrl: stack.outputs['RejectedEventsQueueUrl'] ?? '' }),
  );
  queues.destroy();
  await isSilent('dead-letters');
}, 120_000);

it('failed-deliveries: if API Gateway rejects a post with 403', async () => {
  await isSilent('failed-deliveries');
  const client = await openAs('alice');
  const withdraw = fault('execute-api', 'PostToConnection', 403);
  await publisher.broadcastAgentStatus('agent-1', 'offline');
  await rings('failed-deliveries');
  withdraw();
  await client.close();
}, 120_000);

it('slow-delivery: while API Gateway throttles all requests', async () => {
  await isSilent('slow-delivery');
  const client = await openAs('alice');
  // All requests must get 429. If only posts do, the client counts as one that does not read.
  const withdraw = fault('execute-api', undefined, 429);
  let events = 0;
  await meanwhile(rings('slow-delivery'), () =>
    publisher.broadcastAgentStatus(`slow-${(events += 1)}`, 'online'),
  );
  withdraw();
  await client.close();
}, 120_000);

it('missing-heartbeats: if no client receives them', async () => {
  await isSilent('missing-heartbeats');
  const client = await openAs('alice');
  const withdraw = fault('execute-api', 'PostToConnection', 403);
  await rings('missing-heartbeats');
  withdraw();
  await client.received('heartbeat', client.messagesOf('heartbeat').length + 1);
  await client.close();
}, 120_000);

it('state-failures: if an event cannot be stored', async () => {
  await isSilent('state-failures');
  const withdraw = fault('dynamodb', 'PutItem', 500);
  await publisher.broadcastAgentStatus('agent-1', 'error');
  await rings('state-failures');
  withdraw();
}, 120_000);

it('unsent-events: if the event bus does not accept what is reported over HTTPS', async () => {
  await isSilent('unsent-events');
  const withdraw = fault('events', 'PutEvents', 500);
  const token = await stack.mintToken({ claims: { scope: localReportScope } });
  const payload = { agentId: 'agent-1', status: 'online', timestamp: Date.now() };
  const response = await fetch(stack.reportUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'agent:status', payload }),
  });
  expect(response.status).toBe(503);
  await rings('unsent-events');
  withdraw();
}, 120_000);

it('connect-errors: if connections cannot be stored', async () => {
  await isSilent('connect-errors');
  const withdraw = fault('dynamodb', 'PutItem', 500);
  let users = 0;
  await meanwhile(rings('connect-errors'), async () => {
    const token = await stack.mintToken({ sub: `newcomer-${(users += 1)}` });
    expect((await TestClient.refused(stack.webSocketUrl, { token })).status).toBe(502);
  });
  withdraw();
}, 120_000);

it('table-read-throttles: while DynamoDB throttles reads', async () => {
  await isSilent('table-read-throttles');
  const withdraw = fault('dynamodb', 'Query', 400, throttled);
  await rings('table-read-throttles');
  withdraw();
}, 120_000);

it('table-write-throttles: while DynamoDB throttles writes', async () => {
  await isSilent('table-write-throttles');
  const withdraw = fault('dynamodb', 'PutItem', 400, throttled);
  await rings('table-write-throttles');
  withdraw();
}, 120_000);

it('keys-unavailable: if the keys of the issuer cannot be fetched, which is not an authorizer error', async () => {
  const without = await startLocalStack({
    ...{ settings, testing: { alarmMinuteSeconds }, log: note },
    ...{ issuer: localIssuer, audience: localAudience },
    // No server listens at this address.
    jwksUri: 'http://127.0.0.1:9/keys',
  });
  try {
    const token = await stack.mintToken();
    await meanwhile(rings('keys-unavailable', without), async () => {
      expect((await TestClient.refused(without.webSocketUrl, { token })).status).toBe(500);
    });
    expect(statesOf(without)).toMatchObject({ 'authorizer-errors': 'OK' });
  } finally {
    await without.close();
  }
}, 120_000);

it('all alarms are OK again after the faults end', async () => {
  await allIsWell();
}, 120_000);

it('authorizer-errors: if the function does not start, and so emits no metrics', async () => {
  await stack.functions.get('mission-control-authorizer')?.close();
  const token = await stack.mintToken();
  await meanwhile(rings('authorizer-errors'), async () => {
    expect((await TestClient.refused(stack.webSocketUrl, { token })).status).toBe(500);
  });
}, 120_000);

it('missing-heartbeats: if the heartbeat function does not run', async () => {
  await isSilent('missing-heartbeats');
  await stack.functions.get('mission-control-heartbeat')?.close();
  await rings('missing-heartbeats');
}, 120_000);

it('the tests above cover every alarm', () => {
  expect([...rung].sort()).toEqual(Object.keys(statesOf()).sort());
});
