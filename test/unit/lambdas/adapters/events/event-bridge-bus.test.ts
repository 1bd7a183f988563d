import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createEventBridgeBus } from '#adapters/events/event-bridge-bus';
import type { Report } from '#sdk/protocol';
import { createSdkRequests } from '#sdk/publisher/event-bridge/sdk-requests';

const eventBridge = mockClient(EventBridgeClient);
const requests = createSdkRequests({ client: new EventBridgeClient({ region: 'us-east-1' }) });
const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
const bus = createEventBridgeBus({
  ...{ requests, eventBusName: 'the-bus', eventSource: 'the-source', log },
  sleep: () => Promise.resolve(),
  random: () => 1,
});

const event = (agentId: string, lastMessage = 'm'): Report => ({
  event: {
    type: 'session:activity',
    payload: { agentId, sessionId: 's', lastMessage, timestamp: 1 },
  },
});
const entries = () =>
  eventBridge.commandCalls(PutEventsCommand).flatMap(({ args }) => args[0].input.Entries ?? []);

beforeEach(() => {
  eventBridge.reset();
  jest.clearAllMocks();
});

it('puts one event on the bus as it is', async () => {
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{}] });
  expect(await bus.put([event('a')])).toEqual([true]);
  expect(entries()).toEqual([
    {
      ...{ EventBusName: 'the-bus', Source: 'the-source', DetailType: 'session:activity' },
      Detail: JSON.stringify(event('a').event.payload),
    },
  ]);
});

it('puts 100 small events into one entry, which is billed as one event', async () => {
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{}] });
  const events = Array.from({ length: 100 }, (_, index) => event(`agent-${index}`));
  expect(await bus.put(events)).toEqual(events.map(() => true));
  const [entry, ...others] = entries();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    DetailType: 'events:batch',
    Detail: JSON.stringify({ events: events.map(({ event: each }) => each) }),
  });
});

it('keeps the time to live, alone and in a pack', async () => {
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{}] });
  const payload = { agentId: 'a', status: 'online', timestamp: 1 } as const;
  const alive: Report = { event: { type: 'agent:status', payload }, aliveForSeconds: 60 };
  await bus.put([alive]);
  await bus.put([alive, event('b')]);
  const [single, pack] = entries().map(({ Detail }) => JSON.parse(Detail ?? '') as unknown);
  expect(single).toEqual({ ...payload, aliveForSeconds: 60 });
  expect(pack).toMatchObject({ events: [{ payload: { aliveForSeconds: 60 } }, {}] });
});

it('repeats entries that were throttled, and says which events were accepted in the end', async () => {
  const large = 'x'.repeat(30_000);
  const events = [event('a', large), event('b', large), event('c', large)];
  eventBridge
    .on(PutEventsCommand)
    .resolvesOnce({ Entries: [{}, { ErrorCode: 'ThrottlingException' }] })
    .resolves({ Entries: [{ ErrorCode: 'ThrottlingException' }] });
  expect(await bus.put(events)).toEqual([true, true, false]);
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(3);
  expect(log.error.mock.calls).toEqual([
    ['events not put on the bus', { events: 1, reason: 'ThrottlingException' }],
  ]);
});

it('does not reject if the bus cannot be reached', async () => {
  eventBridge.on(PutEventsCommand).rejects(new Error('down'));
  expect(await bus.put([event('a'), event('b')])).toEqual([false, false]);
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(3);
});

it('does not repeat what IAM denies', async () => {
  const denied = Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
  eventBridge.on(PutEventsCommand).rejects(denied);
  expect(await bus.put([event('a')])).toEqual([false]);
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(1);
});
