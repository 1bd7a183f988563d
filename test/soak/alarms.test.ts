// Every alarm of the template, made to ring by the misfortune that it is for; and none rings while all is well.
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startLocalStack, type LocalStack } from '#local/index';
import { localAudience, localIssuer } from '#local/issuer/issuer';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

/** A minute of an alarm: five of them are the longest that one looks back. */
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

/** It rings, and the terminal has said so: a stack that closes at once would say nothing any more. */
const rings = (name: string, of = stack) =>
  eventually(() => {
    expect(statesOf(of)).toMatchObject({ [name]: 'ALARM' });
    expect([...rung]).toContain(name);
  }, timeout);

/** It may still ring for what an earlier test did. */
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

/** Does something again and again while an alarm is waited for. */
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

it('none rings on a stack where nothing happens', async () => {
  await allIsWell();
  expect([...rung]).toEqual([]);
}, 120_000);

it('none rings while people come, are refused, hear events and go', async () => {
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

it('dead-letters: for an event that is none, until somebody has looked after it', async () => {
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

it('failed-deliveries: when API Gateway refuses a post', async () => {
  await isSilent('failed-deliveries');
  const client = await openAs('alice');
  const withdraw = fault('execute-api', 'PostToConnection', 403);
  await publisher.broadcastAgentStatus('agent-1', 'offline');
  await rings('failed-deliveries');
  withdraw();
  await client.close();
}, 120_000);

it('slow-delivery: when API Gateway takes nothing for a while', async () => {
  await isSilent('slow-delivery');
  const client = await openAs('alice');
  // Of all requests: a post alone would be refused because of the client, who does not read.
  const withdraw = fault('execute-api', undefined, 429);
  let events = 0;
  await meanwhile(rings('slow-delivery'), () =>
    publisher.broadcastAgentStatus(`slow-${(events += 1)}`, 'online'),
  );
  withdraw();
  await client.close();
}, 120_000);

it('missing-heartbeats: when they reach nobody', async () => {
  await isSilent('missing-heartbeats');
  const client = await openAs('alice');
  const withdraw = fault('execute-api', 'PostToConnection', 403);
  await rings('missing-heartbeats');
  withdraw();
  await client.received('heartbeat', client.messagesOf('heartbeat').length + 1);
  await client.close();
}, 120_000);

it('state-failures: when an event cannot be stored', async () => {
  await isSilent('state-failures');
  const withdraw = fault('dynamodb', 'PutItem', 500);
  await publisher.broadcastAgentStatus('agent-1', 'error');
  await rings('state-failures');
  withdraw();
}, 120_000);

it('connect-errors: when the table takes no connection', async () => {
  await isSilent('connect-errors');
  const withdraw = fault('dynamodb', 'PutItem', 500);
  let users = 0;
  await meanwhile(rings('connect-errors'), async () => {
    const token = await stack.mintToken({ sub: `newcomer-${(users += 1)}` });
    expect((await TestClient.refused(stack.webSocketUrl, { token })).status).toBe(502);
  });
  withdraw();
}, 120_000);

it('table-read-throttles: when DynamoDB refuses reads', async () => {
  await isSilent('table-read-throttles');
  const withdraw = fault('dynamodb', 'Query', 400, throttled);
  await rings('table-read-throttles');
  withdraw();
}, 120_000);

it('table-write-throttles: when DynamoDB refuses writes', async () => {
  await isSilent('table-write-throttles');
  const withdraw = fault('dynamodb', 'PutItem', 400, throttled);
  await rings('table-write-throttles');
  withdraw();
}, 120_000);

it('keys-unavailable: when the issuer does not tell its keys, which is no fault of ours', async () => {
  const without = await startLocalStack({
    ...{ settings, testing: { alarmMinuteSeconds }, log: note },
    ...{ issuer: localIssuer, audience: localAudience },
    // Nobody listens there.
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

it('all is well again, when nothing is wrong any more', async () => {
  await allIsWell();
}, 120_000);

it('authorizer-errors: when the function does not start, and so counts nothing', async () => {
  await stack.functions.get('mission-control-authorizer')?.close();
  const token = await stack.mintToken();
  await meanwhile(rings('authorizer-errors'), async () => {
    expect((await TestClient.refused(stack.webSocketUrl, { token })).status).toBe(500);
  });
}, 120_000);

it('missing-heartbeats, too: when nobody sends them', async () => {
  await isSilent('missing-heartbeats');
  await stack.functions.get('mission-control-heartbeat')?.close();
  await rings('missing-heartbeats');
}, 120_000);

it('there is no alarm that was not made to ring here', () => {
  expect([...rung].sort()).toEqual(Object.keys(statesOf()).sort());
});
