import type { EventBridgeEvent } from 'aws-lambda';
import type { ReportedEvent } from '#core/reported-event';
import { createHandler } from '#lambdas/disconnect-user/handler';

it('passes the type, the detail and the whole event on', async () => {
  const ordered: ReportedEvent[] = [];
  const handler = createHandler({
    disconnectUser: async (event) => {
      ordered.push(event);
      return Promise.resolve();
    },
  });
  const event = {
    id: 'event-1',
    'detail-type': 'user:disconnect',
    detail: { userId: 'alice' },
  } as EventBridgeEvent<string, unknown>;
  await handler(event);
  expect(ordered).toEqual([
    { id: 'event-1', type: 'user:disconnect', payload: { userId: 'alice' }, whole: event },
  ]);
});
