import type { SQSEvent } from 'aws-lambda';
import { createHandler } from '#lambdas/heartbeat/handler';

const context = { getRemainingTimeInMillis: () => 30_000 };

function setUp() {
  const calls: (readonly [string, ...number[]])[] = [];
  const handler = createHandler({
    heartbeat: {
      onSchedule: async (deadline) => {
        calls.push(['schedule', deadline]);
        return Promise.resolve();
      },
      onDue: async ({ dueAt }, deadline) => {
        calls.push(['due', dueAt, deadline]);
        return Promise.resolve();
      },
    },
    now: () => 1_000,
  });
  return { calls, handler };
}

it('handles the call of the schedule', async () => {
  const { calls, handler } = setUp();
  await handler({}, context);
  expect(calls).toEqual([['schedule', 25_000]]);
});

it('handles planned heartbeats from the queue', async () => {
  const { calls, handler } = setUp();
  await handler(
    { Records: [{ body: '{"dueAt":5}' }, { body: '{"dueAt":6}' }] } as SQSEvent,
    context,
  );
  expect(calls).toEqual([
    ['due', 5, 25_000],
    ['due', 6, 25_000],
  ]);
});

it('rejects another message without repeating its text in the error', async () => {
  const { handler } = setUp();
  await expect(
    handler({ Records: [{ body: 'a secret message' }] } as SQSEvent, context),
  ).rejects.toThrow(/^The queue message is not a planned heartbeat: it must be JSON\.$/);
});
