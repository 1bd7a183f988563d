import { createHandler } from '#lambdas/broadcast/handler';
import type { ReportedEvent } from '#core/reported-event';

it('passes the event from EventBridge on, with its source and a deadline', async () => {
  const seen: [ReportedEvent, number][] = [];
  const handler = createHandler({
    broadcast: async (event, deadline) => {
      seen.push([event, deadline]);
      return Promise.resolve(undefined);
    },
    now: () => 1_000,
  });
  const event = {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'agent:status',
    source: 'mission-control',
    account: '000000000000',
    time: '2026-02-05T21:50:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { agentId: 'agent-123', status: 'online', timestamp: 1_707_163_200_000 },
  };
  await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  expect(seen).toEqual([
    [
      {
        ...{ id: event.id, type: 'agent:status', payload: event.detail },
        ...{ source: 'mission-control', whole: event },
        acceptedAt: Date.parse('2026-02-05T21:50:00.999Z'),
      },
      55_000,
    ],
  ]);
});
