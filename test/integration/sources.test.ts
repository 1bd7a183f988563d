// Sources: a backend that may report with a source reports the agents that this source is bound to, and no others.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher } from '#sdk/publisher';
import { rejectedEvent } from '../support/stack/rejected-events';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;
let events: EventBridgeClient;

beforeAll(async () => {
  stack = await startLocalStack({ settings: { sources: '{"team-a": "team-a/*"}' } });
  events = new EventBridgeClient(stack.clientConfiguration);
});
afterEach(() => TestClient.closeAll());
afterAll(async () => {
  events.destroy();
  await stack.close();
});

const open = async () =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub: 'alice' }) });

async function put(source: string, type: string, detail: unknown): Promise<void> {
  const { FailedEntryCount: failed } = await events.send(
    new PutEventsCommand({
      Entries: [
        {
          Source: source,
          DetailType: type,
          Detail: JSON.stringify(detail),
          EventBusName: stack.eventBusName,
        },
      ],
    }),
  );
  expect(failed).toBe(0);
}

let timestamp = 1_707_163_200_000;

const status = (agentId: string) => ({ agentId, status: 'online', timestamp: (timestamp += 1) });
const messageOf = (payload: unknown) => JSON.stringify({ type: 'agent:status', payload });

const reason = 'agentId must match team-a/*, which the source team-a is bound to';

it('moves an event of another agent to the dead-letter queue with the reason, and broadcasts those of its own', async () => {
  const client = await open();
  const [foreign, own] = [status('team-ab/x'), status('team-a/x')];
  await put('team-a', 'agent:status', foreign);
  expect(await rejectedEvent(stack)).toMatchObject({
    event: { source: 'team-a', 'detail-type': 'agent:status', detail: foreign },
    reason,
  });
  await put('team-a', 'agent:status', own);
  await client.received('agent:status');
  expect(client.news).toEqual([messageOf(own)]);
  // A client that connects later does not find the foreign event in its snapshot either.
  const late = await open();
  late.send({ type: 'state:sync', payload: {} });
  await late.received('state:snapshot');
  expect(late.messagesOf('state:snapshot')).toMatchObject([{ payload: { agents: [own] } }]);
});

it('checks each event of a pack of the publisher', async () => {
  const client = await open();
  const publisher = createPublisher({
    ...{ eventSource: 'team-a', pack: true },
    clientConfiguration: stack.clientConfiguration,
  });
  await Promise.all(
    ['team-a/1', 'team-b/1', 'team-a/2'].map((agentId) =>
      publisher.broadcastAgentStatus(agentId, 'online'),
    ),
  );
  await publisher.close();
  await client.received('agent:status', 2);
  expect(await rejectedEvent(stack)).toMatchObject({
    event: { source: 'team-a', detail: { agentId: 'team-b/1' } },
    reason,
  });
  const agentIds = client.news.map(
    (text) => (JSON.parse(text) as { payload: { agentId: string } }).payload.agentId,
  );
  expect(agentIds).toEqual(['team-a/1', 'team-a/2']);
});

it('lets the default source report every agent', async () => {
  const client = await open();
  const reported = status('team-b/x');
  await put('mission-control', 'agent:status', reported);
  await client.received('agent:status');
  expect(client.news).toEqual([messageOf(reported)]);
});

it('lets neither a bound source nor the default one disconnect a user', async () => {
  const client = await open();
  for (const source of ['team-a', 'mission-control']) {
    await put(source, 'user:disconnect', { userId: 'alice', reason: 'none' });
    expect(await rejectedEvent(stack)).toMatchObject({
      event: { source, 'detail-type': 'user:disconnect' },
      reason: expect.stringMatching(/^type must be one of/) as unknown,
    });
  }
  const reported = status('team-a/y');
  await put('team-a', 'agent:status', reported);
  await client.received('agent:status');
  expect(client.messagesOf('connection:closing')).toEqual([]);
});
