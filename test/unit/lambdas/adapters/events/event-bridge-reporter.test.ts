import { createEventBridgeReporter } from '#adapters/events/event-bridge-reporter';

it('puts each event on the bus as an entry of its own, as a backend does', async () => {
  const putEvents = jest.fn().mockResolvedValue({ FailedEntryCount: 0, Entries: [] });
  const requests = { putEvents, refreshCredentials: jest.fn(), close: jest.fn() };
  const reporter = createEventBridgeReporter({
    ...{ requests, eventBusName: 'the-bus', eventSource: 'the-source' },
  });
  await Promise.all([
    reporter.broadcastAgentStatus('a', 'online'),
    reporter.broadcastSessionActivity('a', 's', 'm'),
  ]);
  const entries = (putEvents.mock.calls as [{ Entries: { DetailType: string }[] }][]).flatMap(
    ([{ Entries }]) => Entries,
  );
  expect(entries.map(({ DetailType }) => DetailType)).toEqual(['agent:status', 'session:activity']);
  for (const entry of entries) {
    expect(entry).toMatchObject({ EventBusName: 'the-bus', Source: 'the-source' });
  }
});
