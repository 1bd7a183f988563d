import type { SQSEvent } from 'aws-lambda';
import { createHandler } from '../../../../lambdas/heartbeat/handler';

function setUp() {
  const calls: [string, number][] = [];
  const handler = createHandler({
    heartbeat: {
      onSchedule: async (scheduledAt) => {
        calls.push(['schedule', scheduledAt]);
        return Promise.resolve();
      },
      onDue: async ({ dueAt }) => {
        calls.push(['due', dueAt]);
        return Promise.resolve();
      },
    },
  });
  return { calls, handler };
}

test('takes the call of the schedule', async () => {
  const { calls, handler } = setUp();
  await handler({ scheduledAt: '2026-02-05T21:50:00Z' });
  expect(calls).toEqual([['schedule', Date.UTC(2026, 1, 5, 21, 50)]]);
});

test('takes planned heartbeats from the queue', async () => {
  const { calls, handler } = setUp();
  await handler({ Records: [{ body: '{"dueAt":5}' }, { body: '{"dueAt":6}' }] } as SQSEvent);
  expect(calls).toEqual([
    ['due', 5],
    ['due', 6],
  ]);
});
