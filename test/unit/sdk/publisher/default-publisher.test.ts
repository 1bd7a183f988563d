// The two documented functions, configured only by the environment.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import type * as Publisher from '#sdk/publisher';

const eventBridge = mockClient(EventBridgeClient);

beforeEach(() => {
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
});

afterEach(() => {
  delete process.env['MISSION_CONTROL_EVENT_BUS'];
});

/** Loads a separate instance of the module. */
async function load(): Promise<typeof Publisher> {
  let loaded: typeof Publisher | undefined;
  await jest.isolateModulesAsync(async () => {
    jest.doMock('@aws-sdk/client-eventbridge', () => ({ EventBridgeClient, PutEventsCommand }));
    loaded = await import('#sdk/publisher');
  });
  if (loaded === undefined) throw new Error('The module was not loaded.');
  return loaded;
}

const buses = () =>
  eventBridge
    .commandCalls(PutEventsCommand)
    .flatMap((call) => call.args[0].input.Entries ?? [])
    .map(({ EventBusName }) => EventBusName);

it('send to the event bus in the environment at the first call', async () => {
  const { broadcastAgentStatus, broadcastSessionActivity } = await load();
  process.env['MISSION_CONTROL_EVENT_BUS'] = 'live-bus';
  await Promise.all([
    broadcastAgentStatus('agent-123', 'online'),
    broadcastSessionActivity('agent-123', 'session-456', 'User said: Hello'),
  ]);
  expect(buses()).toEqual(['live-bus', 'live-bus']);
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(1);
});

it.each([undefined, ''])('send to mission-control if the variable is %j', async (value) => {
  if (value !== undefined) process.env['MISSION_CONTROL_EVENT_BUS'] = value;
  const { broadcastAgentStatus } = await load();
  await broadcastAgentStatus('agent-123', 'error');
  expect(buses()).toEqual(['mission-control']);
});
